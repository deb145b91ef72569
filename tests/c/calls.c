/* What a call may ask for: any choice of outputs, accumulation, an upstream gradient, outputs of another float type,
   and the two short forms; each against the full call on the same numbers. */
#include <math.h>
#include <string.h>

#include "support/check.h"
#include "support/sample.h"
#include "support/scene.h"

enum { ROWS = 9, CLASSES = 5, PIXELS = 7 };

static void each_sample(lk_dtype dtype, void (*test)(sample *made, const sample_kind *kind)) {
  size_t row;
  for (row = 0; row < sample_kind_count; row += 1) {
    sample made;
    check_scope("%s", sample_kinds[row].spec);
    if (sample_create(&made, &sample_kinds[row], dtype, ROWS, CLASSES, PIXELS, LAYOUT_CONTIGUOUS) &&
        sample_reference(&made))
      test(&made, &sample_kinds[row]);
    sample_destroy(&made);
  }
}

/* Every subset of {value, gradient, hessian} gives the bits of all three. */
static void any_subset_of_outputs(sample *made, const sample_kind *kind) {
  int subset;
  for (subset = 1; subset < 8; subset += 1) {
    sample part;
    lk_operand operands[SAMPLE_OPERANDS];
    lk_error error = check_error();
    size_t count;
    if (!sample_create(&part, kind, made->input.view.dtype, ROWS, CLASSES, PIXELS, LAYOUT_CONTIGUOUS)) return;
    check_scope("%s, outputs %s%s%s", kind->spec, subset & 1 ? "value " : "", subset & 2 ? "gradient " : "",
                subset & 4 ? "hessian" : "");
    count = sample_operands(&part, operands);
    if (!(subset & 2)) operands[0].gradient = NULL;
    if (!(subset & 4)) operands[0].hessian = NULL;
    if (subset != 4 || part.has_hessian) {
      CHECK_OK(lk_loss_eval(part.loss, NULL, operands, count, subset & 1 ? &part.value.view : NULL, &error), &error);
      CHECK(subset & 1 ? buffer_same_bits(&part.value, &made->value) : buffer_untouched(&part.value));
      CHECK(subset & 2 ? buffer_same_bits(&part.gradient, &made->gradient) : buffer_untouched(&part.gradient));
      CHECK(subset & 4 ? buffer_same_bits(&part.hessian, &made->hessian) : buffer_untouched(&part.hessian));
    }
    sample_destroy(&part);
  }
}

/* LK_ACCUMULATE adds to what the derivative buffers hold; the value is written either way. */
static void accumulation_adds(sample *made, const sample_kind *kind) {
  sample sum;
  lk_operand operands[SAMPLE_OPERANDS];
  lk_error error = check_error();
  size_t count, i, wrong = 0;
  if (!sample_create(&sum, kind, made->input.view.dtype, ROWS, CLASSES, PIXELS, LAYOUT_PADDED)) return;
  for (i = 0; i < sum.gradient.count; i += 1) {
    buffer_set(&sum.gradient, i, (double)(i % 11) - 5.0);
    buffer_set(&sum.hessian, i, (double)(i % 7) + 1.0);
  }
  buffer_seal(&sum.gradient);
  buffer_seal(&sum.hessian);
  count = sample_operands(&sum, operands);
  operands[0].flags = LK_ACCUMULATE;
  check_scope("%s, accumulated", kind->spec);
  CHECK_OK(lk_loss_eval(sum.loss, NULL, operands, count, &sum.value.view, &error), &error);
  CHECK(buffer_same_bits(&sum.value, &made->value));
  for (i = 0; i < sum.gradient.count; i += 1) {
    double gradient = (double)(i % 11) - 5.0 + buffer_get(&made->gradient, i);
    double hessian = (double)(i % 7) + 1.0 + (made->has_hessian ? buffer_get(&made->hessian, i) : 0.0);
    wrong += !(fabs(buffer_get(&sum.gradient, i) - gradient) <= 2e-15 * (1.0 + fabs(gradient)));
    if (made->has_hessian) wrong += !(fabs(buffer_get(&sum.hessian, i) - hessian) <= 2e-15 * (1.0 + fabs(hessian)));
  }
  CHECK_THAT(wrong == 0, "%lu elements are not the sum", (unsigned long)wrong);
  CHECK(buffer_gaps_untouched(&sum.gradient) && buffer_gaps_untouched(&sum.hessian));
  if (!made->has_hessian) CHECK(buffer_untouched(&sum.hessian));
  sample_destroy(&sum);
}

