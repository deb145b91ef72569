/* Outputs that share memory with something: only a derivative exactly over its own operand is allowed. */
#include <math.h>
#include <string.h>

#include "support/check.h"
#include "support/sample.h"
#include "support/scene.h"

/* One array for everything, so that any two views can be laid over each other. */
#define ELEMENTS 64
static double arena[ELEMENTS], before[ELEMENTS];

typedef struct placement {
  const char *what;
  size_t input, target, gradient, hessian, value; /* first element of each in the arena; 6 elements, value 1 */
  const char *text;
} placement;

/* Apart: input 0..6, target 8..14, gradient 16..22, hessian 24..30, value 32. */
static const placement refused[] = {
    {"gradient over the whole target", 0, 8, 8, 24, 32, "target"},
    {"gradient over the end of the target", 0, 8, 13, 24, 32, "target"},
    {"gradient over the start of the target", 0, 8, 3, 24, 32, ""},
    {"gradient one element into the input", 0, 8, 1, 24, 32, "input"},
    {"gradient ends in the input", 5, 16, 0, 24, 32, "input"},
    {"hessian over the gradient", 0, 8, 16, 16, 32, "gradient"},
    {"hessian partly over the gradient", 0, 8, 16, 21, 32, "gradient"},
    {"hessian and gradient both over the input", 0, 8, 0, 0, 32, ""},
    {"hessian over the target", 0, 8, 16, 9, 32, "target"},
    {"value in the input", 0, 8, 16, 24, 3, "value"},
    {"value in the target", 0, 8, 16, 24, 8, "value"},
    {"value in the gradient", 0, 8, 16, 24, 21, "value"},
    {"value in the hessian", 0, 8, 16, 24, 24, "value"},
};

static void view_at(lk_tensor *view, size_t first, uint32_t rank) {
  memset(view, 0, sizeof *view);
  view->data = arena + first;
  view->dtype = LK_F64;
  view->rank = rank;
  if (rank == 2) {
    view->shape[0] = 2;
    view->shape[1] = 3;
  }
}

static void fill_arena(void) {
  size_t i;
  for (i = 0; i < ELEMENTS; i += 1) arena[i] = (double)(i % 2) * 0.5 + (double)i / 128.0;
  memcpy(before, arena, sizeof arena);
}

static lk_status eval_placed(const lk_loss *loss, const placement *at, lk_error *error) {
  lk_tensor input, target, gradient, hessian, value;
  lk_operand operands[2];
  memset(operands, 0, sizeof operands);
  view_at(&input, at->input, 2);
  view_at(&target, at->target, 2);
  view_at(&gradient, at->gradient, 2);
  view_at(&hessian, at->hessian, 2);
  view_at(&value, at->value, 0);
  operands[0].name = "input";
  operands[0].tensor = &input;
  operands[0].gradient = &gradient;
  operands[0].hessian = &hessian;
  operands[1].name = "target";
  operands[1].tensor = &target;
  return lk_loss_eval(loss, NULL, operands, 2, &value, error);
}

static void shared_memory_is_refused(void) {
  static const placement apart = {"apart", 0, 8, 16, 24, 32, ""};
  lk_loss *loss = NULL;
  lk_error error = check_error();
  size_t i;
  if (!CHECK_OK(lk_loss_create("mse", &loss, &error), &error)) return;
  for (i = 0; i < sizeof refused / sizeof refused[0]; i += 1) {
    check_scope("%s", refused[i].what);
    fill_arena();
    error = check_error();
    CHECK_REFUSED(eval_placed(loss, &refused[i], &error), &error, LK_OVERLAP, ANY_INDEX, refused[i].text);
    CHECK(memcmp(arena, before, sizeof arena) == 0);
  }
  check_scope("everything apart");
  fill_arena();
  CHECK_OK(eval_placed(loss, &apart, &error), &error);
  CHECK(memcmp(arena, before, 16 * sizeof arena[0]) == 0);
  lk_loss_destroy(loss);
}

