/* losskit: loss functions for native machine-learning systems.
 *
 * A loss is a line of text. lk_loss_create() turns it into an object that never changes; lk_loss_eval_pair() or
 * lk_loss_eval() computes its value and its derivatives into buffers of the caller:
 *
 *     lk_error error = {sizeof error};
 *     lk_loss *loss;
 *     if (lk_loss_create("cross_entropy(label_smoothing=0.1)", &loss, &error)) return fail(error.message);
 *     lk_tensor input = {logits, LK_F32, 2, {rows, classes}}, gradient = {grad, LK_F32, 2, {rows, classes}};
 *     lk_tensor target = {labels, LK_I64, 1, {rows}};
 *     double value;
 *     lk_status status = lk_loss_eval_pair(loss, NULL, &input, &target, &gradient, &value, &error);
 *     lk_loss_destroy(loss);
 *     if (status) return fail(error.message);
 *
 * The text
 *
 *     spec  := [sign] term { ("+" | "-") term }
 *     term  := [ number "*" ] loss
 *     loss  := [ dialect "." ] name [ "(" [ key "=" value { "," key "=" value } ] ")" ]
 *     value := number | true | false | word | "text" | list | "@" operand
 *
 * as in 0.7*cross_entropy(class_weight=[0.2, 0.8]) + 0.3*dice(smooth=1) + 1e-4*l2(input=@weights). lk_catalog_loss() and
 * lk_catalog_parameter() list every loss and parameter; docs/losses.md is the same as a page.
 *
 * Rules that hold for every function
 *
 * - Every function that can fail returns an lk_status, 0 for success, and takes an lk_error last, which may be NULL.
 * - A call that is refused has written nothing but the lk_error: shapes, types, strides, overlaps and every label are checked
 *   first. Only LK_INTERNAL, and LK_OUT_OF_MEMORY in the middle of the work, may leave outputs partly written.
 * - Shapes match exactly. There is no broadcasting; a stride of 0 repeats what is read, where that is meant.
 * - A gradient may lie exactly over the operand it belongs to. Any other overlap of an output is LK_OVERLAP.
 * - Results are the same bits at every thread count, on every executor and at every level of SIMD instructions; those
 *   of linear_cross_entropy on every machine that has fused multiply-adds. Of NaN, sign and payload are open.
 * - Nothing is printed, nothing aborts, there is no global state to set up. A defect inside comes back as LK_INTERNAL.
 * - Any thread may use any object at once, except while it is destroyed. The caller's floating-point mode is left as it is.
 * - Structures that begin with struct_size want its sizeof there. Zero is the default of every field that has one.
 */

#ifndef LOSSKIT_H
#define LOSSKIT_H

#include <stddef.h>
#include <stdint.h>

#define LK_VERSION_MAJOR 0
#define LK_VERSION_MINOR 1
#define LK_VERSION_PATCH 0
/** The version of this header, as lk_version() gives the library's. */
#define LK_VERSION ((LK_VERSION_MAJOR << 16) | (LK_VERSION_MINOR << 8) | LK_VERSION_PATCH)


/**
 * Success.
 */
#define LK_OK 0

/**
 * A pointer, flag, operand name or option that cannot be what was meant.
 */
#define LK_INVALID_ARGUMENT 1

/**
 * The text of a loss does not parse, or names something that does not exist.
 */
#define LK_INVALID_SPEC 2

/**
 * Shapes that differ, ranks out of range, sizes or strides that overflow, negative strides of an output.
 */
#define LK_INVALID_SHAPE 3

/**
 * A tensor of a type that its role does not accept.
 */
#define LK_INVALID_DTYPE 4

/**
 * A label that is out of range, fractional or NaN.
 */
#define LK_INVALID_TARGET 5

/**
 * Buffers that share memory where they must not.
 */
#define LK_OVERLAP 6

/**
 * Well-formed, but not offered by this loss.
 */
#define LK_UNSUPPORTED 7

/**
 * A mean over nothing, under empty=error.
 */
#define LK_EMPTY 8

/**
 * Memory or threads were refused by the system.
 */
#define LK_OUT_OF_MEMORY 9

/**
 * A defect in losskit itself. Please report it with the message.
 */
#define LK_INTERNAL 10

/**
 * 32-bit float.
 */
#define LK_F32 1

/**
 * 64-bit float.
 */
#define LK_F64 2

/**
 * 16-bit IEEE float.
 */
