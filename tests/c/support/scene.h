/* A small call written out by hand: named operands with their numbers, the outputs wanted, and what comes of it. */
#ifndef LOSSKIT_TESTS_SCENE_H
#define LOSSKIT_TESTS_SCENE_H

#include "buffer.h"

#define SCENE_OPERANDS 8

/* DIMENSIONS(2, 3) stands for a rank and a shape, SCALAR for rank 0; NUMBERS(…) for the values, row-major. */
#define DIMENSIONS(...) \
  (uint32_t)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__}
#define SCALAR 0, NULL
#define NUMBERS(...) (const double[]){__VA_ARGS__}

typedef struct scene {
  lk_loss *loss;
  lk_operand operands[SCENE_OPERANDS];
  size_t count;
  buffer tensors[SCENE_OPERANDS], gradients[SCENE_OPERANDS], hessians[SCENE_OPERANDS];
  buffer value;
} scene;

/* A failed check, and 0, where the loss cannot be made. */
int scene_open(scene *made, const char *spec);
void scene_close(scene *made);

/* Adds an operand; gives its index. `values` NULL leaves the elements as 0.5. */
size_t scene_add(scene *made, const char *name, lk_dtype dtype, uint32_t rank, const int64_t *shape,
                 const double *values);
void scene_want_gradient(scene *made, size_t operand, lk_dtype dtype);
void scene_want_hessian(scene *made, size_t operand, lk_dtype dtype);
void scene_want_value(scene *made, lk_dtype dtype, uint32_t rank, const int64_t *shape);

/* [2, 3] logits and labels 0 and 2 under cross_entropy, with gradient, hessian and value: a call that succeeds. */
int scene_open_labels(scene *made, const char *spec, lk_dtype label_dtype);
/* [2, 3] numbers and targets under an elementwise loss, with gradient, hessian and a reduced value. */
int scene_open_pair(scene *made, const char *spec, lk_dtype dtype);

/* Seals every buffer and calls. */
lk_status scene_eval(scene *made, lk_context *context, lk_error *error);
/* Calls; a failed check unless it succeeds, with nothing but the outputs' elements written. */
int scene_succeeds(scene *made, const char *file, int line);
/* Calls; a failed check unless it is refused so, with no byte of any buffer changed. */
int scene_is_refused(scene *made, lk_status code, int64_t index, const char *text, const char *file, int line);

#define SUCCEEDS(made) scene_succeeds((made), __FILE__, __LINE__)
#define REFUSED(made, code, index, text) scene_is_refused((made), (code), (index), (text), __FILE__, __LINE__)

/* Whether all elements are within 1e-6 (relative or absolute) of the numbers. */
int buffer_close_to(const buffer *found, const double *expected);

#endif