/* Views of one array whose elements alternate share a range of addresses and no byte. Refusing them would be wrong. */
static void interleaved_is_no_overlap(void) {
  lk_loss *loss = NULL;
  lk_tensor views[3];
  lk_operand operands[2];
  lk_error error = check_error();
  double value = 0.0;
  size_t i;
  check_scope("input, target and gradient interleaved");
  fill_arena();
  memset(operands, 0, sizeof operands);
  for (i = 0; i < 3; i += 1) {
    view_at(&views[i], i, 2);
    views[i].strides[0] = 9;
    views[i].strides[1] = 3;
  }
  if (!CHECK_OK(lk_loss_create("mse", &loss, &error), &error)) return;
  if (CHECK_OK(lk_loss_eval_pair(loss, NULL, &views[0], &views[1], &views[2], &value, &error), &error)) {
    for (i = 0; i < 6; i += 1) {
      CHECK(arena[3 * i] == before[3 * i] && arena[3 * i + 1] == before[3 * i + 1]);
      CHECK_THAT(fabs(arena[3 * i + 2] - 2.0 * (before[3 * i] - before[3 * i + 1]) / 6.0) < 1e-15, "gradient[%lu]",
                 (unsigned long)i);
    }
    for (i = 18; i < ELEMENTS; i += 1) CHECK(arena[i] == before[i]);
  }
  lk_loss_destroy(loss);
}

/* In place, with other strides or another type over the same memory, is an overlap like any other. */
static void in_place_must_be_exact(void) {
  scene made;
  if (scene_open_pair(&made, "mse", LK_F32)) {
    lk_tensor transposed = made.tensors[0].view;
    transposed.strides[0] = 1;
    transposed.strides[1] = 2;
    made.operands[0].gradient = &transposed;
    check_scope("gradient over the input with other strides");
    REFUSED(&made, LK_OVERLAP, ANY_INDEX, "input");
    scene_close(&made);
  }
  if (scene_open_pair(&made, "mse", LK_F64)) {
    lk_tensor narrow = made.tensors[0].view;
    narrow.dtype = LK_F32;
    made.operands[0].gradient = &narrow;
    check_scope("f32 gradient over the f64 input");
    REFUSED(&made, LK_OVERLAP, ANY_INDEX, "input");
    scene_close(&made);
  }
}

/* Exactly in place gives the bits of out of place, for every loss, with and without the value and the hessian. */
static void in_place_gives_the_same_bits(void) {
  size_t row;
  int which;
  for (row = 0; row < sample_kind_count; row += 1) {
    for (which = LAYOUT_CONTIGUOUS; which < LAYOUT_COUNT; which += 1) {
      sample apart, over;
      lk_operand operands[SAMPLE_OPERANDS];
      lk_error error = check_error();
      check_scope("in place, %s, %s", sample_kinds[row].spec, layout_name((layout)which));
      if (sample_create(&apart, &sample_kinds[row], LK_F32, 9, 5, 7, LAYOUT_CONTIGUOUS) &&
          sample_create(&over, &sample_kinds[row], LK_F32, 9, 5, 7, (layout)which)) {
        size_t count = sample_operands(&over, operands);
        operands[0].gradient = &over.input.view;
        buffer_seal(&over.input);
        sample_reference(&apart);
        CHECK_OK(lk_loss_eval(over.loss, NULL, operands, count, &over.value.view, &error), &error);
        CHECK(buffer_same_bits(&over.input, &apart.gradient));
        CHECK(buffer_same_bits(&over.value, &apart.value));
        CHECK(buffer_same_bits(&over.hessian, &apart.hessian));
        CHECK(buffer_gaps_untouched(&over.input));
        sample_destroy(&over);
      }
      sample_destroy(&apart);
    }
  }
}

int main(void) {
  shared_memory_is_refused();
  interleaved_is_no_overlap();
  in_place_must_be_exact();
  in_place_gives_the_same_bits();
  return check_finish();
}
