/* What the library says about itself: the operands and the value's shape of a loss, its canonical text, the catalog. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/sample.h"
#include "support/scene.h"

static lk_loss *make(const char *spec) {
  lk_loss *loss = NULL;
  lk_error error = check_error();
  check_scope("%s", spec);
  CHECK_OK(lk_loss_create(spec, &loss, &error), &error);
  return loss;
}

static char *canonical(const lk_loss *loss) {
  size_t length = 0;
  char *text;
  if (!CHECK(lk_loss_spec(loss, NULL, 0, &length, NULL) == LK_OK && length > 0)) return NULL;
  text = malloc(length + 1);
  if (text == NULL || !CHECK(lk_loss_spec(loss, text, length + 1, NULL, NULL) == LK_OK)) {
    free(text);
    return NULL;
  }
  CHECK_THAT(strlen(text) == length, "%lu letters, announced as %lu", (unsigned long)strlen(text),
             (unsigned long)length);
  return text;
}

/* The text of a loss makes the same loss again. */
static void canonical_text_is_a_fixed_point(const char *spec) {
  lk_loss *loss = make(spec), *again = NULL;
  lk_error error = check_error();
  char *text = loss == NULL ? NULL : canonical(loss), *second = NULL;
  if (text != NULL) {
    if (CHECK_OK(lk_loss_create(text, &again, &error), &error)) second = canonical(again);
    CHECK_THAT(second != NULL && strcmp(text, second) == 0, "\"%s\" prints back as \"%s\"", text,
               second == NULL ? "" : second);
  }
  free(text);
  free(second);
  lk_loss_destroy(loss);
  lk_loss_destroy(again);
}

static void canonical_texts(void) {
  static const char *const rows[][2] = {
      {"mse", "mse"},
      {"  mse ( reduction = mean ) ", "mse"},
      {"mse(reduction=sum)", "mse(reduction=sum)"},
      {"huber(delta=1.0)", "huber"},
      {"huber(delta=0.50)", "huber(delta=0.5)"},
      {"cross_entropy( ignore_index=-100,label_smoothing=1e-1 )",
       "cross_entropy(label_smoothing=0.1, ignore_index=-100)"},
  };
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i += 1) {
    lk_loss *loss = make(rows[i][0]);
    char *text = loss == NULL ? NULL : canonical(loss);
    CHECK_THAT(text != NULL && strcmp(text, rows[i][1]) == 0, "prints as \"%s\"", text == NULL ? "" : text);
    free(text);
    lk_loss_destroy(loss);
  }
  for (i = 0; i < sample_kind_count; i += 1) canonical_text_is_a_fixed_point(sample_kinds[i].spec);
  canonical_text_is_a_fixed_point(
      "0.7*cross_entropy(class_weight=[0.2, 0.8]) + 0.3*dice(smooth=1) - 1e-4*l2(input=@weights)");
  canonical_text_is_a_fixed_point("bce(pos_weight=@w, denominator=@d, mask=none)");
}

/* The buffer of lk_loss_spec: exactly enough is enough, one less is refused with the length and nothing else. */
static void buffer_of_the_text(void) {
  lk_loss *loss = make("huber(delta=0.5)");
  const char *expected = "huber(delta=0.5)";
  size_t needed = strlen(expected), capacity, length;
  if (loss == NULL) return;
  for (capacity = 0; capacity <= needed + 3; capacity += 1) {
    char text[64];
    lk_error error = check_error();
    size_t i, foreign = 0;
    lk_status status;
    memset(text, '#', sizeof text);
    length = 9999;
    status = lk_loss_spec(loss, text, capacity, &length, &error);
    check_scope("capacity %lu", (unsigned long)capacity);
    CHECK_THAT(length == needed, "the length is %lu", (unsigned long)length);
    if (capacity <= needed) {
      CHECK_REFUSED(status, &error, LK_INVALID_ARGUMENT, ANY_INDEX, "17");
      for (i = 0; i < sizeof text; i += 1) foreign += text[i] != '#';
    } else {
      CHECK_OK(status, &error);
      CHECK(strcmp(text, expected) == 0);
      for (i = needed + 1; i < sizeof text; i += 1) foreign += text[i] != '#';
    }
    CHECK_THAT(foreign == 0, "%lu bytes too many were written", (unsigned long)foreign);
  }
  lk_loss_destroy(loss);
}


