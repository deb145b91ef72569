/* A tensor in memory of its own, painted before, after and between its elements, so that every byte which a call
   should not have touched can be checked afterwards. */
#ifndef LOSSKIT_TESTS_BUFFER_H
#define LOSSKIT_TESTS_BUFFER_H

#include <stddef.h>

#include "losskit.h"

typedef enum layout {
  LAYOUT_CONTIGUOUS, /* row-major, strides all zero */
  LAYOUT_PADDED,     /* row-major, unused elements at the end of every dimension */
  LAYOUT_STRIDED,    /* every third element of the last dimension, two unused ones between */
  LAYOUT_TRANSPOSED, /* column-major */
  LAYOUT_COUNT
} layout;

typedef struct buffer {
  lk_tensor view;
  unsigned char *memory;   /* everything, margins included */
  unsigned char *snapshot; /* the same bytes at the last buffer_seal */
  size_t bytes;
  size_t count; /* elements */
} buffer;

const char *layout_name(layout which);
size_t dtype_size(lk_dtype dtype);

/* Elements are painted too, until they are set. Alignment is exactly that of the element and no more. */
buffer buffer_create(lk_dtype dtype, uint32_t rank, const int64_t *shape, layout which);
buffer buffer_like(const buffer *other, lk_dtype dtype, layout which);
void buffer_destroy(buffer *tensor);

/* Elements by their row-major position, whatever the layout. */
void buffer_set(buffer *tensor, size_t position, double number);
double buffer_get(const buffer *tensor, size_t position);
void buffer_fill(buffer *tensor, double number);
void buffer_copy_elements(buffer *to, const buffer *from);

/* Remembers every byte. */
void buffer_seal(buffer *tensor);
/* Whether every byte is as it was at the last seal. */
int buffer_untouched(const buffer *tensor);
/* Whether every byte outside the elements is as it was at the last seal. */
int buffer_gaps_untouched(const buffer *tensor);
/* Whether every element is something else than paint. */
int buffer_written(const buffer *tensor);
/* Whether both hold the same elements, bit for bit, in whatever layouts. */
int buffer_same_bits(const buffer *left, const buffer *right);
/* Whether every element is exactly +0 or -0. */
int buffer_all_zero(const buffer *tensor);

#endif
