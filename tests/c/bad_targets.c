/* Labels that are no class: refused with the index of the first bad one, in every integer width, as floats, in every
   layout and far into a large batch; and targets that a loss with signs or shares does not know. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/scene.h"

static const struct {
  const char *name;
  lk_dtype dtype;
} label_types[] = {{"i8", LK_I8},   {"u8", LK_U8},   {"i16", LK_I16}, {"i32", LK_I32},
                   {"i64", LK_I64}, {"f32", LK_F32}, {"f64", LK_F64}};

#define LABEL_TYPES (sizeof label_types / sizeof label_types[0])

static const char *const labelled[] = {"cross_entropy", "cross_entropy(reduction=none)", "categorical_focal",
                                       "multiclass_hinge", "categorical_hinge",
                                       "keras.sparse_categorical_crossentropy"};

#define LABELLED (sizeof labelled / sizeof labelled[0])

/* [5, 3] numbers in (0, 1), labels 0..2, all outputs that the loss offers but the Hessian. */
static int open_rows(scene *made, const char *spec, lk_dtype label_dtype) {
  uint32_t rank = 0;
  int64_t shape[8];
  if (!scene_open(made, spec)) return 0;
  scene_add(made, "input", LK_F64, DIMENSIONS(5, 3),
            NUMBERS(.2, .3, .5, .1, .6, .3, .4, .4, .2, .7, .2, .1, .3, .3, .4));
  scene_add(made, "target", label_dtype, DIMENSIONS(5), NUMBERS(0, 2, 1, 0, 2));
  scene_want_gradient(made, 0, LK_F64);
  if (!CHECK(lk_loss_value_shape(made->loss, made->operands, made->count, &rank, shape, NULL) == LK_OK)) return 0;
  scene_want_value(made, LK_F64, rank, shape);
  return 1;
}

static void refuse_label(scene *made, double label) {
  char text[64];
  buffer_set(&made->tensors[1], 3, label);
  buffer_set(&made->tensors[1], 4, label);
  snprintf(text, sizeof text, "target[3] = %g", label);
  if (isnan(label)) strcpy(text, "target[3] = NaN");
  REFUSED(made, LK_INVALID_TARGET, 3, text);
}

static void integer_labels_must_be_classes(const char *spec, const char *type_name, lk_dtype dtype) {
  static const double bad[] = {3, 4, 100, -1, -100};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof bad[0]; i += 1) {
    scene made;
    if (bad[i] < 0 && dtype == LK_U8) continue;
    if (!open_rows(&made, spec, dtype)) return;
    check_scope("%s, labels as %s, %g", spec, type_name, bad[i]);
    refuse_label(&made, bad[i]);
    scene_close(&made);
  }
}

static void float_labels_must_be_whole(const char *spec, const char *type_name, lk_dtype dtype) {
  const double bad[] = {0.5, 2.5, -0.25, 1.0000001, NAN, INFINITY, -INFINITY, 1e30, -1e30};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof bad[0]; i += 1) {
    scene made;
    double label = dtype == LK_F32 ? (double)(float)bad[i] : bad[i];
    if (!open_rows(&made, spec, dtype)) return;
    check_scope("%s, labels as %s, %.9g", spec, type_name, label);
    buffer_set(&made.tensors[1], 3, label);
    buffer_set(&made.tensors[1], 4, NAN);
    REFUSED(&made, LK_INVALID_TARGET, 3, "target[3]");
    scene_close(&made);
  }
}

static void every_label_type_is_checked(void) {
  size_t i, j;
  for (i = 0; i < LABELLED; i += 1) {
    for (j = 0; j < LABEL_TYPES; j += 1) {
      scene made;
      integer_labels_must_be_classes(labelled[i], label_types[j].name, label_types[j].dtype);
      if (label_types[j].dtype == LK_F32 || label_types[j].dtype == LK_F64)
        float_labels_must_be_whole(labelled[i], label_types[j].name, label_types[j].dtype);
      if (!open_rows(&made, labelled[i], label_types[j].dtype)) continue;
      check_scope("%s, good labels as %s", labelled[i], label_types[j].name);
      SUCCEEDS(&made);
      scene_close(&made);
    }
  }
}