static void operands_are_listed(void) {
  static const struct {
    const char *spec, *name;
    int listed;
    uint32_t flags, mask;
  } rows[] = {
      {"mse", "input", 1, LK_OPERAND_REQUIRED | LK_OPERAND_GRADIENT | LK_OPERAND_HESSIAN, 7},
      {"mse", "target", 1, LK_OPERAND_REQUIRED, LK_OPERAND_REQUIRED},
      {"mse", "sample_weight", 1, 0, LK_OPERAND_REQUIRED},
      {"mse", "mask", 1, 0, 7},
      {"mse", "grad_output", 1, 0, LK_OPERAND_REQUIRED},
      {"mse(sample_weight=none, mask=none)", "sample_weight", 0, 0, 0},
      {"mse(sample_weight=none, mask=none)", "mask", 0, 0, 0},
      {"mse(denominator=@total)", "total", 1, LK_OPERAND_REQUIRED, LK_OPERAND_REQUIRED},
      {"cross_entropy", "target", 1, LK_OPERAND_REQUIRED, LK_OPERAND_REQUIRED | LK_OPERAND_HESSIAN},
      {"cross_entropy", "input", 1, LK_OPERAND_REQUIRED | LK_OPERAND_GRADIENT | LK_OPERAND_HESSIAN, 7},
      {"cross_entropy(class_weight=@cw)", "cw", 1, LK_OPERAND_REQUIRED, LK_OPERAND_REQUIRED},
      {"dice", "input", 1, LK_OPERAND_REQUIRED | LK_OPERAND_GRADIENT, 7},
      {"l2", "target", 0, 0, 0},
      {"l2", "sample_weight", 0, 0, 0},
      {"l2(input=@weights)", "weights", 1, LK_OPERAND_REQUIRED | LK_OPERAND_GRADIENT | LK_OPERAND_HESSIAN, 7},
      {"l2(input=@weights)", "input", 0, 0, 0},
      {"mse(target=@teacher)", "teacher", 1, LK_OPERAND_REQUIRED, LK_OPERAND_REQUIRED},
      {"mse + 0.1*l2(input=@weights)", "weights", 1, LK_OPERAND_REQUIRED | LK_OPERAND_GRADIENT, 3},
      {"mse + 0.1*l2(input=@weights)", "input", 1, LK_OPERAND_REQUIRED | LK_OPERAND_GRADIENT, 3},
  };
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i += 1) {
    lk_loss *loss;
    size_t count = 0, index, found = 0;
    loss = make(rows[i].spec);
    check_scope("%s, operand %s", rows[i].spec, rows[i].name);
    if (loss == NULL || !CHECK(lk_loss_operand_count(loss, &count, NULL) == LK_OK && count > 0)) continue;
    for (index = 0; index < count; index += 1) {
      lk_operand_info info;
      lk_error error = check_error();
      memset(&info, 0, sizeof info);
      info.struct_size = sizeof info;
      if (!CHECK_OK(lk_loss_operand_info(loss, index, &info, &error), &error)) continue;
      CHECK(info.struct_size == sizeof info && info.name != NULL && (info.flags & ~7u) == 0);
      if (strcmp(info.name, rows[i].name) != 0) continue;
      found += 1;
      CHECK_THAT((info.flags & rows[i].mask) == rows[i].flags, "flags are %u", (unsigned)info.flags);
    }
    CHECK_THAT(found == (size_t)rows[i].listed, "listed %lu times", (unsigned long)found);
    lk_loss_destroy(loss);
  }
}