#define LK_F16 3

/**
 * 16-bit brain float: the upper half of a 32-bit float.
 */
#define LK_BF16 4

/**
 * Signed 8-bit integer.
 */
#define LK_I8 5

/**
 * Unsigned 8-bit integer.
 */
#define LK_U8 6

/**
 * Signed 32-bit integer.
 */
#define LK_I32 7

/**
 * Signed 64-bit integer.
 */
#define LK_I64 8

/**
 * One byte: 0 is false, anything else true.
 */
#define LK_BOOL 9

/**
 * Signed 16-bit integer.
 */
#define LK_I16 10

/**
 * The largest rank of a tensor.
 */
#define LK_MAX_RANK 8

/**
 * lk_operand.flags: add to the gradient and hessian buffers instead of overwriting them.
 */
#define LK_ACCUMULATE 1

/**
 * lk_operand_info.flags: a call must have this operand.
 */
#define LK_OPERAND_REQUIRED 1

/**
 * lk_operand_info.flags: its gradient is offered.
 */
#define LK_OPERAND_GRADIENT 2

/**
 * lk_operand_info.flags: the diagonal of its Hessian is offered.
 */
#define LK_OPERAND_HESSIAN 4

/**
 * lk_parameter_info.kinds: a finite number, 0.5
 */
#define LK_KIND_NUMBER 1

/**
 * lk_parameter_info.kinds: a whole number, -100
 */
#define LK_KIND_INTEGER 2

/**
 * lk_parameter_info.kinds: true or false
 */
#define LK_KIND_BOOLEAN 4

/**
 * lk_parameter_info.kinds: one of the words in range
 */
#define LK_KIND_WORD 8

/**
 * lk_parameter_info.kinds: a list of numbers, [0.2, 0.8]
 */
#define LK_KIND_NUMBERS 16

/**
 * lk_parameter_info.kinds: a list of whole numbers, [1, 2]
 */
#define LK_KIND_INTEGERS 32

/**
 * lk_parameter_info.kinds: a tensor of the call, @name
 */
#define LK_KIND_OPERAND 64

/**
 * lk_parameter_info.kinds: the word none
 */
#define LK_KIND_NONE 128

/**
 * lk_advise_options.task: numbers
 */
#define LK_TASK_REGRESSION 1

/**
 * lk_advise_options.task: yes or no for each element
 */
#define LK_TASK_BINARY 2

/**
 * lk_advise_options.task: one of several classes for each row
 */
#define LK_TASK_MULTICLASS 3

/**
 * lk_advise_options.task: any of several labels for each row
 */
#define LK_TASK_MULTILABEL 4

/**
 * lk_advise_options.task: a class for each pixel
 */
#define LK_TASK_SEGMENTATION 5

/**
 * lk_advise_options.task: scores that keep a margin
 */
#define LK_TASK_MAX_MARGIN 6

/**
 * lk_advise_options.output: not known
 */
#define LK_OUTPUT_UNKNOWN 0

/**
 * lk_advise_options.output: numbers without a scale of their own
 */
#define LK_OUTPUT_SCORES 1

/**
 * lk_advise_options.output: before a sigmoid or softmax
 */
#define LK_OUTPUT_LOGITS 2

/**
 * lk_advise_options.output: after a sigmoid or softmax
 */
#define LK_OUTPUT_PROBABILITIES 3

/**
 * Ranked losses with reasons, and the numbers they rest on.
 */
typedef struct lk_advice lk_advice;

/**
 * Where work runs. Any number of threads may use one at once. NULL in its place means: on the calling thread.
 */
typedef struct lk_context lk_context;

/**
 * A loss made from text. It never changes, so any number of threads may use it at once.
 */
typedef struct lk_loss lk_loss;

/**
 * The outcome of a call: 0 is success. Codes are only ever added.
 */
typedef int32_t lk_status;

/**
 * Where a call says what went wrong. The caller owns it: nothing is allocated, nothing is kept per thread, and several
 * threads may each have their own. Set `struct_size` once; each call writes the rest, on success too. Every
 * `lk_error *error` parameter may be NULL.
 */
