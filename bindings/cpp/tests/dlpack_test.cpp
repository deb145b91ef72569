// DLPack tensors as views, in C++ and in C, and evaluated.
#include "dlpack_checks.h"

#include <losskit/losskit.hpp>

#include <gtest/gtest.h>

extern "C" {
int dlpack_accepts_in_c(void);
int dlpack_refuses_in_c(void);
int dlpack_accepts_declared(void);
int dlpack_refuses_declared(void);
}

namespace {

TEST(Dlpack, AcceptsWhatItCanExpress) {
  EXPECT_EQ(dlpack_accepts(), 0);
  EXPECT_EQ(dlpack_accepts_in_c(), 0);
  EXPECT_EQ(dlpack_accepts_declared(), 0);
}

TEST(Dlpack, RefusesTheRest) {
  EXPECT_EQ(dlpack_refuses(), 0);
  EXPECT_EQ(dlpack_refuses_in_c(), 0);
  EXPECT_EQ(dlpack_refuses_declared(), 0);
}

TEST(Dlpack, IsReadAndWritten) {
  float data[6] = {1, 2, 3, 4, 5, 6};
  float wanted[6] = {1, 4, 2, 5, 3, 8};
  float slopes[6] = {};
  std::int64_t shape[2] = {3, 2};
  std::int64_t transposed[2] = {1, 3};
  const DLTensor input = dlpack_matrix(data, shape, transposed);
  const DLTensor target = dlpack_matrix(wanted, shape, nullptr);
  const DLTensor gradient = dlpack_matrix(slopes, shape, nullptr);
  lk_tensor views[3];
  ASSERT_EQ(lk_tensor_from_dlpack(&input, &views[0], nullptr), LK_OK);
  ASSERT_EQ(lk_tensor_from_dlpack(&target, &views[1], nullptr), LK_OK);
  ASSERT_EQ(lk_tensor_from_dlpack(&gradient, &views[2], nullptr), LK_OK);
  const double value = losskit::loss("mse(reduction=sum)")
                           .evaluate(losskit::view(views[0]), losskit::view(views[1]), losskit::mutable_view(views[2]));
  EXPECT_EQ(value, 4);
  EXPECT_EQ(slopes[5], -4);
}

} // namespace
