#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN_ELEMENTS 9
/* As a float of either width this is a number that no test expects: -3.0e-16 and -2.2e-130. */
#define PAINT 0xa5

const char *layout_name(layout which) {
  static const char *const names[LAYOUT_COUNT] = {"contiguous", "padded", "strided", "transposed"};
  return names[which];
}

size_t dtype_size(lk_dtype dtype) {
  switch (dtype) {
    case LK_F64:
    case LK_I64: return 8;
    case LK_F32:
    case LK_I32: return 4;
    case LK_F16:
    case LK_BF16:
    case LK_I16: return 2;
    default: return 1;
  }
}

static void *allocate(size_t bytes) {
  void *memory = malloc(bytes);
  if (memory == NULL) {
    fprintf(stderr, "out of memory: %lu bytes\n", (unsigned long)bytes);
    exit(EXIT_FAILURE);
  }
  return memory;
}

/* Sets the strides and gives the number of elements from the first to one past the last, gaps included. */
static size_t lay_out(lk_tensor *view, layout which) {
  int64_t pitch = which == LAYOUT_STRIDED ? 3 : 1;
  uint32_t step;
  for (step = 0; step < view->rank; step += 1) {
    uint32_t dimension = which == LAYOUT_TRANSPOSED ? step : view->rank - 1 - step;
    view->strides[dimension] = pitch;
    pitch *= view->shape[dimension] + (which == LAYOUT_PADDED ? 2 : 0);
  }
  if (which == LAYOUT_CONTIGUOUS) memset(view->strides, 0, sizeof view->strides);
  return (size_t)pitch;
}

buffer buffer_create(lk_dtype dtype, uint32_t rank, const int64_t *shape, layout which) {
  buffer tensor;
  size_t size = dtype_size(dtype), extent;
  uint32_t dimension;
  memset(&tensor, 0, sizeof tensor);
  tensor.view.dtype = dtype;
  tensor.view.rank = rank;
  tensor.count = 1;
  for (dimension = 0; dimension < rank; dimension += 1) {
    tensor.view.shape[dimension] = shape[dimension];
    tensor.count *= (size_t)shape[dimension];
  }
  extent = lay_out(&tensor.view, which);
  tensor.bytes = (extent + 2 * MARGIN_ELEMENTS) * size;
  tensor.memory = allocate(tensor.bytes);
  tensor.snapshot = allocate(tensor.bytes);
  memset(tensor.memory, PAINT, tensor.bytes);
  /* malloc aligns to 16 and the margin is an odd number of elements. */
  tensor.view.data = tensor.memory + MARGIN_ELEMENTS * size;
  buffer_seal(&tensor);
  return tensor;
}

buffer buffer_like(const buffer *other, lk_dtype dtype, layout which) {
  return buffer_create(dtype, other->view.rank, other->view.shape, which);
}

void buffer_destroy(buffer *tensor) {
  free(tensor->memory);
  free(tensor->snapshot);
  memset(tensor, 0, sizeof *tensor);
}

/* Where the element at a row-major position lies, from the first element, in elements. */
static int64_t element_offset(const lk_tensor *view, size_t position) {
  int64_t offset = 0;
  int contiguous = 1;
  uint32_t dimension;
  for (dimension = 0; dimension < view->rank; dimension += 1) contiguous &= view->strides[dimension] == 0;
  if (contiguous) return (int64_t)position;
  for (dimension = view->rank; dimension-- > 0;) {
    size_t length = (size_t)view->shape[dimension];
    offset += (int64_t)(position % length) * view->strides[dimension];
    position /= length;
  }
  return offset;
}

static unsigned char *element(const buffer *tensor, size_t position) {
  int64_t offset = element_offset(&tensor->view, position);
  return (unsigned char *)tensor->view.data + offset * (int64_t)dtype_size(tensor->view.dtype);
}

#define STORE(type)                      \
  do {                                   \
    type stored = (type)number;          \
    memcpy(place, &stored, sizeof stored); \
  } while (0)

void buffer_set(buffer *tensor, size_t position, double number) {
  unsigned char *place = element(tensor, position);
  switch (tensor->view.dtype) {
    case LK_F32: STORE(float); break;
    case LK_F64: STORE(double); break;
    case LK_I8: STORE(int8_t); break;
    case LK_I16: STORE(int16_t); break;
    case LK_I32: STORE(int32_t); break;
    case LK_I64: STORE(int64_t); break;
    case LK_U8:
    case LK_BOOL: STORE(uint8_t); break;
    default:
      fprintf(stderr, "this test stores no elements of dtype %u\n", (unsigned)tensor->view.dtype);
      exit(EXIT_FAILURE);
  }
}

#define LOAD(type)                         \
  do {                                     \
    type loaded;                           \
    memcpy(&loaded, place, sizeof loaded); \
    return (double)loaded;                 \
  } while (0)

double buffer_get(const buffer *tensor, size_t position) {
  const unsigned char *place = element(tensor, position);
  switch (tensor->view.dtype) {
    case LK_F32: LOAD(float);
    case LK_F64: LOAD(double);
    case LK_I8: LOAD(int8_t);
    case LK_I16: LOAD(int16_t);
    case LK_I32: LOAD(int32_t);
    case LK_I64: LOAD(int64_t);
    default: LOAD(uint8_t);
  }
}

void buffer_fill(buffer *tensor, double number) {
  size_t position;
  for (position = 0; position < tensor->count; position += 1) buffer_set(tensor, position, number);
}

void buffer_copy_elements(buffer *to, const buffer *from) {
  size_t position;
  for (position = 0; position < from->count; position += 1)
    memcpy(element(to, position), element(from, position), dtype_size(from->view.dtype));
}

void buffer_seal(buffer *tensor) { memcpy(tensor->snapshot, tensor->memory, tensor->bytes); }

int buffer_untouched(const buffer *tensor) {
  return memcmp(tensor->memory, tensor->snapshot, tensor->bytes) == 0;
}

int buffer_gaps_untouched(const buffer *tensor) {
  size_t size = dtype_size(tensor->view.dtype), position;
  unsigned char *now = allocate(tensor->bytes);
  int untouched;
  memcpy(now, tensor->memory, tensor->bytes);
  for (position = 0; position < tensor->count; position += 1) {
    size_t offset = (size_t)(element(tensor, position) - tensor->memory);
    memcpy(now + offset, tensor->snapshot + offset, size);
  }
  untouched = memcmp(now, tensor->snapshot, tensor->bytes) == 0;
  free(now);
  return untouched;
}

int buffer_written(const buffer *tensor) {
  unsigned char paint[8];
  size_t position;
  memset(paint, PAINT, sizeof paint);
  for (position = 0; position < tensor->count; position += 1)
    if (memcmp(element(tensor, position), paint, dtype_size(tensor->view.dtype)) == 0) return 0;
  return 1;
}

int buffer_same_bits(const buffer *left, const buffer *right) {
  size_t size = dtype_size(left->view.dtype), position;
  if (left->count != right->count || left->view.dtype != right->view.dtype) return 0;
  for (position = 0; position < left->count; position += 1)
    if (memcmp(element(left, position), element(right, position), size) != 0) return 0;
  return 1;
}

int buffer_all_zero(const buffer *tensor) {
  size_t position;
  for (position = 0; position < tensor->count; position += 1)
    if (buffer_get(tensor, position) != 0.0) return 0;
  return 1;
}