typedef struct lk_error {
    /**
     * In: sizeof(lk_error). If it is not set, a call returns LK_INVALID_ARGUMENT and cannot say why.
     */
    uint32_t struct_size;
    /**
     * The returned value.
     */
    lk_status status;
    /**
     * The place: the byte of the text for LK_INVALID_SPEC, the row-major element of the target for LK_INVALID_TARGET,
     * otherwise the operand, where one alone is at fault; operand_count stands for the value, and in
     * lk_loss_eval_pair() input is 0 and target 1. -1: no place.
     */
    int64_t index;
    /**
     * What was found, what was expected and where: NUL-terminated UTF-8, empty on success.
     */
    char message[240];
} lk_error;

/**
 * The type of a tensor's elements.
 */
typedef uint32_t lk_dtype;

/**
 * A borrowed view of an array: nothing is copied or kept. 144 bytes, frozen.
 */
typedef struct lk_tensor {
    /**
     * The first element, aligned to the size of its type. May be NULL if there are no elements. What is only read is
     * never written through this pointer, so the address of a const array may be cast.
     */
    void *data;
    /**
     * LK_F32, LK_F64, ...
     */
    lk_dtype dtype;
    /**
     * The number of dimensions, 0 to LK_MAX_RANK.
     */
    uint32_t rank;
    /**
     * The extent of each dimension, 0 or more. Entries beyond the rank are not looked at.
     */
    int64_t shape[8];
    /**
     * The distance, in elements, between neighbours along each dimension. All zero means row-major without gaps.
     * Strides of what is read may be 0 or negative; strides of what is written must be positive and give each element
     * its own place.
     */
    int64_t strides[8];
} lk_tensor;

/**
 * A named tensor of a call, and where its derivatives go. 40 bytes, frozen.
 */
typedef struct lk_operand {
    /**
     * The operand's name in the loss: "input", "target", "sample_weight", "weights", ...
     */
    const char *name;
    /**
     * The tensor.
     */
    const struct lk_tensor *tensor;
    /**
     * Where the gradient goes: of the tensor's shape and any floating-point type. NULL: not wanted. It may lie exactly
     * over the tensor itself.
     */
    const struct lk_tensor *gradient;
    /**
     * Where the diagonal of the Hessian goes: of the tensor's shape and any floating-point type. NULL: not wanted.
     */
    const struct lk_tensor *hessian;
    /**
     * 0 or LK_ACCUMULATE.
     */
    uint64_t flags;
} lk_operand;

/**
 * One operand that a loss takes.
 */
typedef struct lk_operand_info {
    /**
     * In: sizeof(lk_operand_info).
     */
    uint32_t struct_size;
    /**
     * LK_OPERAND_REQUIRED and the others, or-ed.
     */
    uint32_t flags;
    /**
     * Its name. Lives as long as the loss.
     */
    const char *name;
} lk_operand_info;

/**
 * The host's own thread pool, lent to losskit.
 */
typedef struct lk_executor {
    /**
     * sizeof(lk_executor).
     */
    uint32_t struct_size;
    /**
     * How many tasks run at once: a hint, which never changes results. 0 if not known.
     */
    uint32_t concurrency;
    /**
     * Handed back to parallel_for.
     */
    void *user;
    /**
     * Calls task(arg, index) exactly once for each index in [0, count), on any threads in any order, and returns when
     * all are done, like `for (size_t index = 0; index < count; index++) task(arg, index);`
     *
     * It must not be NULL and must not throw. It may be called from several threads at once.
     */
    void (*parallel_for)(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg);
} lk_executor;

/**
 * How to make a context. Zero means default for every field but the first.
 */
typedef struct lk_context_options {
    /**
     * sizeof(lk_context_options).
     */
    uint32_t struct_size;
    /**
     * The number of threads, the calling one included; at most 1024; 0: what the machine and its limits allow. Ignored
     * with an executor.
     */
    uint32_t threads;
    /**
     * The host's pool instead of one of the context's own. NULL: a pool of its own. The structure is copied; what
     * `user` points to must outlive the context.
     */
    const struct lk_executor *executor;
} lk_context_options;

/**
 * One loss of the catalog. All text is static.
 */
typedef struct lk_loss_info {
    /**
     * In: sizeof(lk_loss_info).
     */
    uint32_t struct_size;
    /**
     * The number of its parameters.
     */
    uint32_t parameter_count;
    /**
     * The name in a spec: "huber", "keras.huber".
     */
    const char *name;
    /**
     * One sentence: what it measures.
     */
    const char *summary;
    /**
     * The formula per element, row or region.
     */
    const char *formula;
    /**
     * Subgradients, clamp constants, divisor and conventions.
     */
    const char *details;
    /**
     * The tasks it suits: "binary, multilabel".
     */
    const char *tasks;
    /**
     * Where the definition comes from.
     */
    const char *reference;
} lk_loss_info;