/* The limits of i64 and numbers that no double holds must not wrap into range. */
static void extreme_labels_do_not_wrap(void) {
  static const int64_t bad[] = {INT64_MIN, INT64_MAX, INT64_C(1) << 32, (INT64_C(1) << 32) + 1, -(INT64_C(1) << 32)};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof bad[0]; i += 1) {
    scene made;
    char text[64];
    if (!open_rows(&made, "cross_entropy", LK_I64)) return;
    memcpy((int64_t *)made.tensors[1].view.data + 2, &bad[i], sizeof bad[i]);
    snprintf(text, sizeof text, "target[2] = %lld", (long long)bad[i]);
    check_scope("label %lld", (long long)bad[i]);
    REFUSED(&made, LK_INVALID_TARGET, 2, text);
    scene_close(&made);
  }
}

/* Ignored labels are labels of no class that are allowed; every other such label is still refused. */
static void only_the_ignored_label_is_excused(void) {
  scene made;
  if (!open_rows(&made, "cross_entropy(ignore_index=-100)", LK_I64)) return;
  buffer_set(&made.tensors[1], 1, -100);
  SUCCEEDS(&made);
  buffer_set(&made.tensors[1], 4, -101);
  REFUSED(&made, LK_INVALID_TARGET, 4, "target[4] = -101");
  scene_close(&made);
}

/* The whole batch is checked before the first write, on every path that splits it. */
static void last_label_of_a_large_batch(void) {
  enum { ROWS = 20011, CLASSES = 7 };
  static const char *const specs[] = {"cross_entropy", "cross_entropy(reduction=none)", "multiclass_hinge"};
  lk_context *context = NULL;
  lk_context_options options;
  size_t i;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.threads = 3;
  if (!CHECK(lk_context_create(&options, &context, NULL) == LK_OK)) return;
  for (i = 0; i < sizeof specs / sizeof specs[0]; i += 1) {
    scene made;
    lk_error error = check_error();
    int layout_index;
    for (layout_index = 0; layout_index < 2; layout_index += 1) {
      if (!scene_open(&made, specs[i])) break;
      scene_add(&made, "input", LK_F32, DIMENSIONS(ROWS, CLASSES), NULL);
      scene_add(&made, "target", LK_I32, DIMENSIONS(ROWS), NULL);
      buffer_fill(&made.tensors[1], 1);
      if (layout_index == 1) {
        buffer strided = buffer_like(&made.tensors[1], LK_I32, LAYOUT_STRIDED);
        buffer_fill(&strided, 1);
        buffer_destroy(&made.tensors[1]);
        made.tensors[1] = strided;
      }
      buffer_set(&made.tensors[1], ROWS - 1, CLASSES);
      buffer_set(&made.tensors[1], ROWS - 3, CLASSES);
      scene_want_gradient(&made, 0, LK_F32);
      if (strstr(specs[i], "none") != NULL) scene_want_value(&made, LK_F32, DIMENSIONS(ROWS));
      else scene_want_value(&made, LK_F32, SCALAR);
      check_scope("%s, the last label but two of %d is bad, %s", specs[i], (int)ROWS,
                  layout_name(layout_index == 0 ? LAYOUT_CONTIGUOUS : LAYOUT_STRIDED));
      CHECK_REFUSED(scene_eval(&made, context, &error), &error, LK_INVALID_TARGET, ROWS - 3, "target[20008] = 7");
      CHECK(buffer_untouched(&made.gradients[0]) && buffer_untouched(&made.value));
      scene_close(&made);
    }
  }
  lk_context_destroy(context);
}

/* In higher ranks the index counts labels row-major, and the message says where in each dimension. */
static void labels_of_images(void) {
  scene made;
  if (!scene_open(&made, "cross_entropy")) return;
  scene_add(&made, "input", LK_F32, DIMENSIONS(2, 3, 2, 2), NULL);
  scene_add(&made, "target", LK_U8, DIMENSIONS(2, 2, 2), NUMBERS(0, 1, 2, 0, 1, 2, 3, 0));
  scene_want_gradient(&made, 0, LK_F32);
  scene_want_value(&made, LK_F32, SCALAR);
  check_scope("labels of rank 3");
  REFUSED(&made, LK_INVALID_TARGET, 6, "target[1, 1, 0] = 3");
  scene_close(&made);
}

