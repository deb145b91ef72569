/* The frozen layouts and numbers of the ABI, checked by the compiler (this file is compiled as C11), and again at run
   time, so that the count of checks says that they were. */
#include <stdalign.h>

/* The header must be includable twice. */
#include "losskit.h"
#include "losskit.h"
#include "support/check.h"

#define LAYOUT(condition)                        \
  do {                                           \
    _Static_assert(condition, #condition);       \
    CHECK(condition);                            \
  } while (0)

static void values_of_structs(void) {
  LAYOUT(sizeof(lk_status) == 4 && (lk_status)-1 < 0);
  LAYOUT(sizeof(lk_dtype) == 4 && (lk_dtype)-1 > 0);

  LAYOUT(sizeof(lk_error) == 256 && alignof(lk_error) == 8);
  LAYOUT(offsetof(lk_error, struct_size) == 0);
  LAYOUT(offsetof(lk_error, status) == 4);
  LAYOUT(offsetof(lk_error, index) == 8);
  LAYOUT(offsetof(lk_error, message) == 16);
  LAYOUT(sizeof(((lk_error *)0)->message) == 240);

  LAYOUT(sizeof(lk_tensor) == 144 && alignof(lk_tensor) == 8);
  LAYOUT(offsetof(lk_tensor, data) == 0);
  LAYOUT(offsetof(lk_tensor, dtype) == 8);
  LAYOUT(offsetof(lk_tensor, rank) == 12);
  LAYOUT(offsetof(lk_tensor, shape) == 16);
  LAYOUT(offsetof(lk_tensor, strides) == 80);

  LAYOUT(sizeof(lk_operand) == 40 && alignof(lk_operand) == 8);
  LAYOUT(offsetof(lk_operand, name) == 0);
  LAYOUT(offsetof(lk_operand, tensor) == 8);
  LAYOUT(offsetof(lk_operand, gradient) == 16);
  LAYOUT(offsetof(lk_operand, hessian) == 24);
  LAYOUT(offsetof(lk_operand, flags) == 32);

  LAYOUT(sizeof(lk_executor) == 24);
  LAYOUT(offsetof(lk_executor, struct_size) == 0);
  LAYOUT(offsetof(lk_executor, concurrency) == 4);
  LAYOUT(offsetof(lk_executor, user) == 8);
  LAYOUT(offsetof(lk_executor, parallel_for) == 16);

  LAYOUT(sizeof(lk_context_options) == 16);
  LAYOUT(offsetof(lk_context_options, struct_size) == 0);
  LAYOUT(offsetof(lk_context_options, threads) == 4);
  LAYOUT(offsetof(lk_context_options, executor) == 8);
}

static void values_of_descriptions(void) {
  LAYOUT(sizeof(lk_operand_info) == 16);
  LAYOUT(offsetof(lk_operand_info, struct_size) == 0);
  LAYOUT(offsetof(lk_operand_info, flags) == 4);
  LAYOUT(offsetof(lk_operand_info, name) == 8);

  LAYOUT(sizeof(lk_loss_info) == 56);
  LAYOUT(offsetof(lk_loss_info, struct_size) == 0);
  LAYOUT(offsetof(lk_loss_info, parameter_count) == 4);
  LAYOUT(offsetof(lk_loss_info, name) == 8);
  LAYOUT(offsetof(lk_loss_info, summary) == 16);
  LAYOUT(offsetof(lk_loss_info, formula) == 24);
  LAYOUT(offsetof(lk_loss_info, details) == 32);
  LAYOUT(offsetof(lk_loss_info, tasks) == 40);
  LAYOUT(offsetof(lk_loss_info, reference) == 48);

  LAYOUT(sizeof(lk_parameter_info) == 40);
  LAYOUT(offsetof(lk_parameter_info, struct_size) == 0);
  LAYOUT(offsetof(lk_parameter_info, kinds) == 4);
  LAYOUT(offsetof(lk_parameter_info, name) == 8);
  LAYOUT(offsetof(lk_parameter_info, default_value) == 16);
  LAYOUT(offsetof(lk_parameter_info, range) == 24);
  LAYOUT(offsetof(lk_parameter_info, summary) == 32);

  LAYOUT(sizeof(lk_advise_options) == 32);
  LAYOUT(offsetof(lk_advise_options, struct_size) == 0);
  LAYOUT(offsetof(lk_advise_options, task) == 4);
  LAYOUT(offsetof(lk_advise_options, output) == 8);
  LAYOUT(offsetof(lk_advise_options, class_count) == 12);
  LAYOUT(offsetof(lk_advise_options, target) == 16);
  LAYOUT(offsetof(lk_advise_options, prediction) == 24);
}

static void values_of_constants(void) {
  LAYOUT(LK_OK == 0 && LK_INVALID_ARGUMENT == 1 && LK_INVALID_SPEC == 2 && LK_INVALID_SHAPE == 3);
  LAYOUT(LK_INVALID_DTYPE == 4 && LK_INVALID_TARGET == 5 && LK_OVERLAP == 6 && LK_UNSUPPORTED == 7);
  LAYOUT(LK_EMPTY == 8 && LK_OUT_OF_MEMORY == 9 && LK_INTERNAL == 10);
  LAYOUT(LK_F32 == 1 && LK_F64 == 2 && LK_F16 == 3 && LK_BF16 == 4 && LK_I8 == 5 && LK_U8 == 6);
  LAYOUT(LK_I32 == 7 && LK_I64 == 8 && LK_BOOL == 9 && LK_I16 == 10);
  LAYOUT(LK_MAX_RANK == 8);
  LAYOUT(LK_ACCUMULATE == 1);
  LAYOUT(LK_OPERAND_REQUIRED == 1 && LK_OPERAND_GRADIENT == 2 && LK_OPERAND_HESSIAN == 4);
  LAYOUT(LK_KIND_NUMBER == 1 && LK_KIND_INTEGER == 2 && LK_KIND_BOOLEAN == 4 && LK_KIND_WORD == 8);
  LAYOUT(LK_KIND_NUMBERS == 16 && LK_KIND_INTEGERS == 32 && LK_KIND_OPERAND == 64 && LK_KIND_NONE == 128);
  LAYOUT(LK_TASK_REGRESSION == 1 && LK_TASK_BINARY == 2 && LK_TASK_MULTICLASS == 3 && LK_TASK_MULTILABEL == 4);
  LAYOUT(LK_TASK_SEGMENTATION == 5 && LK_TASK_MAX_MARGIN == 6);
  LAYOUT(LK_OUTPUT_UNKNOWN == 0 && LK_OUTPUT_SCORES == 1 && LK_OUTPUT_LOGITS == 2 && LK_OUTPUT_PROBABILITIES == 3);
  LAYOUT(LK_VERSION == ((LK_VERSION_MAJOR << 16) | (LK_VERSION_MINOR << 8) | LK_VERSION_PATCH));
}

static void version_is_the_headers(void) {
  uint32_t version = lk_version();
  CHECK_THAT(version == (uint32_t)LK_VERSION, "the library is %u, the header %u", (unsigned)version,
             (unsigned)LK_VERSION);
  CHECK(version >> 16 == LK_VERSION_MAJOR);
  CHECK((version >> 8 & 0xff) == LK_VERSION_MINOR);
  CHECK((version & 0xff) == LK_VERSION_PATCH);
}

int main(void) {
  values_of_structs();
  values_of_descriptions();
  values_of_constants();
  version_is_the_headers();
  return check_finish();
}