/**
 * One parameter of a loss of the catalog. All text is static.
 */
typedef struct lk_parameter_info {
    /**
     * In: sizeof(lk_parameter_info).
     */
    uint32_t struct_size;
    /**
     * What it accepts: LK_KIND_NUMBER and the others, or-ed.
     */
    uint32_t kinds;
    /**
     * The word before '='.
     */
    const char *name;
    /**
     * The value when it is not given, as spec text: "1e-5", "logits", "none", "@input".
     */
    const char *default_value;
    /**
     * "(0, inf)", "[0, 1)", "logits | probs", or "" if anything of its kinds will do.
     */
    const char *range;
    /**
     * One sentence: what it does.
     */
    const char *summary;
} lk_parameter_info;

/**
 * A question to the advisor. `task` must be set; zero means not known for the other fields.
 */
typedef struct lk_advise_options {
    /**
     * sizeof(lk_advise_options).
     */
    uint32_t struct_size;
    /**
     * LK_TASK_...
     */
    uint32_t task;
    /**
     * LK_OUTPUT_...: what the model emits.
     */
    uint32_t output;
    /**
     * The number of classes; 0: from the predictions' class axis, or the largest label + 1.
     */
    uint32_t class_count;
    /**
     * The targets. NULL: not shown.
     */
    const struct lk_tensor *target;
    /**
     * The model's predictions. NULL: not shown. Of target's shape for regression and binary; with classes on axis 1
     * otherwise.
     */
    const struct lk_tensor *prediction;
} lk_advise_options;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * A status in a few words of English, such as "invalid shape". The text is static; an unknown code has a text too.
 */
const char *lk_status_string(lk_status status);

/**
 * The library's version: major << 16 | minor << 8 | patch. Compare it with LK_VERSION, which is the header's; while
 * the major version is 0, minor versions need not fit together.
 */
uint32_t lk_version(void);

/**
 * Makes a loss from its text: "mse", "cross_entropy(label_smoothing=0.1) + 1e-4*l2(input=@weights)".
 *
 * On success *loss is the loss, to be given back to lk_loss_destroy(). On failure *loss is untouched. A text that does
 * not parse is LK_INVALID_SPEC: error->index is the byte of the place, and the message quotes the text with a caret
 * under it and says what would be accepted.
 */
lk_status lk_loss_create(const char *spec, struct lk_loss **loss, struct lk_error *error);

/**
 * Gives a loss back. NULL is allowed. No other call may be using it.
 */
void lk_loss_destroy(struct lk_loss *loss);

/**
 * The canonical text of a loss, with each parameter that differs from its default. It parses to the same loss.
 *
 * *length is the number of bytes without the terminating NUL; `length` may be NULL. With buffer NULL and capacity 0
 * only the length is asked for. A buffer of less than *length + 1 bytes is LK_INVALID_ARGUMENT; *length is set then,
 * and nothing else is written.
 */
lk_status lk_loss_spec(const struct lk_loss *loss,
                       char *buffer,
                       size_t capacity,
                       size_t *length,
                       struct lk_error *error);

/**
 * Evaluates a loss: computes the derivatives that the operands ask for and, unless `value` is NULL, the value.
 *
 * `operands` names every tensor that the loss reads: "input" and "target" for most; "sample_weight" and "mask" where
 * wanted; "grad_output", the upstream gradient, of the value's shape, in place of 1. lk_loss_operand_info() lists
 * them. `value` has the shape that lk_loss_value_shape() gives (rank 0 for a reduced loss) and any floating-point
 * type; it is always overwritten, whatever the operands' flags.
 *
 * Every operand, shape, dtype, stride and label is checked before the first write: on failure nothing has been
 * written, error->index is the offending operand or element, and the message says what was found. There is no
 * broadcasting. `context` says where the work runs; NULL is the calling thread. Results do not depend on it, nor on
 * the machine.
 */
lk_status lk_loss_eval(const struct lk_loss *loss,
                       struct lk_context *context,
                       const struct lk_operand *operands,
                       size_t operand_count,
                       const struct lk_tensor *value,
                       struct lk_error *error);

