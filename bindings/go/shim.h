/* What Go cannot do in place: tensors that point to Go memory.
 *
 * Go may hand C a pointer to a slice, but no struct that holds such a pointer. So each call passes its slices as plain
 * arguments and everything else as numbers; the functions here put both together into lk_tensor and lk_operand on the C
 * stack, and the library is entered once. */
#ifndef LOSSKIT_GO_SHIM_H
#define LOSSKIT_GO_SHIM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "losskit.h"

/* Tensors that fit into the plain arguments of lkgo_call. */
#define LKGO_SLOTS 16

/* A tensor without its data. */
typedef struct lkgo_layout {
  uint32_t dtype;
  uint32_t rank;
  int64_t shape[LK_MAX_RANK];
  int64_t strides[LK_MAX_RANK];
} lkgo_layout;

/* An operand by numbers: where its name starts in the text of all names, and which tensors are its own, or -1. */
typedef struct lkgo_operand {
  int64_t name;
  int32_t tensor;
  int32_t gradient;
  int32_t hessian;
  int32_t accumulate;
} lkgo_operand;

/* Go has no address for the data of an empty slice, and a tensor without elements needs one that is not NULL. */
static inline lk_tensor lkgo_tensor(const lkgo_layout *layout, char *data) {
  static double nothing;
  lk_tensor tensor;
  tensor.data = data != NULL ? (void *)data : (void *)&nothing;
  tensor.dtype = layout->dtype;
  tensor.rank = layout->rank;
  memcpy(tensor.shape, layout->shape, sizeof tensor.shape);
  memcpy(tensor.strides, layout->strides, sizeof tensor.strides);
  return tensor;
}

static inline lk_status lkgo_out_of_memory(lk_error *error) {
  error->status = LK_OUT_OF_MEMORY;
  error->index = -1;
  snprintf(error->message, sizeof error->message, "no memory for the descriptions of this call's operands");
  return LK_OUT_OF_MEMORY;
}

/* Evaluates the loss, or with value_shape asks for the shape of its value. data[i] belongs to layouts[i]; value is the
 * slot of the value, or -1. */
static inline lk_status lkgo_call_array(const lk_loss *loss, lk_context *context, const char *names,
                                        const lkgo_operand *operands, size_t operand_count,
                                        const lkgo_layout *layouts, size_t layout_count, int32_t value,
                                        lkgo_layout *value_shape, const uintptr_t *data, lk_error *error) {
  lk_tensor few_tensors[LKGO_SLOTS];
  lk_operand few_operands[LKGO_SLOTS];
  lk_tensor *tensors = few_tensors;
  lk_operand *named = few_operands;
  void *memory = NULL;
  lk_status status;
  size_t i;

  if (layout_count > LKGO_SLOTS || operand_count > LKGO_SLOTS) {
    memory = malloc(layout_count * sizeof *tensors + operand_count * sizeof *named);
    if (memory == NULL) return lkgo_out_of_memory(error);
    tensors = (lk_tensor *)memory;
    named = (lk_operand *)(void *)(tensors + layout_count);
  }
  for (i = 0; i < layout_count; i++) tensors[i] = lkgo_tensor(&layouts[i], (char *)data[i]);
  for (i = 0; i < operand_count; i++) {
    const lkgo_operand *operand = &operands[i];
    named[i].name = names + operand->name;
    named[i].tensor = operand->tensor < 0 ? NULL : &tensors[operand->tensor];
    named[i].gradient = operand->gradient < 0 ? NULL : &tensors[operand->gradient];
    named[i].hessian = operand->hessian < 0 ? NULL : &tensors[operand->hessian];
    named[i].flags = operand->accumulate ? LK_ACCUMULATE : 0;
  }
  if (value_shape != NULL) {
    status = lk_loss_value_shape(loss, named, operand_count, &value_shape->rank, value_shape->shape, error);
  } else {
    status = lk_loss_eval(loss, context, named, operand_count, value < 0 ? NULL : &tensors[value], error);
  }
  free(memory);
  return status;
}

/* lkgo_call_array with the data as plain arguments, as Go may pass it without pinning. */
static inline lk_status lkgo_call(const lk_loss *loss, lk_context *context, const char *names,
                                  const lkgo_operand *operands, size_t operand_count, const lkgo_layout *layouts,
                                  size_t layout_count, int32_t value, lkgo_layout *value_shape, char *d0, char *d1,
                                  char *d2, char *d3, char *d4, char *d5, char *d6, char *d7, char *d8, char *d9,
                                  char *d10, char *d11, char *d12, char *d13, char *d14, char *d15,
                                  lk_error *error) {
  const uintptr_t data[LKGO_SLOTS] = {
      (uintptr_t)d0,  (uintptr_t)d1,  (uintptr_t)d2,  (uintptr_t)d3,  (uintptr_t)d4,  (uintptr_t)d5,
      (uintptr_t)d6,  (uintptr_t)d7,  (uintptr_t)d8,  (uintptr_t)d9,  (uintptr_t)d10, (uintptr_t)d11,
      (uintptr_t)d12, (uintptr_t)d13, (uintptr_t)d14, (uintptr_t)d15,
  };
  return lkgo_call_array(loss, context, names, operands, operand_count, layouts, layout_count, value, value_shape,
                         data, error);
}

/* layouts: input, target, and with want_gradient the gradient. */
static inline lk_status lkgo_eval_pair(const lk_loss *loss, const lkgo_layout *layouts, char *input, char *target,
                                       char *gradient, int want_gradient, double *value, lk_error *error) {
  lk_tensor inputs = lkgo_tensor(&layouts[0], input);
  lk_tensor targets = lkgo_tensor(&layouts[1], target);
  lk_tensor gradients;
  if (!want_gradient) return lk_loss_eval_pair(loss, NULL, &inputs, &targets, NULL, value, error);
  gradients = lkgo_tensor(&layouts[2], gradient);
  return lk_loss_eval_pair(loss, NULL, &inputs, &targets, &gradients, value, error);
}

static inline lk_status lkgo_context_create(uint32_t threads, lk_context **context, lk_error *error) {
  lk_context_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.threads = threads;
  return lk_context_create(&options, context, error);
}

/* layouts: target and prediction; each counts only where it is shown. */
static inline lk_status lkgo_advise(uint32_t task, uint32_t output, uint32_t class_count, const lkgo_layout *layouts,
                                    int show_target, char *target, int show_prediction, char *prediction,
                                    lk_advice **advice, lk_error *error) {
  lk_advise_options options;
  lk_tensor targets;
  lk_tensor predictions;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.task = task;
  options.output = output;
  options.class_count = class_count;
  if (show_target) {
    targets = lkgo_tensor(&layouts[0], target);
    options.target = &targets;
  }
  if (show_prediction) {
    predictions = lkgo_tensor(&layouts[1], prediction);
    options.prediction = &predictions;
  }
  return lk_advise(&options, advice, error);
}

#endif
