/* Checks of losskit_dlpack.h that C and C++ share: gives 0, or the line of the first one that fails. */
#ifndef LOSSKIT_TESTS_DLPACK_CHECKS_H
#define LOSSKIT_TESTS_DLPACK_CHECKS_H

#include <losskit_dlpack.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline DLTensor dlpack_matrix(void *data, int64_t *shape, int64_t *strides) {
  DLTensor source;
  memset(&source, 0, sizeof source);
  source.data = data;
  source.device.device_type = kDLCPU;
  source.ndim = 2;
  source.dtype.code = 2;
  source.dtype.bits = 32;
  source.dtype.lanes = 1;
  source.shape = shape;
  source.strides = strides;
  return source;
}

#define DLPACK_CHECK(condition)                                                                                        \
  if (!(condition)) return __LINE__

/* Expects a refusal of this status that mentions `word`, and an untouched tensor. */
#define DLPACK_REFUSED(source, code, word)                                                                             \
  memset(&view, 0x5a, sizeof view);                                                                                    \
  before = view;                                                                                                       \
  error.status = LK_OK;                                                                                                \
  error.message[0] = '\0';                                                                                             \
  DLPACK_CHECK(lk_tensor_from_dlpack((source), &view, &error) == (code));                                              \
  DLPACK_CHECK(error.status == (code) && strstr(error.message, (word)) != NULL);                                       \
  DLPACK_CHECK(memcmp(&view, &before, sizeof view) == 0);                                                              \
  DLPACK_CHECK(lk_tensor_from_dlpack((source), &view, NULL) == (code))

static inline int dlpack_accepts(void) {
  static const struct {
    uint8_t code;
    uint8_t bits;
    lk_dtype dtype;
  } types[] = {{2, 32, LK_F32}, {2, 64, LK_F64}, {2, 16, LK_F16}, {4, 16, LK_BF16}, {0, 8, LK_I8},
               {0, 16, LK_I16}, {0, 32, LK_I32}, {0, 64, LK_I64}, {1, 8, LK_U8},    {6, 8, LK_BOOL}};
  float data[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  int64_t shape[2] = {2, 3}, strides[2] = {1, 2};
  DLTensor source = dlpack_matrix(data, shape, NULL);
  lk_tensor view;
  size_t i;
  lk_error error;
  memset(&error, 0, sizeof error);
  error.struct_size = sizeof error;

  DLPACK_CHECK(lk_tensor_from_dlpack(&source, &view, &error) == LK_OK);
  DLPACK_CHECK(view.data == data && view.dtype == LK_F32 && view.rank == 2);
  DLPACK_CHECK(view.shape[0] == 2 && view.shape[1] == 3 && view.shape[2] == 0);
  DLPACK_CHECK(view.strides[0] == 0 && view.strides[1] == 0);

  source.strides = strides;
  source.byte_offset = 2 * sizeof(float);
  source.device.device_type = kDLCUDAHost;
  DLPACK_CHECK(lk_tensor_from_dlpack(&source, &view, &error) == LK_OK);
  DLPACK_CHECK(view.data == data + 2 && view.strides[0] == 1 && view.strides[1] == 2);

  for (i = 0; i < sizeof types / sizeof *types; i += 1) {
    source.dtype.code = types[i].code;
    source.dtype.bits = types[i].bits;
    DLPACK_CHECK(lk_tensor_from_dlpack(&source, &view, &error) == LK_OK && view.dtype == types[i].dtype);
  }

  /* A scalar needs no shape, an empty tensor no memory, and one element may have strides 0. */
  source.ndim = 0;
  source.shape = source.strides = NULL;
  DLPACK_CHECK(lk_tensor_from_dlpack(&source, &view, &error) == LK_OK && view.rank == 0);
  source = dlpack_matrix(NULL, shape, strides);
  source.byte_offset = 64;
  shape[0] = 0;
  strides[0] = strides[1] = 0;
  DLPACK_CHECK(lk_tensor_from_dlpack(&source, &view, &error) == LK_OK && view.data == NULL);
  shape[0] = shape[1] = 1;
  DLPACK_CHECK(lk_tensor_from_dlpack(&source, &view, &error) == LK_OK);
  return 0;
}

static inline int dlpack_refuses(void) {
  float data[8] = {0};
  int64_t shape[9] = {2, 3, 1, 1, 1, 1, 1, 1, 1}, strides[2] = {0, 0};
  DLTensor source = dlpack_matrix(data, shape, NULL);
  lk_tensor view, before;
  lk_error error;
  memset(&error, 0, sizeof error);
  error.struct_size = sizeof error;

  DLPACK_REFUSED((const DLTensor *)NULL, LK_INVALID_ARGUMENT, "NULL");
  DLPACK_CHECK(lk_tensor_from_dlpack(&source, NULL, &error) == LK_INVALID_ARGUMENT);
  source.ndim = 9;
  DLPACK_REFUSED(&source, LK_INVALID_SHAPE, "rank 9");
  source.ndim = -1;
  DLPACK_REFUSED(&source, LK_INVALID_SHAPE, "rank -1");
  source = dlpack_matrix(data, NULL, NULL);
  DLPACK_REFUSED(&source, LK_INVALID_ARGUMENT, "no shape");
  source = dlpack_matrix(data, shape, NULL);
  source.device.device_type = (DLDeviceType)2;
  DLPACK_REFUSED(&source, LK_UNSUPPORTED, "device type 2");
  source = dlpack_matrix(data, shape, NULL);
  source.dtype.lanes = 4;
  DLPACK_REFUSED(&source, LK_INVALID_DTYPE, "4 lanes");
  source.dtype.lanes = 1;
  source.dtype.code = 5; /* complex */
  DLPACK_REFUSED(&source, LK_INVALID_DTYPE, "type code 5");
  source.dtype.code = 1;
  DLPACK_REFUSED(&source, LK_INVALID_DTYPE, "32 bits");
  source = dlpack_matrix(data, shape, strides);
  DLPACK_REFUSED(&source, LK_UNSUPPORTED, "strides are 0");
  source = dlpack_matrix(data, shape, NULL);
  source.byte_offset = UINT64_MAX;
  DLPACK_REFUSED(&source, LK_INVALID_ARGUMENT, "byte offset");
  source.byte_offset = 0;
  shape[1] = -3;
  DLPACK_REFUSED(&source, LK_INVALID_SHAPE, "dimension 1");
  DLPACK_CHECK(lk_tensor_from_dlpack(&source, &view, &error) != LK_OK && error.index == 1);
  return 0;
}

#ifdef __cplusplus
}
#endif

#endif