/**
 * Evaluates a reduced loss of input and target: the everyday call.
 *
 * `target` may be NULL for a loss that has none; `gradient`, of input's shape, may be NULL, or lie exactly over input;
 * `value` may be NULL. Otherwise as lk_loss_eval(): a loss that needs other operands, such as @weights, is
 * LK_INVALID_ARGUMENT. A loss with reduction=none is LK_UNSUPPORTED here.
 */
lk_status lk_loss_eval_pair(const struct lk_loss *loss,
                            struct lk_context *context,
                            const struct lk_tensor *input,
                            const struct lk_tensor *target,
                            const struct lk_tensor *gradient,
                            double *value,
                            struct lk_error *error);

/**
 * A loss of one number: out[0] is the value, out[1] its first and out[2] its second derivative by input.
 *
 * For losses whose elements are single numbers (mse, huber, bce, ...), for plots and for boosting one sample at a
 * time. Reduction and denominator apply, to one element. Others need tensors, and are LK_INVALID_SHAPE or
 * LK_UNSUPPORTED here.
 */
lk_status lk_loss_scalar(const struct lk_loss *loss, double input, double target, double out[3], struct lk_error *error);

/**
 * The number of operands that a loss takes.
 */
lk_status lk_loss_operand_count(const struct lk_loss *loss, size_t *count, struct lk_error *error);

/**
 * Describes one operand that a loss takes: required ones first, in the order of the terms, then optional ones.
 */
lk_status lk_loss_operand_info(const struct lk_loss *loss,
                               size_t index,
                               struct lk_operand_info *info,
                               struct lk_error *error);

/**
 * The shape of the value for these operands: rank 0 for a reduced loss. Only types and shapes are looked
 * at, never data, which may be NULL. shape[] is
 * zero beyond the rank.
 */
lk_status lk_loss_value_shape(const struct lk_loss *loss,
                              const struct lk_operand *operands,
                              size_t operand_count,
                              uint32_t *rank,
                              int64_t shape[8],
                              struct lk_error *error);

/**
 * Makes a context. `options` may be NULL for defaults. On failure *context is untouched.
 *
 * A pool's threads wait without spinning; a call stays awake for at most some tens of microseconds, while others are in
 * their last task. Small work never leaves the calling thread. After a fork a pool starts again in the child when it is
 * next used.
 */
lk_status lk_context_create(const struct lk_context_options *options,
                            struct lk_context **context,
                            struct lk_error *error);

/**
 * Gives a context back and joins its threads. NULL is allowed. No other call may be using it.
 */
void lk_context_destroy(struct lk_context *context);

/**
 * The number of losses in the catalog.
 */
size_t lk_catalog_count(void);

/**
 * Describes one loss of the catalog.
 */
lk_status lk_catalog_loss(size_t index, struct lk_loss_info *info, struct lk_error *error);

/**
 * Describes one parameter of one loss of the catalog.
 */
lk_status lk_catalog_parameter(size_t loss, size_t index, struct lk_parameter_info *info, struct lk_error *error);

/**
 * Which loss should I use? Answers with ranked specs, each ready for lk_loss_create(), each with its reason in words.
 *
 * The data, where it is shown, is read once or twice and not kept; weights and parameters are computed from it.
 * Without data the reasons say what cannot be known. On success *advice is to be given back to lk_advice_destroy().
 */
lk_status lk_advise(const struct lk_advise_options *options, struct lk_advice **advice, struct lk_error *error);

/**
 * Gives an advice back. NULL is allowed.
 */
void lk_advice_destroy(struct lk_advice *advice);

/**
 * The number of losses in an advice, best first; 0 for NULL.
 */
size_t lk_advice_count(const struct lk_advice *advice);

/**
 * One loss of an advice: its spec and the reason for it. Either of `spec` and `reason` may be NULL. The text lives as
 * long as the advice.
 */
lk_status lk_advice_item(const struct lk_advice *advice,
                         size_t index,
                         const char **spec,
                         const char **reason,
                         struct lk_error *error);

/**
 * The number of numbers that an advice rests on; 0 for NULL.
 */
size_t lk_advice_evidence_count(const struct lk_advice *advice);

/**
 * One number that an advice rests on, such as "imbalance_ratio". Either of `name` and `value` may be NULL. The name
 * lives as long as the advice.
 */
lk_status lk_advice_evidence(const struct lk_advice *advice,
                             size_t index,
                             const char **name,
                             double *value,
                             struct lk_error *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LOSSKIT_H */
