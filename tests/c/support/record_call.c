#include <string.h>

#include "record.h"

const char *record_outputs_name(int outputs) {
  static const char *const names[] = {"all", "value only", "derivatives only"};
  return names[outputs];
}

static buffer create(lk_dtype dtype, const numbers *from, layout which) {
  return buffer_create(dtype, from->rank, from->shape, which);
}

static lk_dtype dtype_of(const record_operand *operand, lk_dtype dtype) {
  return operand->kind == 'f' ? dtype : operand->kind == 'i' ? LK_I64 : LK_U8;
}

static void create_operand(record_call *call, const record *from, size_t i, lk_dtype dtype, layout which,
                           int outputs) {
  const record_operand *operand = &from->operands[i];
  size_t position;
  call->operands[i].name = operand->name;
  call->tensors[i] = create(dtype_of(operand, dtype), &operand->tensor, which);
  for (position = 0; position < operand->tensor.count; position += 1)
    buffer_set(&call->tensors[i], position, operand->tensor.values[position]);
  buffer_seal(&call->tensors[i]);
  call->operands[i].tensor = &call->tensors[i].view;
  if (outputs == OUTPUTS_VALUE) return;
  if (operand->has_gradient) {
    call->gradients[i] = create(dtype, &operand->tensor, which);
    call->operands[i].gradient = &call->gradients[i].view;
  }
  if (operand->has_hessian) {
    call->hessians[i] = create(dtype, &operand->tensor, which);
    call->operands[i].hessian = &call->hessians[i].view;
  }
}

void record_call_create(record_call *call, const record *from, lk_dtype dtype, layout which, int outputs) {
  size_t i;
  memset(call, 0, sizeof *call);
  for (i = 0; i < from->operand_count; i += 1) create_operand(call, from, i, dtype, which, outputs);
  call->has_value = (from->has_value || from->has_status) && outputs != OUTPUTS_DERIVATIVES;
  if (call->has_value) call->value = create(dtype, &from->value, which);
}

/* The value that a refused call would have filled: its shape, where the operands say one. */
static void fit_value(record_call *call, const record *from, const lk_loss *loss) {
  uint32_t rank = 0;
  int64_t shape[8];
  lk_dtype dtype = call->value.view.dtype;
  if (lk_loss_value_shape(loss, call->operands, from->operand_count, &rank, shape, NULL) != LK_OK) return;
  buffer_destroy(&call->value);
  call->value = buffer_create(dtype, rank, shape, LAYOUT_PADDED);
}

lk_status record_call_eval(record_call *call, const record *from, const lk_loss *loss, lk_context *context,
                           lk_error *error) {
  if (from->has_status && call->has_value && !from->has_value) fit_value(call, from, loss);
  return lk_loss_eval(loss, context, call->operands, from->operand_count, call->has_value ? &call->value.view : NULL,
                      error);
}

static int untouched(const buffer *tensor) { return tensor->memory == NULL || buffer_untouched(tensor); }

int record_call_untouched(const record_call *call, const record *from) {
  int all = untouched(&call->value);
  size_t i;
  for (i = 0; i < from->operand_count; i += 1)
    all &= untouched(&call->tensors[i]) && untouched(&call->gradients[i]) && untouched(&call->hessians[i]);
  return all;
}

void record_call_destroy(record_call *call, const record *from) {
  size_t i;
  for (i = 0; i < from->operand_count; i += 1) {
    buffer_destroy(&call->tensors[i]);
    buffer_destroy(&call->gradients[i]);
    buffer_destroy(&call->hessians[i]);
  }
  buffer_destroy(&call->value);
}
