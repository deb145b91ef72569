// Views from everything that they are made from, and the shapes that they refuse.
#include <losskit/losskit.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>
#if __cplusplus >= 202002L
#include <span>
#endif

namespace {

using losskit::mutable_view;
using losskit::view;

// Reading and writing are different types: what is const cannot become a gradient.
static_assert(std::is_convertible_v<mutable_view, view> && !std::is_convertible_v<view, mutable_view>);
static_assert(std::is_constructible_v<view, const float *, losskit::shape>);
static_assert(!std::is_constructible_v<mutable_view, const float *, losskit::shape>);
static_assert(std::is_convertible_v<std::vector<float> &, mutable_view>);
static_assert(!std::is_convertible_v<const std::vector<float> &, mutable_view>);
static_assert(!std::is_convertible_v<std::vector<float>, mutable_view>, "a gradient in a temporary would be lost");
static_assert(std::is_convertible_v<const std::array<double, 3> &, view>);
static_assert(!std::is_convertible_v<std::string, view> && !std::is_convertible_v<std::vector<unsigned>, view>);
#if __cplusplus >= 202002L
static_assert(std::is_convertible_v<std::span<float>, mutable_view>);
static_assert(std::is_convertible_v<std::span<const float>, view>);
static_assert(!std::is_convertible_v<std::span<const float>, mutable_view>);
#endif

template <class T> lk_dtype dtype_of_vector() {
  const std::array<T, 1> values{};
  return view(values).raw()->dtype;
}

TEST(View, DeducesTheDtype) {
  EXPECT_EQ(dtype_of_vector<float>(), lk_dtype{LK_F32});
  EXPECT_EQ(dtype_of_vector<double>(), lk_dtype{LK_F64});
  EXPECT_EQ(dtype_of_vector<std::int8_t>(), lk_dtype{LK_I8});
  EXPECT_EQ(dtype_of_vector<std::int16_t>(), lk_dtype{LK_I16});
  EXPECT_EQ(dtype_of_vector<std::int32_t>(), lk_dtype{LK_I32});
  EXPECT_EQ(dtype_of_vector<std::int64_t>(), lk_dtype{LK_I64});
  EXPECT_EQ(dtype_of_vector<long>(), lk_dtype{LK_I64});
  EXPECT_EQ(dtype_of_vector<long long>(), lk_dtype{LK_I64});
  EXPECT_EQ(dtype_of_vector<std::uint8_t>(), lk_dtype{LK_U8});
  EXPECT_EQ(dtype_of_vector<bool>(), lk_dtype{LK_BOOL});
}

TEST(View, TakesShapesOfAnyInteger) {
  const std::vector<float> values(24);
  const std::size_t rows = 2;
  const int columns = 3;
  const std::vector<std::size_t> dimensions = {2, 3, 4};
  const std::array<int, 3> more = {2, 3, 4};
  const view braces(values, {rows, columns, 4});
  for (const view &tensor : {braces, view(values, dimensions), view(values.data(), more)}) {
    EXPECT_EQ(tensor.raw()->rank, 3u);
    EXPECT_EQ(tensor.raw()->shape[0], 2);
    EXPECT_EQ(tensor.raw()->shape[2], 4);
    EXPECT_EQ(tensor.raw()->data, values.data());
    EXPECT_TRUE(tensor.check("input").ok());
  }
  const double one = 1;
  EXPECT_EQ(view::scalar(one).raw()->rank, 0u);
  EXPECT_EQ(view(values.data(), 24).raw()->rank, 1u);
}

TEST(View, ReadsStrides) {
  // Columns of a row-major 2×3 matrix, and a vector backwards.
  const std::vector<double> matrix = {1, 2, 3, 4, 5, 6};
  const std::vector<double> transposed = {1, 4, 2, 5, 3, 6};
  losskit::loss loss("mse");
  EXPECT_EQ(loss.evaluate({matrix, {3, 2}, {1, 3}}, {transposed, {3, 2}}), 0);
  const std::vector<double> backwards = {6, 5, 4, 3, 2, 1};
  EXPECT_EQ(loss.evaluate({matrix.data() + 5, {6}, {-1}}, backwards), 0);
  std::vector<double> gradient(12, -7);
  EXPECT_EQ(loss.evaluate(matrix, std::vector<double>(6), {gradient, {6}, {2}}), 91.0 / 6);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    EXPECT_EQ(gradient[i] == -7, i % 2 == 1) << i;
  }
}