/* An upstream gradient of 2 doubles every derivative and leaves the value. */
static void upstream_gradient_scales(sample *made, const sample_kind *kind) {
  sample scaled;
  lk_operand operands[SAMPLE_OPERANDS + 1];
  lk_error error = check_error();
  buffer upstream = buffer_like(&made->value, made->value.view.dtype, LAYOUT_CONTIGUOUS);
  size_t count, i, wrong = 0;
  buffer_fill(&upstream, 2.0);
  if (!sample_create(&scaled, kind, made->input.view.dtype, ROWS, CLASSES, PIXELS, LAYOUT_CONTIGUOUS)) return;
  memset(operands, 0, sizeof operands);
  count = sample_operands(&scaled, operands);
  operands[count].name = "grad_output";
  operands[count].tensor = &upstream.view;
  check_scope("%s, grad_output of 2", kind->spec);
  CHECK_OK(lk_loss_eval(scaled.loss, NULL, operands, count + 1, &scaled.value.view, &error), &error);
  CHECK(buffer_same_bits(&scaled.value, &made->value));
  for (i = 0; i < scaled.gradient.count; i += 1) {
    double expected = 2.0 * buffer_get(&made->gradient, i);
    wrong += !(fabs(buffer_get(&scaled.gradient, i) - expected) <= 1e-15 * fabs(expected));
    if (!made->has_hessian) continue;
    expected = 2.0 * buffer_get(&made->hessian, i);
    wrong += !(fabs(buffer_get(&scaled.hessian, i) - expected) <= 1e-15 * fabs(expected));
  }
  CHECK_THAT(wrong == 0, "%lu elements are not doubled", (unsigned long)wrong);
  operands[count].gradient = &upstream.view;
  error = check_error();
  check_scope("%s, gradient of grad_output", kind->spec);
  CHECK(lk_loss_eval(scaled.loss, NULL, operands, count + 1, NULL, &error) != LK_OK);
  sample_destroy(&scaled);
  buffer_destroy(&upstream);
}

/* Derivatives and values may be of the other float type: the same numbers, rounded. */
static void outputs_of_the_other_type(sample *made, const sample_kind *kind) {
  buffer gradient = buffer_like(&made->gradient, LK_F64, LAYOUT_CONTIGUOUS);
  buffer value = buffer_like(&made->value, LK_F64, LAYOUT_CONTIGUOUS);
  lk_operand operands[SAMPLE_OPERANDS];
  lk_error error = check_error();
  size_t count = sample_operands(made, operands), i, wrong = 0;
  operands[0].gradient = &gradient.view;
  check_scope("%s, f64 outputs of f32 operands", kind->spec);
  if (CHECK_OK(lk_loss_eval(made->loss, NULL, operands, count, &value.view, &error), &error)) {
    for (i = 0; i < gradient.count; i += 1) {
      double narrow = buffer_get(&made->gradient, i);
      wrong += !(fabs(buffer_get(&gradient, i) - narrow) <= 1.2e-7 * fabs(narrow));
    }
    for (i = 0; i < value.count; i += 1) {
      double narrow = buffer_get(&made->value, i);
      wrong += !(fabs(buffer_get(&value, i) - narrow) <= 1.2e-7 * fabs(narrow));
    }
    CHECK_THAT(wrong == 0, "%lu elements differ by more than the rounding", (unsigned long)wrong);
  }
  buffer_destroy(&gradient);
  buffer_destroy(&value);
}

static int is_reduced(const sample *made) { return made->value.view.rank == 0; }

