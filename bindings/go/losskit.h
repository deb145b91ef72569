/* DRAFT of the generated header: names, layouts and contracts are final, prose will grow. */
#ifndef LOSSKIT_H
#define LOSSKIT_H
#include <stddef.h>
#include <stdint.h>

#define LK_VERSION_MAJOR 0
#define LK_VERSION_MINOR 1
#define LK_VERSION_PATCH 0
/* The version of this header, as lk_version() gives the library's. */
#define LK_VERSION ((LK_VERSION_MAJOR << 16) | (LK_VERSION_MINOR << 8) | LK_VERSION_PATCH)

#define LK_MAX_RANK 8

/* status codes (lk_status) */
#define LK_OK 0
#define LK_INVALID_ARGUMENT 1
#define LK_INVALID_SPEC 2
#define LK_INVALID_SHAPE 3
#define LK_INVALID_DTYPE 4
#define LK_INVALID_TARGET 5
#define LK_OVERLAP 6
#define LK_UNSUPPORTED 7
#define LK_EMPTY 8
#define LK_OUT_OF_MEMORY 9
#define LK_INTERNAL 10

/* lk_dtype */
#define LK_F32 1
#define LK_F64 2
#define LK_F16 3
#define LK_BF16 4
#define LK_I8 5
#define LK_U8 6
#define LK_I32 7
#define LK_I64 8
#define LK_BOOL 9
#define LK_I16 10

/* lk_operand.flags */
#define LK_ACCUMULATE 1

/* lk_operand_info.flags */
#define LK_OPERAND_REQUIRED 1
#define LK_OPERAND_GRADIENT 2
#define LK_OPERAND_HESSIAN 4

/* lk_parameter_info.kinds: what a parameter accepts */
#define LK_KIND_NUMBER 1
#define LK_KIND_INTEGER 2
#define LK_KIND_BOOLEAN 4
#define LK_KIND_WORD 8
#define LK_KIND_NUMBERS 16      /* list of numbers */
#define LK_KIND_INTEGERS 32     /* list of integers */
#define LK_KIND_OPERAND 64      /* @name */
#define LK_KIND_NONE 128        /* the word none */

/* lk_advise_options.task */
#define LK_TASK_REGRESSION 1
#define LK_TASK_BINARY 2
#define LK_TASK_MULTICLASS 3
#define LK_TASK_MULTILABEL 4
#define LK_TASK_SEGMENTATION 5
#define LK_TASK_MAX_MARGIN 6

/* lk_advise_options.output: what the model emits */
#define LK_OUTPUT_UNKNOWN 0
#define LK_OUTPUT_SCORES 1
#define LK_OUTPUT_LOGITS 2
#define LK_OUTPUT_PROBABILITIES 3

typedef int32_t lk_status;
typedef uint32_t lk_dtype;

typedef struct lk_loss lk_loss;
typedef struct lk_context lk_context;
typedef struct lk_advice lk_advice;

typedef struct lk_error {
  uint32_t struct_size;
  lk_status status;
  int64_t index;
  char message[240];
} lk_error;

typedef struct lk_tensor {
  void *data;
  lk_dtype dtype;
  uint32_t rank;
  int64_t shape[8];
  int64_t strides[8];
} lk_tensor;

typedef struct lk_operand {
  const char *name;
  const lk_tensor *tensor;
  const lk_tensor *gradient;
  const lk_tensor *hessian;
  uint64_t flags;
} lk_operand;

typedef struct lk_executor {
  uint32_t struct_size;
  uint32_t concurrency;
  void *user;
  void (*parallel_for)(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg);
} lk_executor;

typedef struct lk_context_options {
  uint32_t struct_size;
  uint32_t threads;
  const lk_executor *executor;
} lk_context_options;

/* One operand of a loss. `name` lives as long as the loss. */
typedef struct lk_operand_info {
  uint32_t struct_size;   /* in: sizeof(lk_operand_info) */
  uint32_t flags;         /* LK_OPERAND_... */
  const char *name;
} lk_operand_info;

