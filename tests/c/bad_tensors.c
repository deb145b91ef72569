/* Tensors that cannot be read or written: every one is refused before a byte of any buffer changes. */
#include <math.h>
#include <string.h>

#include "support/check.h"
#include "support/scene.h"

/* The views of a call to mse that a test can bend, in turn: the role of each is what the message must name. */
enum { INPUT, TARGET, GRADIENT, HESSIAN, VALUE, VIEWS };

static const char *const roles[VIEWS] = {"input", "target", "gradient", "hessian", "value"};

static lk_tensor *view_of(scene *made, int which) {
  switch (which) {
    case INPUT: return &made->tensors[0].view;
    case TARGET: return &made->tensors[1].view;
    case GRADIENT: return &made->gradients[0].view;
    case HESSIAN: return &made->hessians[0].view;
    default: return &made->value.view;
  }
}

static int is_output(int which) { return which >= GRADIENT; }

/* [2, 3] operands, reduction=none, so that the value has a shape to bend, too. */
static int open_all(scene *made) {
  if (!scene_open(made, "mse(reduction=none)")) return 0;
  scene_add(made, "input", LK_F32, DIMENSIONS(2, 3), NUMBERS(0.5, -1.25, 2, 0, 3, -0.5));
  scene_add(made, "target", LK_F32, DIMENSIONS(2, 3), NUMBERS(1, 0, 1, 0, 1, 1));
  scene_want_gradient(made, 0, LK_F32);
  scene_want_hessian(made, 0, LK_F32);
  scene_want_value(made, LK_F32, DIMENSIONS(2, 3));
  return 1;
}

typedef void bend(lk_tensor *view);

static void each_view(const char *what, bend *change, lk_status code, int outputs_only) {
  int which;
  for (which = outputs_only ? GRADIENT : INPUT; which < VIEWS; which += 1) {
    scene made;
    if (!open_all(&made)) return;
    change(view_of(&made, which));
    check_scope("%s: %s", roles[which], what);
    REFUSED(&made, code, ANY_INDEX, roles[which]);
    scene_close(&made);
  }
}

static void data_null(lk_tensor *view) { view->data = NULL; }
static void data_misaligned(lk_tensor *view) { view->data = (char *)view->data + 1; }
static void data_misaligned_by_two(lk_tensor *view) { view->data = (char *)view->data + 2; }
static void dtype_zero(lk_tensor *view) { view->dtype = 0; }
static void dtype_unknown(lk_tensor *view) { view->dtype = 11; }
static void dtype_absurd(lk_tensor *view) { view->dtype = UINT32_MAX; }
static void rank_nine(lk_tensor *view) { view->rank = 9; }
static void rank_absurd(lk_tensor *view) { view->rank = UINT32_MAX; }
static void shape_negative(lk_tensor *view) { view->shape[1] = -3; }
static void shape_most_negative(lk_tensor *view) { view->shape[0] = INT64_MIN; }
static void shape_huge(lk_tensor *view) { view->shape[0] = INT64_MAX; }
static void shape_product_overflows(lk_tensor *view) {
  view->shape[0] = INT64_C(1) << 32;
  view->shape[1] = INT64_C(1) << 32;
}
static void shape_bytes_overflow(lk_tensor *view) {
  view->shape[0] = INT64_C(1) << 31;
  view->shape[1] = INT64_C(1) << 31;
}
/* A dimension of 0 must not hide that the others overflow. */
static void shape_overflows_beside_zero(lk_tensor *view) {
  view->rank = 3;
  view->shape[0] = INT64_MAX;
  view->shape[1] = INT64_MAX;
  view->shape[2] = 0;
}
static void strides_overflow(lk_tensor *view) {
  view->strides[0] = INT64_MAX;
  view->strides[1] = INT64_MAX;
}
static void stride_most_negative(lk_tensor *view) {
  view->strides[0] = INT64_MIN;
  view->strides[1] = 1;
}
static void stride_bytes_overflow(lk_tensor *view) {
  view->strides[0] = INT64_MAX / 4;
  view->strides[1] = 1;
}
static void strides_broadcast_row(lk_tensor *view) {
  view->strides[0] = 0;
  view->strides[1] = 1;
}
static void strides_broadcast_column(lk_tensor *view) {
  view->strides[0] = 3;
  view->strides[1] = 0;
}
static void strides_overlap(lk_tensor *view) {
  view->strides[0] = 2;
  view->strides[1] = 1;
}
static void strides_equal(lk_tensor *view) {
  view->strides[0] = 1;
  view->strides[1] = 1;
}
static void strides_negative(lk_tensor *view) {
  view->data = (float *)view->data + 5;
  view->strides[0] = -3;
  view->strides[1] = -1;
}
static void shape_other(lk_tensor *view) { view->shape[1] = 2; }
static void shape_swapped(lk_tensor *view) {
  view->shape[0] = 3;
  view->shape[1] = 2;
}
static void rank_other(lk_tensor *view) {
  view->rank = 1;
  view->shape[0] = 6;
}
static void shape_broadcastable(lk_tensor *view) { view->shape[0] = 1; }
static void dtype_integer(lk_tensor *view) { view->dtype = LK_I32; }

