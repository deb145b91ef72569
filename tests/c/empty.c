/* A mean over nothing, and elements that do not count: exact zeros whatever they hold. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/sample.h"
#include "support/scene.h"

static int is_regularizer(const char *spec) { return spec[0] == 'l' && (spec[1] == '1' || spec[1] == '2'); }

/* The spec with one more parameter. */
static void with_parameter(char *out, size_t capacity, const char *spec, const char *parameter) {
  size_t length = strlen(spec);
  if (length > 0 && spec[length - 1] == ')')
    snprintf(out, capacity, "%.*s, %s)", (int)length - 1, spec, parameter);
  else
    snprintf(out, capacity, "%s(%s)", spec, parameter);
}

static int holds_only_nan(const buffer *tensor) {
  size_t i;
  for (i = 0; i < tensor->count; i += 1)
    if (!isnan(buffer_get(tensor, i))) return 0;
  return 1;
}

/* Rows of losses that divide by what counts; the sums and the unreduced ones have no mean to be empty. */
static int is_a_plain_mean(const char *spec) {
  return !is_regularizer(spec) && strstr(spec, "reduction=") == NULL && strchr(spec, '+') == NULL &&
         strncmp(spec, "keras.", 6) != 0;
}

static void batch_without_rows(const sample_kind *kind, lk_dtype dtype) {
  static const char *const policies[] = {"empty=zero", "empty=nan", "empty=error"};
  int policy;
  for (policy = 0; policy < 3; policy += 1) {
    char spec[256];
    sample_kind changed = *kind;
    sample made;
    lk_error error = check_error();
    with_parameter(spec, sizeof spec, kind->spec, policies[policy]);
    changed.spec = spec;
    check_scope("%s on a batch of no rows", spec);
    if (sample_create(&made, &changed, dtype, 0, 3, 4, LAYOUT_CONTIGUOUS)) {
      lk_status status = sample_eval(&made, NULL, &error);
      if (policy == 2) {
        CHECK_REFUSED(status, &error, LK_EMPTY, -1, "");
        CHECK(buffer_untouched(&made.value) && buffer_untouched(&made.gradient));
      } else if (CHECK_OK(status, &error)) {
        CHECK(policy == 0 ? buffer_all_zero(&made.value) : holds_only_nan(&made.value));
        CHECK(buffer_gaps_untouched(&made.value) && buffer_untouched(&made.gradient));
      }
    }
    sample_destroy(&made);
  }
}

static void batches_without_rows(void) {
  size_t row;
  for (row = 0; row < sample_kind_count; row += 1) {
    sample made;
    lk_error error = check_error();
    if (is_a_plain_mean(sample_kinds[row].spec)) {
      batch_without_rows(&sample_kinds[row], LK_F32);
      batch_without_rows(&sample_kinds[row], LK_F64);
      continue;
    }
    check_scope("%s on a batch of no rows", sample_kinds[row].spec);
    if (sample_create(&made, &sample_kinds[row], LK_F32, 0, 3, 4, LAYOUT_CONTIGUOUS)) {
      CHECK_OK(sample_eval(&made, NULL, &error), &error);
      if (strncmp(sample_kinds[row].spec, "keras.", 6) != 0) CHECK(buffer_all_zero(&made.value));
    }
    sample_destroy(&made);
  }
}

/* Every element masked: the same policies, with gradients that are zero or NaN, element by element. */
static void everything_masked(void) {
  static const struct {
    const char *spec;
    lk_status status;
    int nan;
  } rows[] = {{"mse", LK_OK, 0},
              {"mse(empty=nan)", LK_OK, 1},
              {"mse(empty=error)", LK_EMPTY, 0},
              {"huber(reduction=weighted_mean)", LK_OK, 0},
              {"bce(reduction=weighted_mean, empty=nan)", LK_OK, 1},
              {"focal(empty=error)", LK_EMPTY, 0},
              {"mae(reduction=sum, empty=error)", LK_OK, 0},
              {"mse(denominator=5, empty=nan)", LK_OK, 0}};
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i += 1) {
    scene made;
    if (!scene_open_pair(&made, rows[i].spec, LK_F32)) continue;
    scene_add(&made, "mask", LK_U8, DIMENSIONS(2, 3), NUMBERS(0, 0, 0, 0, 0, 0));
    check_scope("%s, everything masked", rows[i].spec);
    if (rows[i].status != LK_OK) {
      REFUSED(&made, rows[i].status, -1, "");
    } else if (SUCCEEDS(&made)) {
      CHECK(rows[i].nan ? holds_only_nan(&made.value) : buffer_all_zero(&made.value));
      CHECK(rows[i].nan ? holds_only_nan(&made.gradients[0]) : buffer_all_zero(&made.gradients[0]));
      CHECK(rows[i].nan ? holds_only_nan(&made.hessians[0]) : buffer_all_zero(&made.hessians[0]));
    }
    scene_close(&made);
  }
}