/* One loss of the catalog. All text is static. */
typedef struct lk_loss_info {
  uint32_t struct_size;
  uint32_t parameter_count;
  const char *name;       /* as written in a spec: "huber", "keras.huber" */
  const char *summary;
  const char *formula;
  const char *details;    /* subgradients, clamps, divisor, conventions */
  const char *tasks;      /* "regression", "binary, multilabel", ... */
  const char *reference;
} lk_loss_info;

/* One parameter of a loss of the catalog. All text is static. */
typedef struct lk_parameter_info {
  uint32_t struct_size;
  uint32_t kinds;              /* LK_KIND_... or-ed */
  const char *name;
  const char *default_value;   /* spec text: "1e-5", "logits", "none", "@input" */
  const char *range;           /* "(0, inf)", "[0, 1)", "logits | probs", or "" */
  const char *summary;
} lk_parameter_info;

typedef struct lk_advise_options {
  uint32_t struct_size;
  uint32_t task;               /* LK_TASK_... */
  uint32_t output;             /* LK_OUTPUT_... */
  uint32_t class_count;        /* 0: from the predictions' class axis, or the largest label + 1 */
  const lk_tensor *target;     /* NULL: not shown */
  const lk_tensor *prediction; /* NULL: not shown; regression: same shape as target; classes on axis 1 */
} lk_advise_options;

#ifdef __cplusplus
extern "C" {
#endif

uint32_t lk_version(void);
const char *lk_status_string(lk_status status);

lk_status lk_loss_create(const char *spec, lk_loss **loss, lk_error *error);
void lk_loss_destroy(lk_loss *loss);
/* Canonical text: writes at most capacity bytes with NUL; *length is the length without NUL. buffer NULL with capacity 0 asks for the length.
   A buffer that is too small is LK_INVALID_ARGUMENT, *length still set, nothing else written. */
lk_status lk_loss_spec(const lk_loss *loss, char *buffer, size_t capacity, size_t *length, lk_error *error);

lk_status lk_loss_eval(const lk_loss *loss, lk_context *context, const lk_operand *operands, size_t operand_count,
                       const lk_tensor *value, lk_error *error);
lk_status lk_loss_eval_pair(const lk_loss *loss, lk_context *context, const lk_tensor *input, const lk_tensor *target,
                            const lk_tensor *gradient, double *value, lk_error *error);
lk_status lk_loss_scalar(const lk_loss *loss, double input, double target, double out[3], lk_error *error);

/* The operands that a loss takes, in a fixed order. */
lk_status lk_loss_operand_count(const lk_loss *loss, size_t *count, lk_error *error);
lk_status lk_loss_operand_info(const lk_loss *loss, size_t index, lk_operand_info *info, lk_error *error);
/* The shape of the value for these operands: 0 for a reduced loss. Only shapes are read, never data. */
lk_status lk_loss_value_shape(const lk_loss *loss, const lk_operand *operands, size_t operand_count, uint32_t *rank,
                              int64_t shape[8], lk_error *error);

lk_status lk_context_create(const lk_context_options *options, lk_context **context, lk_error *error);
void lk_context_destroy(lk_context *context);

/* The catalog: every loss and parameter that a spec may name. */
size_t lk_catalog_count(void);
lk_status lk_catalog_loss(size_t index, lk_loss_info *info, lk_error *error);
lk_status lk_catalog_parameter(size_t loss, size_t index, lk_parameter_info *info, lk_error *error);

/* The advisor: ranked specs with reasons, and the numbers they rest on. Text lives as long as the advice. */
lk_status lk_advise(const lk_advise_options *options, lk_advice **advice, lk_error *error);
void lk_advice_destroy(lk_advice *advice);
size_t lk_advice_count(const lk_advice *advice);
lk_status lk_advice_item(const lk_advice *advice, size_t index, const char **spec, const char **reason, lk_error *error);
size_t lk_advice_evidence_count(const lk_advice *advice);
lk_status lk_advice_evidence(const lk_advice *advice, size_t index, const char **name, double *value, lk_error *error);

#ifdef __cplusplus
}
#endif
#endif
