/* Every record of the shared reference vectors, in both float types and in every layout, against its expected numbers.
   The format is described in tests/vectors/README.md. The first argument is the folder of the vectors. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/record.h"

static int agrees(double found, double expected, double scale, double tolerance) {
  double magnitude = fabs(expected) > scale ? fabs(expected) : scale;
  if (isnan(expected)) return isnan(found);
  if (isinf(expected)) return found == expected;
  return fabs(found - expected) <= tolerance * magnitude;
}

static void compare(const char *what, const buffer *found, const numbers *expected) {
  double tolerance = found->view.dtype == LK_F32 ? 2e-6 : 1e-12, scale = 0.0;
  size_t i;
  for (i = 0; i < expected->count; i += 1)
    if (isfinite(expected->values[i]) && fabs(expected->values[i]) > scale) scale = fabs(expected->values[i]);
  for (i = 0; i < expected->count; i += 1) {
    double number = buffer_get(found, i);
    if (agrees(number, expected->values[i], scale, tolerance)) continue;
    CHECK_THAT(0, "%s[%lu] is %.17g, expected %.17g", what, (unsigned long)i, number, expected->values[i]);
    return;
  }
  CHECK_THAT(buffer_gaps_untouched(found), "%s: bytes outside its elements were written", what);
}

static void compare_all(const record *from, const record_call *found) {
  size_t i;
  if (from->has_value) compare("value", &found->value, &from->value);
  for (i = 0; i < from->operand_count; i += 1) {
    const record_operand *operand = &from->operands[i];
    char what[96];
    CHECK_THAT(buffer_untouched(&found->tensors[i]), "operand %s was written", operand->name);
    snprintf(what, sizeof what, "gradient of %s", operand->name);
    if (operand->has_gradient) compare(what, &found->gradients[i], &operand->gradient);
    snprintf(what, sizeof what, "hessian of %s", operand->name);
    if (operand->has_hessian) compare(what, &found->hessians[i], &operand->hessian);
  }
}

static int same_outputs(const record *from, const record_call *left, const record_call *right) {
  int same = !left->has_value || !right->has_value || buffer_same_bits(&left->value, &right->value);
  size_t i;
  for (i = 0; i < from->operand_count; i += 1) {
    if (left->operands[i].gradient != NULL && right->operands[i].gradient != NULL)
      same &= buffer_same_bits(&left->gradients[i], &right->gradients[i]);
    if (left->operands[i].hessian != NULL && right->operands[i].hessian != NULL)
      same &= buffer_same_bits(&left->hessians[i], &right->hessians[i]);
  }
  return same;
}

static int gaps_untouched(const record *from, const record_call *call) {
  int untouched = !call->has_value || buffer_gaps_untouched(&call->value);
  size_t i;
  for (i = 0; i < from->operand_count; i += 1) {
    untouched &= buffer_untouched(&call->tensors[i]);
    if (call->operands[i].gradient != NULL) untouched &= buffer_gaps_untouched(&call->gradients[i]);
    if (call->operands[i].hessian != NULL) untouched &= buffer_gaps_untouched(&call->hessians[i]);
  }
  return untouched;
}

/* Other layouts, and other choices of outputs, must give the bits of the contiguous call that asked for all. */
static void run_variant(const record *from, const lk_loss *loss, lk_dtype dtype, layout which, int outputs,
                        const record_call *reference) {
  record_call call;
  lk_error error = check_error();
  record_call_create(&call, from, dtype, which, outputs);
  if (CHECK_OK(record_call_eval(&call, from, loss, NULL, &error), &error)) {
    CHECK_THAT(same_outputs(from, reference, &call), "%s layout, outputs %s: other bits than contiguous",
               layout_name(which), record_outputs_name(outputs));
    CHECK_THAT(gaps_untouched(from, &call), "%s layout, outputs %s: bytes outside the outputs were written",
               layout_name(which), record_outputs_name(outputs));
  }
  record_call_destroy(&call, from);
}