static void shape_of_the_value(const char *spec, uint32_t rank, const int64_t *shape, uint32_t target_rank,
                               const int64_t *target_shape, lk_dtype target_dtype, uint32_t expected_rank,
                               const int64_t *expected) {
  lk_tensor input, target;
  lk_operand operands[2];
  lk_error error = check_error();
  uint32_t found_rank = 99, i;
  int64_t found[8];
  lk_loss *loss = make(spec);
  if (loss == NULL) return;
  memset(&input, 0, sizeof input);
  memset(&target, 0, sizeof target);
  memset(operands, 0, sizeof operands);
  /* Only shapes are read: these addresses hold nothing. */
  input.data = (void *)(uintptr_t)4096;
  target.data = (void *)(uintptr_t)8192;
  input.dtype = LK_F32;
  target.dtype = target_dtype;
  input.rank = rank;
  target.rank = target_rank;
  for (i = 0; i < rank; i += 1) input.shape[i] = shape[i];
  for (i = 0; i < target_rank; i += 1) target.shape[i] = target_shape[i];
  operands[0].name = "input";
  operands[0].tensor = &input;
  operands[1].name = "target";
  operands[1].tensor = &target;
  if (CHECK_OK(lk_loss_value_shape(loss, operands, 2, &found_rank, found, &error), &error) &&
      CHECK_THAT(found_rank == expected_rank, "rank %u, expected %u", (unsigned)found_rank, (unsigned)expected_rank))
    for (i = 0; i < found_rank; i += 1)
      CHECK_THAT(found[i] == expected[i], "dimension %u is %lld", (unsigned)i, (long long)found[i]);
  lk_loss_destroy(loss);
}

static void shapes_of_values(void) {
  shape_of_the_value("mse", DIMENSIONS(4, 3), DIMENSIONS(4, 3), LK_F32, SCALAR);
  shape_of_the_value("mse(reduction=none)", DIMENSIONS(4, 3), DIMENSIONS(4, 3), LK_F32, DIMENSIONS(4, 3));
  shape_of_the_value("mse(reduction=none)", SCALAR, SCALAR, LK_F32, SCALAR);
  shape_of_the_value("cross_entropy(reduction=none)", DIMENSIONS(4, 3), DIMENSIONS(4), LK_I64, DIMENSIONS(4));
  shape_of_the_value("cross_entropy(reduction=none)", DIMENSIONS(2, 3, 5, 7), DIMENSIONS(2, 5, 7), LK_U8,
                     DIMENSIONS(2, 5, 7));
  shape_of_the_value("cross_entropy(reduction=none, axis=-1)", DIMENSIONS(2, 5, 3), DIMENSIONS(2, 5, 3), LK_F32,
                     DIMENSIONS(2, 5));
  shape_of_the_value("cross_entropy(reduction=none)", DIMENSIONS(3), SCALAR, LK_I64, SCALAR);
  shape_of_the_value("dice(reduction=none)", DIMENSIONS(2, 3, 5, 7), DIMENSIONS(2, 3, 5, 7), LK_F32, DIMENSIONS(2, 3));
  shape_of_the_value("dice(reduction=none, include_background=false)", DIMENSIONS(2, 3, 5), DIMENSIONS(2, 3, 5), LK_F32,
                     DIMENSIONS(2, 2));
  shape_of_the_value("dice(reduction=none, batch=true)", DIMENSIONS(2, 3, 5), DIMENSIONS(2, 3, 5), LK_F32,
                     DIMENSIONS(3));
  shape_of_the_value("keras.mean_squared_error(reduction=none)", DIMENSIONS(4, 3), DIMENSIONS(4, 3), LK_F32,
                     DIMENSIONS(4));
}

static void unequal_terms_are_refused(void) {
  lk_loss *loss = NULL;
  lk_error error = check_error();
  lk_status status = lk_loss_create("mse + cross_entropy(reduction=none)", &loss, &error);
  check_scope("a reduced and an unreduced term");
  if (status == LK_OK) {
    scene made;
    if (scene_open_labels(&made, "mse(target=@t) + cross_entropy(reduction=none)", LK_I64)) {
      scene_add(&made, "t", LK_F32, DIMENSIONS(2, 3), NULL);
      REFUSED(&made, LK_INVALID_SHAPE, ANY_INDEX, "reduction");
      scene_close(&made);
    }
  } else {
    CHECK_REFUSED(status, &error, LK_INVALID_SPEC, ANY_INDEX, "reduction");
  }
  lk_loss_destroy(loss);
}

static int is_sentence(const char *text) { return text != NULL && strlen(text) >= 3; }