static void every_row_ignored(void) {
  static const struct {
    const char *spec;
    lk_status status;
    int nan;
  } rows[] = {{"cross_entropy(ignore_index=9)", LK_OK, 0},
              {"cross_entropy(ignore_index=9, empty=nan)", LK_OK, 1},
              {"cross_entropy(ignore_index=9, empty=error)", LK_EMPTY, 0},
              {"categorical_focal(ignore_index=9, empty=error)", LK_EMPTY, 0},
              {"multiclass_hinge(ignore_index=9)", LK_OK, 0},
              {"categorical_hinge(ignore_index=9, reduction=weighted_mean, empty=error)", LK_EMPTY, 0}};
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i += 1) {
    scene made;
    if (!scene_open(&made, rows[i].spec)) continue;
    scene_add(&made, "input", LK_F32, DIMENSIONS(2, 3), NUMBERS(NAN, INFINITY, 1, -INFINITY, 2, NAN));
    scene_add(&made, "target", LK_I64, DIMENSIONS(2), NUMBERS(9, 9));
    scene_want_gradient(&made, 0, LK_F32);
    scene_want_value(&made, LK_F32, SCALAR);
    check_scope("%s, every row ignored", rows[i].spec);
    if (rows[i].status != LK_OK) {
      REFUSED(&made, rows[i].status, -1, "");
    } else if (SUCCEEDS(&made)) {
      CHECK(rows[i].nan ? holds_only_nan(&made.value) : buffer_all_zero(&made.value));
      CHECK(rows[i].nan ? holds_only_nan(&made.gradients[0]) : buffer_all_zero(&made.gradients[0]));
    }
    scene_close(&made);
  }
}

/* The same call with poison in the row that does not count, and with plain numbers there: the same bits elsewhere,
   and exact zeros in the row itself. */
static void ignored_rows_may_hold_anything(void) {
  static const char *const specs[] = {"cross_entropy(ignore_index=-1)",
                                      "cross_entropy(ignore_index=-1, reduction=none)",
                                      "cross_entropy(ignore_index=-1, from=probs)",
                                      "categorical_focal(ignore_index=-1)", "multiclass_hinge(ignore_index=-1)",
                                      "categorical_hinge(ignore_index=-1)"};
  static const double poison[] = {NAN, INFINITY, -INFINITY, 1e300};
  size_t i, j, k;
  for (i = 0; i < sizeof specs / sizeof specs[0]; i += 1) {
    for (j = 0; j < sizeof poison / sizeof poison[0]; j += 1) {
      scene clean, poisoned;
      scene *both[2];
      both[0] = &clean;
      both[1] = &poisoned;
      for (k = 0; k < 2; k += 1) {
        double filler = k == 0 ? 0.25 : poison[j];
        if (!scene_open(both[k], specs[i])) return;
        scene_add(both[k], "input", LK_F64, DIMENSIONS(3, 2), NUMBERS(0.25, 0.75, filler, filler, 0.5, 0.5));
        scene_add(both[k], "target", LK_I32, DIMENSIONS(3), NUMBERS(1, -1, 0));
        scene_want_gradient(both[k], 0, LK_F64);
        if (strstr(specs[i], "none") != NULL) scene_want_value(both[k], LK_F64, DIMENSIONS(3));
        else scene_want_value(both[k], LK_F64, SCALAR);
        check_scope("%s with %g in the ignored row", specs[i], filler);
        SUCCEEDS(both[k]);
      }
      CHECK(buffer_same_bits(&clean.value, &poisoned.value));
      CHECK(buffer_same_bits(&clean.gradients[0], &poisoned.gradients[0]));
      CHECK(buffer_get(&poisoned.gradients[0], 2) == 0 && buffer_get(&poisoned.gradients[0], 3) == 0);
      scene_close(&clean);
      scene_close(&poisoned);
    }
  }
}