static void run_dtype(const record *from, const lk_loss *loss, lk_dtype dtype) {
  record_call reference;
  lk_error error = check_error();
  int which, derivatives = 0;
  size_t i;
  for (i = 0; i < from->operand_count; i += 1)
    derivatives |= from->operands[i].has_gradient || from->operands[i].has_hessian;
  check_scope("%s: %s, %s", from->name, from->spec, dtype == LK_F32 ? "f32" : "f64");
  record_call_create(&reference, from, dtype, LAYOUT_CONTIGUOUS, OUTPUTS_ALL);
  if (CHECK_OK(record_call_eval(&reference, from, loss, NULL, &error), &error)) {
    compare_all(from, &reference);
    for (which = LAYOUT_CONTIGUOUS; which < LAYOUT_COUNT; which += 1) {
      run_variant(from, loss, dtype, (layout)which, OUTPUTS_ALL, &reference);
      if (from->has_value) run_variant(from, loss, dtype, (layout)which, OUTPUTS_VALUE, &reference);
      if (derivatives) run_variant(from, loss, dtype, (layout)which, OUTPUTS_DERIVATIVES, &reference);
    }
  }
  record_call_destroy(&reference, from);
}

static void run_record(const record *from) {
  lk_loss *loss = NULL;
  lk_error error = check_error();
  check_scope("%s: %s", from->name, from->spec);
  CHECK_THAT(from->f32 || from->f64, "the record names no dtype");
  CHECK_THAT(from->has_value, "the record expects no value");
  if (!CHECK_OK(lk_loss_create(from->spec, &loss, &error), &error)) return;
  if (from->f32) run_dtype(from, loss, LK_F32);
  if (from->f64) run_dtype(from, loss, LK_F64);
  lk_loss_destroy(loss);
}

/* A record of errors.txt: the loss is made, its call is refused, and no byte of any buffer changes. */
static void refuse_dtype(const record *from, lk_dtype dtype) {
  lk_loss *loss = NULL;
  lk_error error = check_error();
  lk_status status;
  record_call call;
  int64_t place = from->has_index ? from->index : ANY_INDEX;
  check_scope("%s: %s, %s", from->name, from->spec, dtype == LK_F32 ? "f32" : "f64");
  if (!CHECK_OK(lk_loss_create(from->spec, &loss, &error), &error)) return;
  error = check_error();
  record_call_create(&call, from, dtype, LAYOUT_PADDED, OUTPUTS_ALL);
  status = record_call_eval(&call, from, loss, NULL, &error);
  CHECK_THAT(record_call_untouched(&call, from), "a refused call has written to a buffer");
  record_call_destroy(&call, from);
  CHECK_REFUSED(status, &error, (lk_status)from->status, place, from->message == NULL ? "" : from->message);
  lk_loss_destroy(loss);
}

static void refuse_record(const record *from) {
  check_scope("%s: %s", from->name, from->spec);
  CHECK_THAT(from->f32 || from->f64, "the record names no dtype");
  if (from->f32) refuse_dtype(from, LK_F32);
  if (from->f64) refuse_dtype(from, LK_F64);
}

static size_t run_file(const char *folder, const char *name) {
  char path[4096];
  record_reader *reader;
  record *next;
  size_t count = 0;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  check_scope("%s", name);
  reader = record_reader_open(path);
  if (!CHECK_THAT(reader != NULL, "cannot be read")) return 0;
  while ((next = record_reader_next(reader)) != NULL) {
    if (next->has_status)
      refuse_record(next);
    else
      run_record(next);
    record_destroy(next);
    count += 1;
  }
  check_scope("%s", name);
  CHECK_THAT(record_reader_complaint(reader) == NULL, "line %lu: %s", record_reader_line(reader),
             record_reader_complaint(reader));
  CHECK_THAT(count > 0, "holds no record");
  record_reader_close(reader);
  return count;
}

int main(int argument_count, char **arguments) {
  struct dirent **names;
  int count, i;
  size_t records = 0;
  if (argument_count != 2) {
    fprintf(stderr, "usage: %s FOLDER_OF_VECTORS\n", arguments[0]);
    return EXIT_FAILURE;
  }
  count = scandir(arguments[1], &names, NULL, alphasort);
  if (!CHECK_THAT(count >= 0, "%s is not a folder that can be read", arguments[1])) return check_finish();
  for (i = 0; i < count; i += 1) {
    size_t length = strlen(names[i]->d_name);
    if (length > 4 && strcmp(names[i]->d_name + length - 4, ".txt") == 0)
      records += run_file(arguments[1], names[i]->d_name);
    free(names[i]);
  }
  free(names);
  check_scope("all files");
  CHECK_THAT(records >= 100, "only %lu records were found", (unsigned long)records);
  printf("%lu records\n", (unsigned long)records);
  return check_finish();
}
