/*
 * losskit_dlpack.h: DLPack tensors as losskit views. C99 and C++, header-only, nothing to link beyond losskit itself.
 *
 *     #include <dlpack/dlpack.h>
 *     #include <losskit_dlpack.h>
 *
 *     lk_tensor input;
 *     lk_error error = {sizeof error};
 *     if (lk_tensor_from_dlpack(&managed->dl_tensor, &input, &error) != LK_OK) puts(error.message);
 *
 * A view borrows: the DLPack tensor's memory must outlive the calls that the view is passed to, and the view does not
 * call its deleter. Any release of dlpack.h serves. It is included from <dlpack/dlpack.h> where that exists; one that
 * lies elsewhere must be included before this header. Where there is none, the few types needed are declared here, as
 * every DLPack release since 0.5 lays them out; LOSSKIT_DLPACK_DECLARE asks for that even where there is one.
 */
#ifndef LOSSKIT_DLPACK_H
#define LOSSKIT_DLPACK_H

#include <losskit.h>

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if !defined(DLPACK_VERSION) && !defined(DLPACK_MAJOR_VERSION) && !defined(LOSSKIT_DLPACK_DECLARE) &&                  \
    defined(__has_include)
#if __has_include(<dlpack/dlpack.h>)
#include <dlpack/dlpack.h>
#endif
#endif

#if !defined(DLPACK_VERSION) && !defined(DLPACK_MAJOR_VERSION)
#ifdef __cplusplus
extern "C" {
#endif
/* Enums are 32 bits wide here and in dlpack.h; only the numbers used below are named. */
typedef enum { kDLCPU = 1, kDLCUDAHost = 3, kDLROCMHost = 11 } DLDeviceType;
typedef struct {
  DLDeviceType device_type;
  int32_t device_id;
} DLDevice;
typedef struct {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
} DLDataType;
typedef struct {
  void *data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape;
  int64_t *strides;
  uint64_t byte_offset;
} DLTensor;
#ifdef __cplusplus
}
#endif
#endif

/* Before 0.5 the device was called ctx. Those releases wrote the version in octal: 040 is 0.4, 050 is 0.5. */
#if defined(DLPACK_VERSION) && DLPACK_VERSION < 40
#define LK_DLPACK_DEVICE(tensor) ((tensor)->ctx)
#else
#define LK_DLPACK_DEVICE(tensor) ((tensor)->device)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Fills `error` with a refusal and returns its status. The message is complete before the copy, so that it is cut
   rather than lost. */
static inline lk_status lk_dlpack_refuse_(lk_error *error, lk_status status, int64_t index, const char *message) {
  if (error != NULL && error->struct_size >= sizeof(lk_error)) {
    size_t length = strlen(message);
    if (length >= sizeof error->message) {
      length = sizeof error->message - 1;
    }
    error->status = status;
    error->index = index;
    memcpy(error->message, message, length);
    error->message[length] = '\0';
  }
  return status;
}

/* The lk_dtype of a DLPack type of one lane; 0 for one that losskit does not compute with. The numbers are DLPack's
   type codes, which older releases do not all name. */
static inline lk_dtype lk_dlpack_dtype_(unsigned code, unsigned bits) {
  switch (code) {
  case 0: /* int */
    return bits == 8 ? LK_I8 : bits == 16 ? LK_I16 : bits == 32 ? LK_I32 : bits == 64 ? LK_I64 : 0;
  case 1: /* unsigned int */
    return bits == 8 ? LK_U8 : 0;
  case 2: /* float */
    return bits == 16 ? LK_F16 : bits == 32 ? LK_F32 : bits == 64 ? LK_F64 : 0;
  case 4: /* bfloat */
    return bits == 16 ? LK_BF16 : 0;
  case 6: /* bool */
    return bits == 8 ? LK_BOOL : 0;
  default:
    return 0;
  }
}

/*
 * Makes `tensor` a view of `source`.
 *
 * Accepted: memory that the CPU can read (the CPU's own, and pinned host memory of CUDA or ROCm), rank 0 to 8, one lane,
 * the types f16, bf16, f32, f64, i8, i16, i32, i64, u8 and bool, strides or NULL for row-major, and a byte offset.
 *
 * LK_INVALID_ARGUMENT  `source`, `tensor` or the shape is NULL, or the byte offset does not fit the address space
 * LK_INVALID_SHAPE     the rank is not in 0..8, or a dimension is negative (index: the dimension)
 * LK_INVALID_DTYPE     more than one lane, or a type that losskit does not compute with
 * LK_UNSUPPORTED       memory of another device, or several elements that are all one (every stride 0)
 *
 * On failure `tensor` is left as it was. `error` may be NULL; otherwise its struct_size must be set.
 */
