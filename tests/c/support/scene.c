#include "scene.h"

#include <math.h>
#include <string.h>

#include "check.h"

int scene_open(scene *made, const char *spec) {
  lk_error error = check_error();
  memset(made, 0, sizeof *made);
  check_scope("%s", spec);
  return CHECK_OK(lk_loss_create(spec, &made->loss, &error), &error);
}

void scene_close(scene *made) {
  size_t i;
  for (i = 0; i < made->count; i += 1) {
    buffer_destroy(&made->tensors[i]);
    buffer_destroy(&made->gradients[i]);
    buffer_destroy(&made->hessians[i]);
  }
  buffer_destroy(&made->value);
  lk_loss_destroy(made->loss);
  memset(made, 0, sizeof *made);
}

size_t scene_add(scene *made, const char *name, lk_dtype dtype, uint32_t rank, const int64_t *shape,
                 const double *values) {
  size_t i = made->count, position;
  buffer *tensor = &made->tensors[i];
  *tensor = buffer_create(dtype, rank, shape, LAYOUT_CONTIGUOUS);
  for (position = 0; position < tensor->count; position += 1)
    buffer_set(tensor, position, values == NULL ? 0.5 : values[position]);
  made->operands[i].name = name;
  made->operands[i].tensor = &tensor->view;
  made->count += 1;
  return i;
}

void scene_want_gradient(scene *made, size_t operand, lk_dtype dtype) {
  made->gradients[operand] = buffer_like(&made->tensors[operand], dtype, LAYOUT_CONTIGUOUS);
  made->operands[operand].gradient = &made->gradients[operand].view;
}

void scene_want_hessian(scene *made, size_t operand, lk_dtype dtype) {
  made->hessians[operand] = buffer_like(&made->tensors[operand], dtype, LAYOUT_CONTIGUOUS);
  made->operands[operand].hessian = &made->hessians[operand].view;
}

void scene_want_value(scene *made, lk_dtype dtype, uint32_t rank, const int64_t *shape) {
  made->value = buffer_create(dtype, rank, shape, LAYOUT_CONTIGUOUS);
}

int scene_open_labels(scene *made, const char *spec, lk_dtype label_dtype) {
  size_t input;
  if (!scene_open(made, spec)) return 0;
  input = scene_add(made, "input", LK_F32, DIMENSIONS(2, 3), NUMBERS(0.5, -1.25, 2, 0, 3, -0.5));
  scene_add(made, "target", label_dtype, DIMENSIONS(2), NUMBERS(0, 2));
  scene_want_gradient(made, input, LK_F32);
  scene_want_hessian(made, input, LK_F32);
  scene_want_value(made, LK_F32, SCALAR);
  return 1;
}

int scene_open_pair(scene *made, const char *spec, lk_dtype dtype) {
  size_t input;
  if (!scene_open(made, spec)) return 0;
  input = scene_add(made, "input", dtype, DIMENSIONS(2, 3), NUMBERS(0.5, -1.25, 2, 0, 3, -0.5));
  scene_add(made, "target", dtype, DIMENSIONS(2, 3), NUMBERS(1, 0, 1, 0, 1, 1));
  scene_want_gradient(made, input, dtype);
  scene_want_hessian(made, input, dtype);
  scene_want_value(made, dtype, SCALAR);
  return 1;
}

lk_status scene_eval(scene *made, lk_context *context, lk_error *error) {
  size_t i;
  for (i = 0; i < made->count; i += 1) {
    if (made->tensors[i].memory != NULL) buffer_seal(&made->tensors[i]);
    if (made->gradients[i].memory != NULL) buffer_seal(&made->gradients[i]);
    if (made->hessians[i].memory != NULL) buffer_seal(&made->hessians[i]);
  }
  if (made->value.memory != NULL) buffer_seal(&made->value);
  return lk_loss_eval(made->loss, context, made->operands, made->count,
                      made->value.memory == NULL ? NULL : &made->value.view, error);
}

/* A view that a test has bent no longer says where its buffer's elements are; then every byte must be as before. */
static int unchanged(const buffer *tensor, int gaps_only) {
  if (tensor->memory == NULL) return 1;
  return gaps_only ? buffer_gaps_untouched(tensor) : buffer_untouched(tensor);
}

static int all_unchanged(const scene *made, int gaps_only) {
  int all = unchanged(&made->value, gaps_only);
  size_t i;
  for (i = 0; i < made->count; i += 1) {
    all &= unchanged(&made->tensors[i], 0);
    all &= unchanged(&made->gradients[i], gaps_only);
    all &= unchanged(&made->hessians[i], gaps_only);
  }
  return all;
}

int scene_succeeds(scene *made, const char *file, int line) {
  lk_error error = check_error();
  int passed = check_ok(scene_eval(made, NULL, &error), &error, file, line, "lk_loss_eval");
  if (!passed) return 0;
  return check_record(all_unchanged(made, 1), file, line, "bytes outside the outputs' elements were written");
}

int scene_is_refused(scene *made, lk_status code, int64_t index, const char *text, const char *file, int line) {
  lk_error error = check_error();
  lk_status status = scene_eval(made, NULL, &error);
  int passed = check_refused(status, &error, code, index, text, file, line);
  return check_record(all_unchanged(made, 0), file, line, "a call that should be refused has written to a buffer") &&
         passed;
}

int buffer_close_to(const buffer *found, const double *expected) {
  size_t i;
  for (i = 0; i < found->count; i += 1) {
    double number = buffer_get(found, i);
    if (isnan(expected[i]) ? !isnan(number) : !(fabs(number - expected[i]) <= 1e-6 * (1.0 + fabs(expected[i]))))
      return 0;
  }
  return 1;
}