static void masked_elements_may_hold_anything(void) {
  static const char *const specs[] = {"mse",   "mae", "huber", "bce", "focal", "mse(reduction=none)",
                                      "bce(reduction=sum)"};
  static const double poison[] = {NAN, INFINITY, -INFINITY};
  size_t i, j, side;
  for (i = 0; i < sizeof specs / sizeof specs[0]; i += 1) {
    for (j = 0; j < 3; j += 1) {
      for (side = 0; side < 2; side += 1) {
        scene clean, poisoned;
        if (!scene_open_pair(&clean, specs[i], LK_F32) || !scene_open_pair(&poisoned, specs[i], LK_F32)) return;
        if (strstr(specs[i], "none") != NULL) {
          buffer_destroy(&clean.value);
          buffer_destroy(&poisoned.value);
          scene_want_value(&clean, LK_F32, DIMENSIONS(2, 3));
          scene_want_value(&poisoned, LK_F32, DIMENSIONS(2, 3));
        }
        scene_add(&clean, "mask", LK_BOOL, DIMENSIONS(2, 3), NUMBERS(1, 1, 1, 1, 0, 1));
        scene_add(&poisoned, "mask", LK_BOOL, DIMENSIONS(2, 3), NUMBERS(1, 1, 1, 1, 0, 1));
        buffer_set(&poisoned.tensors[side], 4, poison[j]);
        check_scope("%s with %g in a masked element of the %s", specs[i], poison[j], side == 0 ? "input" : "target");
        SUCCEEDS(&clean);
        if (SUCCEEDS(&poisoned)) {
          CHECK(buffer_same_bits(&clean.value, &poisoned.value));
          CHECK(buffer_same_bits(&clean.gradients[0], &poisoned.gradients[0]));
          CHECK(buffer_same_bits(&clean.hessians[0], &poisoned.hessians[0]));
          CHECK(buffer_get(&poisoned.gradients[0], 4) == 0 && buffer_get(&poisoned.hessians[0], 4) == 0);
        }
        scene_close(&clean);
        scene_close(&poisoned);
      }
    }
  }
}

/* A pixel that is masked or ignored leaves an overlap loss, and a region without pixels does not count. */
static void masked_pixels_leave_the_overlap(void) {
  static const char *const specs[] = {"dice", "jaccard", "tversky", "dice(activation=sigmoid)",
                                      "dice(activation=softmax)"};
  size_t i;
  for (i = 0; i < sizeof specs / sizeof specs[0]; i += 1) {
    scene with_poison, without;
    if (!scene_open(&with_poison, specs[i]) || !scene_open(&without, specs[i])) return;
    scene_add(&with_poison, "input", LK_F64, DIMENSIONS(1, 2, 3), NUMBERS(0.5, NAN, 0.25, 0.125, INFINITY, 0.75));
    scene_add(&with_poison, "target", LK_F64, DIMENSIONS(1, 2, 3), NUMBERS(1, NAN, 0, 0, 1, 1));
    scene_add(&with_poison, "mask", LK_U8, DIMENSIONS(1, 3), NUMBERS(1, 0, 1));
    scene_add(&without, "input", LK_F64, DIMENSIONS(1, 2, 2), NUMBERS(0.5, 0.25, 0.125, 0.75));
    scene_add(&without, "target", LK_F64, DIMENSIONS(1, 2, 2), NUMBERS(1, 0, 0, 1));
    scene_want_gradient(&with_poison, 0, LK_F64);
    scene_want_value(&with_poison, LK_F64, SCALAR);
    scene_want_gradient(&without, 0, LK_F64);
    scene_want_value(&without, LK_F64, SCALAR);
    check_scope("%s with a masked pixel", specs[i]);
    if (SUCCEEDS(&with_poison) && SUCCEEDS(&without)) {
      CHECK(fabs(buffer_get(&with_poison.value, 0) - buffer_get(&without.value, 0)) < 1e-14);
      CHECK(buffer_get(&with_poison.gradients[0], 1) == 0 && buffer_get(&with_poison.gradients[0], 4) == 0);
      CHECK(fabs(buffer_get(&with_poison.gradients[0], 2) - buffer_get(&without.gradients[0], 1)) < 1e-14);
      CHECK(fabs(buffer_get(&with_poison.gradients[0], 3) - buffer_get(&without.gradients[0], 2)) < 1e-14);
    }
    scene_close(&with_poison);
    scene_close(&without);
  }
}