static inline lk_status lk_tensor_from_dlpack(const DLTensor *source, lk_tensor *tensor, lk_error *error) {
  char message[240];
  lk_tensor view;
  int device;
  int32_t axis;
  int repeats = 0;  /* some dimension of more than one element */
  int advances = 0; /* some stride other than 0 */
  int empty = 0;

  if (source == NULL) {
    return lk_dlpack_refuse_(error, LK_INVALID_ARGUMENT, -1, "the DLPack tensor is NULL");
  }
  if (tensor == NULL) {
    return lk_dlpack_refuse_(error, LK_INVALID_ARGUMENT, -1, "the tensor to fill from a DLPack tensor is NULL");
  }
  device = (int)LK_DLPACK_DEVICE(source).device_type;
  if (device != 1 && device != 3 && device != 11) {
    snprintf(message, sizeof message,
             "the DLPack tensor lies on device type %d; losskit reads memory of the CPU (1) and pinned host memory of "
             "CUDA (3) or ROCm (11)",
             device);
    return lk_dlpack_refuse_(error, LK_UNSUPPORTED, -1, message);
  }
  if (source->ndim < 0 || source->ndim > LK_MAX_RANK) {
    snprintf(message, sizeof message, "the DLPack tensor has rank %" PRId32 "; losskit takes 0 to %d", source->ndim,
             (int)LK_MAX_RANK);
    return lk_dlpack_refuse_(error, LK_INVALID_SHAPE, -1, message);
  }
  if (source->ndim > 0 && source->shape == NULL) {
    snprintf(message, sizeof message, "the DLPack tensor has rank %" PRId32 " and no shape", source->ndim);
    return lk_dlpack_refuse_(error, LK_INVALID_ARGUMENT, -1, message);
  }
  if (source->dtype.lanes != 1) {
    snprintf(message, sizeof message, "the DLPack tensor's elements have %u lanes; losskit takes 1",
             (unsigned)source->dtype.lanes);
    return lk_dlpack_refuse_(error, LK_INVALID_DTYPE, -1, message);
  }

  memset(&view, 0, sizeof view);
  view.dtype = lk_dlpack_dtype_(source->dtype.code, source->dtype.bits);
  if (view.dtype == 0) {
    snprintf(message, sizeof message,
             "the DLPack tensor has type code %u with %u bits; losskit takes float (2) of 16, 32 and 64 bits, bfloat "
             "(4) of 16, int (0) of 8 to 64, unsigned int (1) of 8 and bool (6)",
             (unsigned)source->dtype.code, (unsigned)source->dtype.bits);
    return lk_dlpack_refuse_(error, LK_INVALID_DTYPE, -1, message);
  }

  view.rank = (uint32_t)source->ndim;
  for (axis = 0; axis < source->ndim; ++axis) {
    if (source->shape[axis] < 0) {
      snprintf(message, sizeof message, "dimension %" PRId32 " of the DLPack tensor is %" PRId64, axis,
               source->shape[axis]);
      return lk_dlpack_refuse_(error, LK_INVALID_SHAPE, axis, message);
    }
    view.shape[axis] = source->shape[axis];
    empty = empty || source->shape[axis] == 0;
    repeats = repeats || source->shape[axis] > 1;
    if (source->strides != NULL) {
      view.strides[axis] = source->strides[axis];
      advances = advances || source->strides[axis] != 0;
    }
  }
  /* All strides 0 mean contiguous to losskit, which would read past a single element shown many times. */
  if (source->strides != NULL && repeats && !advances && !empty) {
    return lk_dlpack_refuse_(error, LK_UNSUPPORTED, -1,
                             "the DLPack tensor repeats one element along every dimension (all strides are 0), which a "
                             "losskit tensor cannot express");
  }

  if (source->byte_offset > (uint64_t)(UINTPTR_MAX - (uintptr_t)source->data)) {
    snprintf(message, sizeof message, "the DLPack tensor's byte offset %" PRIu64 " reaches past the address space",
             source->byte_offset);
    return lk_dlpack_refuse_(error, LK_INVALID_ARGUMENT, -1, message);
  }
  /* A tensor without elements may have no memory, and NULL must stay NULL. */
  view.data = source->data == NULL ? NULL : (void *)((char *)source->data + source->byte_offset);
  *tensor = view;
  return LK_OK;
}

#ifdef __cplusplus
}
#endif

#endif