static void shapes_of_targets(void) {
  scene made;
  if (open_rows(&made, "cross_entropy", LK_I64)) {
    made.tensors[1].view.shape[0] = 4;
    check_scope("one label too few");
    REFUSED(&made, LK_INVALID_SHAPE, ANY_INDEX, "target");
    made.tensors[1].view.shape[0] = 5;
    made.tensors[1].view.rank = 2;
    made.tensors[1].view.shape[1] = 1;
    check_scope("labels with a class axis of one");
    REFUSED(&made, LK_INVALID_SHAPE, ANY_INDEX, "target");
    scene_close(&made);
  }
  if (scene_open(&made, "cross_entropy")) {
    scene_add(&made, "input", LK_F32, DIMENSIONS(2, 0), NULL);
    scene_add(&made, "target", LK_I64, DIMENSIONS(2), NUMBERS(0, 0));
    scene_want_value(&made, LK_F32, SCALAR);
    check_scope("rows of no class");
    REFUSED(&made, LK_INVALID_SHAPE, ANY_INDEX, "class");
    scene_close(&made);
  }
  if (scene_open(&made, "cross_entropy(class_weight=[1, 2])")) {
    scene_add(&made, "input", LK_F32, DIMENSIONS(2, 3), NULL);
    scene_add(&made, "target", LK_I64, DIMENSIONS(2), NUMBERS(0, 0));
    scene_want_value(&made, LK_F32, SCALAR);
    check_scope("two class weights for three classes");
    REFUSED(&made, LK_INVALID_SHAPE, ANY_INDEX, "class_weight");
    scene_close(&made);
  }
  if (scene_open(&made, "cross_entropy(axis=3)")) {
    scene_add(&made, "input", LK_F32, DIMENSIONS(2, 3), NULL);
    scene_add(&made, "target", LK_I64, DIMENSIONS(2), NUMBERS(0, 0));
    scene_want_value(&made, LK_F32, SCALAR);
    check_scope("axis 3 of rank 2");
    REFUSED(&made, LK_INVALID_SHAPE, ANY_INDEX, "axis");
    scene_close(&made);
  }
}

static void margins_know_two_labels(void) {
  static const struct {
    const char *spec;
    double good, bad;
  } rows[] = {{"hinge", 1, 0}, {"hinge", 1, 2}, {"hinge(labels=binary)", 0, -1}, {"squared_hinge", -1, 0.5},
              {"squared_hinge(labels=binary)", 1, 0.5}};
  size_t i, j;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i += 1) {
    scene made;
    const double bad[] = {rows[i].bad, NAN, INFINITY};
    for (j = 0; j < 3; j += 1) {
      if (!scene_open_pair(&made, rows[i].spec, LK_F64)) return;
      made.operands[0].hessian = NULL;
      buffer_fill(&made.tensors[1], rows[i].good);
      buffer_set(&made.tensors[1], 4, bad[j]);
      check_scope("%s, label %g", rows[i].spec, bad[j]);
      REFUSED(&made, LK_INVALID_TARGET, 4, "target[1, 1]");
      scene_close(&made);
    }
  }
}

/* Dense targets with ignore_index have no label to compare. */
static void ignore_index_needs_labels(void) {
  scene made;
  if (!scene_open(&made, "cross_entropy(ignore_index=0)")) return;
  scene_add(&made, "input", LK_F32, DIMENSIONS(2, 3), NULL);
  scene_add(&made, "target", LK_F32, DIMENSIONS(2, 3), NULL);
  scene_want_value(&made, LK_F32, SCALAR);
  check_scope("ignore_index with a dense target");
  REFUSED(&made, LK_UNSUPPORTED, ANY_INDEX, "ignore_index");
  scene_close(&made);
}

int main(void) {
  every_label_type_is_checked();
  extreme_labels_do_not_wrap();
  only_the_ignored_label_is_excused();
  last_label_of_a_large_batch();
  labels_of_images();
  shapes_of_targets();
  margins_know_two_labels();
  ignore_index_needs_labels();
  return check_finish();
}
