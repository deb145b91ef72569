/* One record of the reference vectors, read from text (tests/vectors/README.md), and the call that it describes. */
#ifndef LOSSKIT_TESTS_RECORD_H
#define LOSSKIT_TESTS_RECORD_H

#include "buffer.h"

#define RECORD_OPERANDS 12

typedef struct numbers {
  uint32_t rank;
  int64_t shape[8];
  double *values;
  size_t count;
} numbers;

typedef struct record_operand {
  char name[64];
  char kind; /* 'f', 'i' or 'b' */
  numbers tensor, gradient, hessian;
  int has_gradient, has_hessian;
} record_operand;

typedef struct record {
  char *name, *spec, *message;
  int f32, f64;
  record_operand operands[RECORD_OPERANDS];
  size_t operand_count;
  numbers value;
  int has_value, has_status, has_index;
  long status;
  int64_t index;
} record;

typedef struct record_reader record_reader;

record_reader *record_reader_open(const char *path);
/* NULL at the end of the file, and at the first line that does not follow the format. */
record *record_reader_next(record_reader *reader);
/* What is wrong with the file, at record_reader_line; NULL if nothing is. */
const char *record_reader_complaint(const record_reader *reader);
unsigned long record_reader_line(const record_reader *reader);
void record_reader_close(record_reader *reader);
void record_destroy(record *done);

enum { OUTPUTS_ALL, OUTPUTS_VALUE, OUTPUTS_DERIVATIVES };
const char *record_outputs_name(int outputs);

typedef struct record_call {
  lk_operand operands[RECORD_OPERANDS];
  buffer tensors[RECORD_OPERANDS], gradients[RECORD_OPERANDS], hessians[RECORD_OPERANDS];
  buffer value;
  int has_value;
} record_call;

/* A record that expects a refusal asks for a value, too; its shape is asked of the loss. */
void record_call_create(record_call *call, const record *from, lk_dtype dtype, layout which, int outputs);
lk_status record_call_eval(record_call *call, const record *from, const lk_loss *loss, lk_context *context,
                           lk_error *error);
/* Whether no byte of any buffer has changed. */
int record_call_untouched(const record_call *call, const record *from);
void record_call_destroy(record_call *call, const record *from);

#endif