static void every_view_is_checked(void) {
  each_view("NULL data", data_null, LK_INVALID_ARGUMENT, 0);
  each_view("data off by one byte", data_misaligned, LK_INVALID_ARGUMENT, 0);
  each_view("data off by two bytes", data_misaligned_by_two, LK_INVALID_ARGUMENT, 0);
  each_view("dtype 0", dtype_zero, LK_INVALID_DTYPE, 0);
  each_view("dtype 11", dtype_unknown, LK_INVALID_DTYPE, 0);
  each_view("dtype 4294967295", dtype_absurd, LK_INVALID_DTYPE, 0);
  each_view("rank 9", rank_nine, LK_INVALID_SHAPE, 0);
  each_view("rank 4294967295", rank_absurd, LK_INVALID_SHAPE, 0);
  each_view("negative dimension", shape_negative, LK_INVALID_SHAPE, 0);
  each_view("most negative dimension", shape_most_negative, LK_INVALID_SHAPE, 0);
  each_view("huge dimension", shape_huge, LK_INVALID_SHAPE, 0);
  each_view("product of dimensions overflows", shape_product_overflows, LK_INVALID_SHAPE, 0);
  each_view("bytes overflow", shape_bytes_overflow, LK_INVALID_SHAPE, 0);
  each_view("dimensions overflow beside a zero", shape_overflows_beside_zero, LK_INVALID_SHAPE, 0);
  each_view("strides overflow", strides_overflow, LK_INVALID_SHAPE, 0);
  each_view("most negative stride", stride_most_negative, LK_INVALID_SHAPE, 0);
  each_view("stride overflows in bytes", stride_bytes_overflow, LK_INVALID_SHAPE, 0);
  each_view("output broadcast over rows", strides_broadcast_row, LK_OVERLAP, 1);
  each_view("output broadcast over columns", strides_broadcast_column, LK_OVERLAP, 1);
  each_view("output rows overlap", strides_overlap, LK_OVERLAP, 1);
  each_view("output strides equal", strides_equal, LK_OVERLAP, 1);
  each_view("negative output strides", strides_negative, LK_INVALID_SHAPE, 1);
  each_view("other last dimension", shape_other, LK_INVALID_SHAPE, 0);
  each_view("dimensions swapped", shape_swapped, LK_INVALID_SHAPE, 0);
  each_view("other rank, same count", rank_other, LK_INVALID_SHAPE, 0);
  each_view("a shape that a framework would broadcast", shape_broadcastable, LK_INVALID_SHAPE, 0);
}

