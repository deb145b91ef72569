/// \file
/// Element types, and how they follow from C++ types.
#ifndef LOSSKIT_DTYPE_HPP
#define LOSSKIT_DTYPE_HPP

#include <losskit/config.hpp>

#include <cstddef>
#include <type_traits>
#if __cplusplus > 202002L && __has_include(<stdfloat>)
#include <stdfloat>
#endif

LOSSKIT_NAMESPACE_BEGIN

/// The type of a tensor's elements.
enum class dtype : lk_dtype {
  f32 = LK_F32,
  f64 = LK_F64,
  f16 = LK_F16,   ///< IEEE half precision
  bf16 = LK_BF16, ///< the upper half of an f32
  i8 = LK_I8,
  u8 = LK_U8,
  i16 = LK_I16,
  i32 = LK_I32,
  i64 = LK_I64,
  boolean = LK_BOOL,
};

namespace detail {

template <class T> constexpr dtype integer_dtype() noexcept {
  if constexpr (sizeof(T) == 1) {
    return std::is_signed_v<T> ? dtype::i8 : dtype::u8;
  } else if constexpr (sizeof(T) == 2) {
    return dtype::i16;
  } else if constexpr (sizeof(T) == 4) {
    return dtype::i32;
  } else {
    return dtype::i64;
  }
}

/// Characters are not numbers, and the library has no unsigned type wider than u8.
template <class T> constexpr bool label_integer() noexcept {
  if constexpr (std::is_integral_v<T>) {
    constexpr bool character = std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char16_t> ||
                               std::is_same_v<T, char32_t>;
    return !character && !std::is_same_v<T, bool> && (std::is_signed_v<T> || std::is_same_v<T, unsigned char>);
  } else {
    return false;
  }
}
template <class T> inline constexpr bool is_label_integer = label_integer<T>();

} // namespace detail

/// The dtype of a C++ type. Specialise it for a half-precision class of your own:
///
///     template <> struct losskit::dtype_of<my::half> { static constexpr losskit::dtype value = losskit::dtype::f16; };
template <class T, class = void> struct dtype_of {};

template <> struct dtype_of<float> {
  static constexpr dtype value = dtype::f32;
};
template <> struct dtype_of<double> {
  static constexpr dtype value = dtype::f64;
};
template <> struct dtype_of<bool> {
  static constexpr dtype value = dtype::boolean;
};
#ifdef __STDCPP_FLOAT16_T__
template <> struct dtype_of<std::float16_t> {
  static constexpr dtype value = dtype::f16;
};
#endif
#ifdef __STDCPP_BFLOAT16_T__
template <> struct dtype_of<std::bfloat16_t> {
  static constexpr dtype value = dtype::bf16;
};
#endif
/// int8_t to int64_t and uint8_t, under whichever of their names (`long` and `long long` are both i64).
template <class T> struct dtype_of<T, std::enable_if_t<detail::is_label_integer<T>>> {
  static constexpr dtype value = detail::integer_dtype<T>();
};

namespace detail {

template <class T, class = void> inline constexpr bool is_element = false;
template <class T> inline constexpr bool is_element<T, std::void_t<decltype(dtype_of<T>::value)>> = true;

} // namespace detail

LOSSKIT_NAMESPACE_END

#endif