TEST(View, TakesHalfPrecisionAsBits) {
  const std::vector<std::uint16_t> halves = {0x3c00, 0x4000}; // 1 and 2 in f16
  const std::vector<std::uint16_t> brains = {0x3f80, 0x4000}; // 1 and 2 in bf16
  losskit::loss loss("mse");
  EXPECT_EQ(loss.evaluate({halves.data(), losskit::dtype::f16, {2}}, {brains.data(), losskit::dtype::bf16, {2}}), 0);
}

// What std::mdspan offers, for compilers that have none.
template <class T> struct matrix_span {
  T *data;
  std::array<std::size_t, 2> extents;
  std::array<std::size_t, 2> strides;
  static constexpr std::size_t rank() { return 2; }
  std::size_t extent(std::size_t axis) const { return extents[axis]; }
  std::size_t stride(std::size_t axis) const { return strides[axis]; }
  T *data_handle() const { return data; }
};

TEST(View, ReadsAnMdspanWithItsLayout) {
  std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const matrix_span<float> span{values.data(), {3, 2}, {1, 3}};
  const view tensor = span;
  EXPECT_EQ(tensor.raw()->rank, 2u);
  EXPECT_EQ(tensor.raw()->shape[0], 3);
  EXPECT_EQ(tensor.raw()->strides[1], 3);
  static_assert(std::is_convertible_v<matrix_span<float>, mutable_view>);
  static_assert(!std::is_convertible_v<matrix_span<const float>, mutable_view>);
}

losskit::status refusal(const view &input) {
  static const std::vector<float> target(6);
  double value = 0;
  return losskit::loss("mse").try_evaluate(input, target, value);
}

TEST(ViewRefusal, OfAShapeThatTheContainerDoesNotHold) {
  const std::vector<float> values(5);
  EXPECT_EQ(refusal({values, {2, 3}}).code(), losskit::code::invalid_shape);
  EXPECT_STREQ(refusal({values, {2, 3}}).message(), "input has a shape of 6 elements, but its container holds 5");
  EXPECT_EQ(refusal({values, {2, 3}, {3, 1}}).code(), losskit::code::invalid_shape);
  EXPECT_TRUE(view(values, {2, 2}, {3, 1}).check("input").ok()) << "the furthest element is the last of the container";
  EXPECT_FALSE(view(values, {5}, {-1}).check("input").ok()) << "it would read before the container";
  EXPECT_FALSE(view(values, {1LL << 40, 1LL << 40}).check("input").ok());
  EXPECT_FALSE(view(values, {2, 2}, {INT64_MAX, INT64_MAX}).check("input").ok());
}

TEST(ViewRefusal, OfStridesThatDoNotBelong) {
  const float one = 1;
  EXPECT_EQ(refusal({&one, {6}, {0}}).code(), losskit::code::unsupported) << "it would read past one element";
  EXPECT_EQ(refusal({&one, {2, 3}, {1}}).code(), losskit::code::invalid_shape);
  EXPECT_TRUE(view(&one, {1, 1}, {0, 0}).check("input").ok());
}

TEST(ViewRefusal, OfNineDimensions) {
  const float one = 1;
  const losskit::status outcome = refusal({&one, {1, 1, 1, 1, 1, 1, 1, 1, 1}});
  EXPECT_EQ(outcome.code(), losskit::code::invalid_shape);
  EXPECT_NE(std::strchr(outcome.message(), '9'), nullptr) << outcome.message();
}

TEST(ViewRefusal, NamesTheOperand) {
  std::vector<double> values(4);
  double value = 0;
  const losskit::loss loss("mse");
  EXPECT_NE(std::strstr(loss.try_evaluate(values, {values, 5}, value).message(), "target"), nullptr);
  EXPECT_NE(std::strstr(loss.try_evaluate(values, values, {values, 5}, value).message(), "gradient"), nullptr);
  EXPECT_NE(std::strstr(loss.try_evaluate({{"input", {values, 5}}}, value).message(), "input"), nullptr);
  EXPECT_NE(std::strstr(loss.try_evaluate({{"input", values}, {"target", values}}, {values, 9}).message(), "value"),
            nullptr);
}

} // namespace