/* Every parameter of the catalog, written out with its default, makes the loss that the bare name makes. */
static void parameters_of(size_t loss_index, const lk_loss_info *loss) {
  uint32_t index;
  lk_loss *bare = make(loss->name);
  char *bare_text = bare == NULL ? NULL : canonical(bare);
  CHECK_THAT(bare_text != NULL && strcmp(bare_text, loss->name) == 0, "the bare loss prints as \"%s\"",
             bare_text == NULL ? "" : bare_text);
  for (index = 0; index < loss->parameter_count; index += 1) {
    lk_parameter_info parameter;
    lk_error error = check_error();
    lk_loss *explicit_default = NULL;
    char spec[512], *text;
    memset(&parameter, 0, sizeof parameter);
    parameter.struct_size = sizeof parameter;
    check_scope("%s, parameter %u", loss->name, (unsigned)index);
    if (!CHECK_OK(lk_catalog_parameter(loss_index, index, &parameter, &error), &error)) continue;
    CHECK(is_sentence(parameter.name) || (parameter.name != NULL && parameter.name[0] != 0));
    CHECK(is_sentence(parameter.summary) && parameter.range != NULL && parameter.default_value != NULL);
    CHECK_THAT(parameter.kinds != 0 && parameter.kinds < 256, "kinds are %u", (unsigned)parameter.kinds);
    snprintf(spec, sizeof spec, "%s(%s=%s)", loss->name, parameter.name, parameter.default_value);
    check_scope("%s", spec);
    error = check_error();
    if (!CHECK_OK(lk_loss_create(spec, &explicit_default, &error), &error)) continue;
    text = canonical(explicit_default);
    CHECK_THAT(text != NULL && strcmp(text, loss->name) == 0, "prints as \"%s\"", text == NULL ? "" : text);
    free(text);
    lk_loss_destroy(explicit_default);
  }
  {
    lk_parameter_info past;
    memset(&past, 0, sizeof past);
    past.struct_size = sizeof past;
    check_scope("%s, a parameter past the last", loss->name);
    CHECK(lk_catalog_parameter(loss_index, loss->parameter_count, &past, NULL) == LK_INVALID_ARGUMENT);
  }
  free(bare_text);
  lk_loss_destroy(bare);
}

static void catalog_is_complete(void) {
  static const char *const expected[] = {
      "mse", "mae", "huber", "cross_entropy", "bce", "focal", "categorical_focal", "hinge", "squared_hinge",
      "multiclass_hinge", "categorical_hinge", "dice", "jaccard", "tversky", "l1", "l2",
      "keras.mean_squared_error", "keras.mean_absolute_error", "keras.huber", "keras.binary_crossentropy",
      "keras.binary_focal_crossentropy", "keras.categorical_crossentropy", "keras.sparse_categorical_crossentropy",
      "keras.categorical_focal_crossentropy", "keras.hinge", "keras.squared_hinge", "keras.categorical_hinge",
      "keras.dice", "keras.tversky"};
  int seen[sizeof expected / sizeof expected[0]] = {0};
  size_t count = lk_catalog_count(), index, i;
  for (index = 0; index < count; index += 1) {
    lk_loss_info info;
    lk_error error = check_error();
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    check_scope("loss %lu of the catalog", (unsigned long)index);
    if (!CHECK_OK(lk_catalog_loss(index, &info, &error), &error)) continue;
    CHECK(is_sentence(info.name) || (info.name != NULL && strlen(info.name) == 2));
    CHECK(is_sentence(info.summary) && is_sentence(info.formula) && is_sentence(info.details));
    CHECK(is_sentence(info.tasks) && is_sentence(info.reference));
    CHECK_THAT(info.parameter_count >= 2, "%u parameters", (unsigned)info.parameter_count);
    for (i = 0; i < sizeof expected / sizeof expected[0]; i += 1) seen[i] += strcmp(expected[i], info.name) == 0;
    parameters_of(index, &info);
  }
  check_scope("catalog");
  for (i = 0; i < sizeof expected / sizeof expected[0]; i += 1)
    CHECK_THAT(seen[i] == 1, "%s is listed %d times", expected[i], seen[i]);
}

int main(void) {
  canonical_texts();
  buffer_of_the_text();
  operands_are_listed();
  shapes_of_values();
  unequal_terms_are_refused();
  catalog_is_complete();
  return check_finish();
}