static void pair_is_the_same_call(sample *made, const sample_kind *kind) {
  sample pair;
  lk_error error = check_error();
  double value = NAN;
  const lk_tensor *target;
  if (!is_reduced(made) || made->has_layer) return;
  if (!sample_create(&pair, kind, made->input.view.dtype, ROWS, CLASSES, PIXELS, LAYOUT_CONTIGUOUS)) return;
  target = made->has_target ? &pair.target.view : NULL;
  check_scope("%s by lk_loss_eval_pair", kind->spec);
  CHECK_OK(lk_loss_eval_pair(pair.loss, NULL, &pair.input.view, target, &pair.gradient.view, &value, &error), &error);
  CHECK_THAT(value == buffer_get(&made->value, 0), "%.17g, expected %.17g", value, buffer_get(&made->value, 0));
  CHECK(buffer_same_bits(&pair.gradient, &made->gradient));
  sample_repaint(&pair);
  CHECK(lk_loss_eval_pair(pair.loss, NULL, &pair.input.view, target, &pair.gradient.view, NULL, &error) == LK_OK);
  CHECK(buffer_same_bits(&pair.gradient, &made->gradient));
  value = NAN;
  CHECK(lk_loss_eval_pair(pair.loss, NULL, &pair.input.view, target, NULL, &value, &error) == LK_OK);
  CHECK(value == buffer_get(&made->value, 0));
  sample_destroy(&pair);
}

/* A loss without a target takes NULL in its place, and refuses one. */
static void pair_needs_a_target(void) {
  scene made;
  lk_error error = check_error();
  double value = 7;
  if (!scene_open_pair(&made, "l2", LK_F32)) return;
  check_scope("l2 by lk_loss_eval_pair");
  CHECK_REFUSED(lk_loss_eval_pair(made.loss, NULL, &made.tensors[0].view, &made.tensors[1].view, NULL, &value, &error),
                &error, LK_INVALID_ARGUMENT, ANY_INDEX, "target");
  CHECK(value == 7);
  scene_close(&made);
}

static void scalars(void) {
  static const struct {
    const char *spec;
    double input, target, value, gradient, hessian;
  } rows[] = {{"mse", 3, 1, 4, 4, 2},
              {"mae", -2, 1, 3, -1, 0},
              {"mae", 1, 1, 0, 0, 0},
              {"huber", 3, 1, 1.5, 1, 0},
              {"huber(delta=2)", 2, 1, 0.5, 1, 1},
              {"huber(delta=2)", 3, 1, 2, 2, 1},
              {"bce", 0, 1, 0.69314718055994531, -0.5, 0.25},
              {"bce(pos_weight=3)", 0, 1, 2.0794415416798359, -1.5, 0.75},
              {"focal(gamma=0)", 0, 0, 0.69314718055994531, 0.5, 0.25},
              {"hinge", 0.25, 1, 0.75, -1, 0},
              {"hinge", 1, 1, 0, 0, 0},
              {"hinge", 2, 1, 0, 0, 0},
              {"squared_hinge", 0.25, 1, 0.5625, -1.5, 2},
              {"squared_hinge(labels=binary)", -0.5, 0, 0.25, 1, 2},
              {"mse(reduction=none)", 3, 1, 4, 4, 2},
              {"l2", 3, 1, 9, 6, 2},
              {"0.5*mse + 2*mae", 3, 1, 6, 4, 1}};
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i += 1) {
    lk_loss *loss = NULL;
    lk_error error = check_error();
    double out[4] = {7, 7, 7, 7};
    check_scope("%s of %g, %g", rows[i].spec, rows[i].input, rows[i].target);
    if (!CHECK_OK(lk_loss_create(rows[i].spec, &loss, &error), &error)) continue;
    CHECK_OK(lk_loss_scalar(loss, rows[i].input, rows[i].target, out, &error), &error);
    CHECK_THAT(fabs(out[0] - rows[i].value) < 1e-14, "value %.17g", out[0]);
    CHECK_THAT(fabs(out[1] - rows[i].gradient) < 1e-14, "gradient %.17g", out[1]);
    CHECK_THAT(fabs(out[2] - rows[i].hessian) < 1e-14, "hessian %.17g", out[2]);
    CHECK(out[3] == 7);
    lk_loss_destroy(loss);
  }
}

