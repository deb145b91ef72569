/* Ordinary calls of every loss of the catalog, at any size: inputs of the right kind, and outputs for all that the
   loss offers. Tests that hold for every loss walk this table; `sample_table_is_complete` ties it to the catalog. */
#ifndef LOSSKIT_TESTS_SAMPLE_H
#define LOSSKIT_TESTS_SAMPLE_H

#include "buffer.h"

typedef enum input_kind { INPUT_REAL, INPUT_PROBABILITIES, INPUT_LOG_PROBABILITIES } input_kind;

typedef enum target_kind {
  TARGET_NONE,
  TARGET_REAL,
  TARGET_BINARY,  /* 0 or 1, any number of ones in a row */
  TARGET_SIGNED,  /* -1 or 1 */
  TARGET_ONE_HOT, /* in the input's shape */
  TARGET_LABELS   /* i64, the input's shape without the class axis */
} target_kind;

typedef enum sample_shape {
  SHAPE_FLAT,       /* [rows, classes] */
  SHAPE_IMAGE,      /* [rows, classes, pixels] */
  SHAPE_IMAGE_LAST  /* [rows, pixels, classes] */
} sample_shape;

typedef struct sample_kind {
  const char *spec;
  sample_shape shape;
  input_kind input;
  target_kind target;
} sample_kind;

extern const sample_kind sample_kinds[];
extern const size_t sample_kind_count;

/* The most operands that a sample has. */
#define SAMPLE_OPERANDS 3

typedef struct sample {
  lk_loss *loss;
  buffer input, target, value, gradient, hessian;
  /* The matrix of a last layer, for losses that have one: a row for each class, of which there are at most 60. */
  buffer layer, layer_gradient;
  int has_target, has_hessian, has_layer;
} sample;

/* Counts a failure for each loss of the catalog that the table above leaves out. */
void sample_table_is_complete(void);

/* Gives 0, with a failed check, where the loss cannot be made. Call sample_destroy in any case. */
int sample_create(sample *made, const sample_kind *kind, lk_dtype dtype, int64_t rows, int64_t classes,
                  int64_t pixels, layout which);
void sample_destroy(sample *made);

/* Fills operands with the sample's tensors and outputs, the input first; gives their number. */
size_t sample_operands(const sample *made, lk_operand operands[SAMPLE_OPERANDS]);

/* One call with every output. */
lk_status sample_eval(const sample *made, lk_context *context, lk_error *error);

/* The call on the calling thread that others are compared with: a failed check, and 0, unless it succeeds and has
   written every element of every output. */
int sample_reference(const sample *made);

/* Paints all outputs afresh. */
void sample_repaint(sample *made);

/* Whether all outputs hold the same elements, bit for bit. */
int sample_same_bits(const sample *left, const sample *right);

/* Numbers that look random and are the same on every machine. */
double pseudo_random(uint64_t *state); /* in [0, 1) */

#endif