/* NaN in gives NaN out in its own row, and leaves the other rows' bits alone. */
static void nan_stays_in_its_row(void) {
  static const char *const specs[] = {"cross_entropy(reduction=none)", "categorical_focal(reduction=none)",
                                      "multiclass_hinge(reduction=none)"};
  size_t i;
  for (i = 0; i < sizeof specs / sizeof specs[0]; i += 1) {
    scene made;
    if (!scene_open(&made, specs[i])) return;
    scene_add(&made, "input", LK_F32, DIMENSIONS(3, 3), NUMBERS(1, 2, 3, 0, NAN, 1, 3, 2, 1));
    scene_add(&made, "target", LK_I64, DIMENSIONS(3), NUMBERS(0, 0, 2));
    scene_want_gradient(&made, 0, LK_F32);
    scene_want_value(&made, LK_F32, DIMENSIONS(3));
    check_scope("%s with NaN in row 1", specs[i]);
    if (SUCCEEDS(&made)) {
      CHECK(isfinite(buffer_get(&made.value, 0)) && isfinite(buffer_get(&made.value, 2)));
      CHECK(isnan(buffer_get(&made.value, 1)));
      CHECK(isfinite(buffer_get(&made.gradients[0], 2)) && isfinite(buffer_get(&made.gradients[0], 6)));
    }
    scene_close(&made);
  }
}

/* A logit of -inf is probability exactly 0: no loss where its target weight is 0, an infinite one where it is not. */
static void minus_infinity_is_probability_zero(void) {
  scene made;
  if (scene_open(&made, "cross_entropy(reduction=none)")) {
    scene_add(&made, "input", LK_F64, DIMENSIONS(2, 3), NUMBERS(0, -INFINITY, 0, 1, -INFINITY, 1));
    scene_add(&made, "target", LK_I64, DIMENSIONS(2), NUMBERS(0, 1));
    scene_want_gradient(&made, 0, LK_F64);
    scene_want_hessian(&made, 0, LK_F64);
    scene_want_value(&made, LK_F64, DIMENSIONS(2));
    check_scope("cross_entropy with a logit of -inf");
    if (SUCCEEDS(&made)) {
      CHECK(fabs(buffer_get(&made.value, 0) - 0.69314718055994531) < 1e-15);
      CHECK(buffer_get(&made.value, 1) == INFINITY);
      CHECK(buffer_get(&made.gradients[0], 1) == 0.0 && buffer_get(&made.hessians[0], 1) == 0.0);
      CHECK(buffer_get(&made.gradients[0], 0) == -0.5 && buffer_get(&made.gradients[0], 2) == 0.5);
    }
    scene_close(&made);
  }
  if (scene_open(&made, "cross_entropy")) {
    scene_add(&made, "input", LK_F32, DIMENSIONS(1, 3), NUMBERS(0, -INFINITY, 0));
    scene_add(&made, "target", LK_F32, DIMENSIONS(1, 3), NUMBERS(0.5, 0, 0.5));
    scene_want_gradient(&made, 0, LK_F32);
    scene_want_value(&made, LK_F32, SCALAR);
    check_scope("dense target of 0 where the logit is -inf");
    if (SUCCEEDS(&made)) {
      CHECK(buffer_close_to(&made.value, NUMBERS(0.69314718)));
      CHECK(buffer_all_zero(&made.gradients[0]));
    }
    scene_close(&made);
  }
  if (scene_open(&made, "bce(reduction=none)")) {
    scene_add(&made, "input", LK_F32, DIMENSIONS(4), NUMBERS(-INFINITY, -INFINITY, INFINITY, INFINITY));
    scene_add(&made, "target", LK_F32, DIMENSIONS(4), NUMBERS(0, 1, 1, 0));
    scene_want_gradient(&made, 0, LK_F32);
    scene_want_value(&made, LK_F32, DIMENSIONS(4));
    check_scope("bce with infinite logits");
    if (SUCCEEDS(&made)) {
      CHECK(buffer_close_to(&made.gradients[0], NUMBERS(0, -1, 0, 1)));
      CHECK(buffer_get(&made.value, 0) == 0 && buffer_get(&made.value, 2) == 0);
      CHECK(buffer_get(&made.value, 1) == INFINITY && buffer_get(&made.value, 3) == INFINITY);
    }
    scene_close(&made);
  }
}

int main(void) {
  batches_without_rows();
  everything_masked();
  every_row_ignored();
  ignored_rows_may_hold_anything();
  masked_elements_may_hold_anything();
  masked_pixels_leave_the_overlap();
  nan_stays_in_its_row();
  minus_infinity_is_probability_zero();
  return check_finish();
}