/* Negative and broadcast strides are fine to read from, and give the bits of the same numbers laid out plainly. */
static void inputs_may_be_strided_freely(void) {
  static const double forward[] = {0.5, -1.25, 2, 0, 3, -0.5}, backward[] = {-0.5, 3, 0, 2, -1.25, 0.5};
  scene plain, made;
  if (!open_all(&plain)) return;
  SUCCEEDS(&plain);
  if (open_all(&made)) {
    size_t i;
    for (i = 0; i < 6; i += 1) buffer_set(&made.tensors[0], i, backward[i]);
    strides_negative(&made.tensors[0].view);
    check_scope("input with negative strides");
    SUCCEEDS(&made);
    CHECK(buffer_same_bits(&made.value, &plain.value) && buffer_same_bits(&made.gradients[0], &plain.gradients[0]));
    scene_close(&made);
  }
  if (open_all(&made)) {
    size_t i;
    for (i = 0; i < 6; i += 1) {
      buffer_set(&made.tensors[0], i, forward[i % 3]);
      buffer_set(&plain.tensors[0], i, forward[i % 3]);
    }
    strides_broadcast_row(&made.tensors[0].view);
    check_scope("input broadcast over rows");
    SUCCEEDS(&made);
    SUCCEEDS(&plain);
    CHECK(buffer_same_bits(&made.value, &plain.value) && buffer_same_bits(&made.gradients[0], &plain.gradients[0]));
    scene_close(&made);
  }
  scene_close(&plain);
}

/* The message of a mismatch shows both shapes. */
static void messages_show_both_shapes(void) {
  scene made;
  if (!open_all(&made)) return;
  made.tensors[1].view.shape[1] = 2;
  check_scope("both shapes in the message");
  REFUSED(&made, LK_INVALID_SHAPE, ANY_INDEX, "[2, 3]");
  REFUSED(&made, LK_INVALID_SHAPE, ANY_INDEX, "[2, 2]");
  scene_close(&made);
}

static void dtypes_must_suit_the_role(void) {
  scene made;
  int which;
  for (which = INPUT; which < VIEWS; which += 1) {
    if (which == TARGET || !open_all(&made)) continue;
    dtype_integer(view_of(&made, which));
    check_scope("%s as i32", roles[which]);
    REFUSED(&made, LK_INVALID_DTYPE, ANY_INDEX, is_output(which) ? roles[which] : "input");
    scene_close(&made);
  }
  if (scene_open_labels(&made, "cross_entropy", LK_BOOL)) {
    check_scope("labels as bool");
    REFUSED(&made, LK_INVALID_DTYPE, ANY_INDEX, "target");
    scene_close(&made);
  }
  if (scene_open_pair(&made, "mse", LK_F32)) {
    scene_add(&made, "sample_weight", LK_I32, DIMENSIONS(2, 3), NUMBERS(1, 1, 1, 1, 1, 1));
    check_scope("sample_weight as i32");
    REFUSED(&made, LK_INVALID_DTYPE, ANY_INDEX, "sample_weight");
    scene_close(&made);
  }
}

/* An operand with one element has no room for strides to clash, and an empty one needs no data. */
static void degenerate_tensors_are_fine(void) {
  scene made;
  if (scene_open(&made, "mse")) {
    scene_add(&made, "input", LK_F32, DIMENSIONS(1, 1), NUMBERS(3));
    scene_add(&made, "target", LK_F32, DIMENSIONS(1, 1), NUMBERS(1));
    scene_want_gradient(&made, 0, LK_F32);
    scene_want_value(&made, LK_F64, SCALAR);
    made.gradients[0].view.strides[0] = 7;
    check_scope("one element, any stride");
    if (SUCCEEDS(&made)) CHECK(buffer_get(&made.value, 0) == 4.0 && buffer_get(&made.gradients[0], 0) == 4.0);
    scene_close(&made);
  }
  if (scene_open(&made, "mse")) {
    scene_add(&made, "input", LK_F32, DIMENSIONS(0, 3), NULL);
    scene_add(&made, "target", LK_F32, DIMENSIONS(0, 3), NULL);
    scene_want_gradient(&made, 0, LK_F32);
    scene_want_value(&made, LK_F32, SCALAR);
    made.tensors[0].view.data = NULL;
    made.tensors[1].view.data = NULL;
    made.gradients[0].view.data = NULL;
    check_scope("no element, NULL data");
    if (scene_eval(&made, NULL, NULL) == LK_OK) CHECK(buffer_get(&made.value, 0) == 0.0);
    else CHECK_THAT(0, "an empty tensor without data is refused");
    scene_close(&made);
  }
}

int main(void) {
  every_view_is_checked();
  inputs_may_be_strided_freely();
  messages_show_both_shapes();
  dtypes_must_suit_the_role();
  degenerate_tensors_are_fine();
  return check_finish();
}