static void scalars_that_make_no_sense(void) {
  static const char *const specs[] = {"cross_entropy", "dice", "multiclass_hinge", "keras.dice(axis=[1])"};
  size_t i;
  for (i = 0; i < sizeof specs / sizeof specs[0]; i += 1) {
    lk_loss *loss = NULL;
    lk_error error = check_error();
    lk_status status;
    double out[3] = {7, 7, 7};
    check_scope("%s of two numbers", specs[i]);
    if (!CHECK_OK(lk_loss_create(specs[i], &loss, &error), &error)) continue;
    status = lk_loss_scalar(loss, 0.5, 0.5, out, &error);
    CHECK_REFUSED(status, &error, status == LK_INVALID_SHAPE ? LK_INVALID_SHAPE : LK_UNSUPPORTED, ANY_INDEX, "");
    CHECK(out[0] == 7 && out[1] == 7 && out[2] == 7);
    lk_loss_destroy(loss);
  }
}

/* The worked numbers of reductions, weights, masks and denominators: squares 1, 4, 9, 16; weights 0, 1, 1, 3; the mask
   lets the first and the third count. */
static void reductions_divide_as_documented(void) {
  static const struct {
    const char *spec;
    int weighted, masked;
    double value, gradient_of_third;
  } rows[] = {{"mse", 0, 0, 30.0 / 4, 6.0 / 4},
              {"mse(reduction=sum)", 0, 0, 30, 6},
              {"mse", 1, 0, 61.0 / 4, 6.0 / 4},
              {"mse(reduction=weighted_mean)", 1, 0, 61.0 / 5, 6.0 / 5},
              {"mse", 0, 1, 10.0 / 2, 6.0 / 2},
              {"mse", 1, 1, 9.0 / 2, 6.0 / 2},
              {"mse(reduction=weighted_mean)", 1, 1, 9, 6},
              {"mse(reduction=weighted_mean)", 0, 0, 30.0 / 4, 6.0 / 4},
              {"mse(denominator=10)", 1, 1, 0.9, 0.6},
              {"mse(denominator=@count)", 0, 0, 30.0 / 8, 6.0 / 8},
              {"mse(sample_weight=@importance)", 0, 0, 30.0 / 4, 6.0 / 4}};
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i += 1) {
    scene made;
    if (!scene_open(&made, rows[i].spec)) continue;
    scene_add(&made, "input", LK_F64, DIMENSIONS(4), NUMBERS(1, 2, 3, 4));
    scene_add(&made, "target", LK_F64, DIMENSIONS(4), NUMBERS(0, 0, 0, 0));
    if (rows[i].weighted) scene_add(&made, "sample_weight", LK_F64, DIMENSIONS(4), NUMBERS(0, 1, 1, 3));
    if (rows[i].masked) scene_add(&made, "mask", LK_I32, DIMENSIONS(4), NUMBERS(-1, 0, 2, 0));
    if (strstr(rows[i].spec, "@count") != NULL) scene_add(&made, "count", LK_F64, SCALAR, NUMBERS(8));
    if (strstr(rows[i].spec, "@importance") != NULL)
      scene_add(&made, "importance", LK_F32, DIMENSIONS(4), NUMBERS(1, 1, 1, 1));
    scene_want_gradient(&made, 0, LK_F64);
    scene_want_value(&made, LK_F64, SCALAR);
    check_scope("%s%s%s", rows[i].spec, rows[i].weighted ? ", weighted" : "", rows[i].masked ? ", masked" : "");
    if (SUCCEEDS(&made)) {
      CHECK_THAT(fabs(buffer_get(&made.value, 0) - rows[i].value) < 1e-14, "value %.17g", buffer_get(&made.value, 0));
      CHECK_THAT(fabs(buffer_get(&made.gradients[0], 2) - rows[i].gradient_of_third) < 1e-14, "gradient[2] %.17g",
                 buffer_get(&made.gradients[0], 2));
    }
    scene_close(&made);
  }
}

int main(void) {
  sample_table_is_complete();
  each_sample(LK_F64, any_subset_of_outputs);
  each_sample(LK_F32, any_subset_of_outputs);
  each_sample(LK_F64, accumulation_adds);
  each_sample(LK_F64, upstream_gradient_scales);
  each_sample(LK_F32, outputs_of_the_other_type);
  each_sample(LK_F64, pair_is_the_same_call);
  pair_needs_a_target();
  scalars();
  scalars_that_make_no_sense();
  reductions_divide_as_documented();
  return check_finish();
}
