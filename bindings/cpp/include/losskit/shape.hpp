/// \file
/// Dimensions and strides of a tensor, at most 8 of each, held inline.
#ifndef LOSSKIT_SHAPE_HPP
#define LOSSKIT_SHAPE_HPP

#include <losskit/config.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

LOSSKIT_NAMESPACE_BEGIN

namespace detail {

template <class T>
inline constexpr bool is_dimension = std::is_integral_v<std::decay_t<T>> && !std::is_same_v<std::decay_t<T>, bool>;

template <class Container, class = void> inline constexpr bool is_dimension_list = false;
template <class Container>
inline constexpr bool is_dimension_list<Container, std::void_t<decltype(std::declval<const Container &>().data()),
                                                               decltype(std::declval<const Container &>().size())>> =
    is_dimension<std::remove_pointer_t<decltype(std::declval<const Container &>().data())>>;

/// A list of up to LK_MAX_RANK integers. A longer list keeps its length, so that the library can name it in its refusal.
class extents {
public:
  constexpr extents() noexcept = default;

  template <class... Integers, class = std::enable_if_t<(sizeof...(Integers) > 0) && (is_dimension<Integers> && ...)>>
  constexpr extents(Integers... values) noexcept {
    (push(static_cast<std::int64_t>(values)), ...);
  }

  template <class Container, class = std::enable_if_t<is_dimension_list<Container>>>
  constexpr extents(const Container &values) noexcept {
    const auto *data = values.data();
    for (std::size_t position = 0; position < static_cast<std::size_t>(values.size()); ++position) {
      push(static_cast<std::int64_t>(data[position]));
    }
  }

  /// How many there are: the rank.
  [[nodiscard]] constexpr std::uint32_t rank() const noexcept { return rank_; }
  /// One of them; `position` must be below both rank() and 8.
  [[nodiscard]] constexpr std::int64_t operator[](std::size_t position) const noexcept { return values_[position]; }
  /// Iteration from the slowest dimension to the fastest.
  [[nodiscard]] constexpr const std::int64_t *begin() const noexcept { return values_; }
  [[nodiscard]] constexpr const std::int64_t *end() const noexcept { return values_ + stored(); }

  constexpr void push(std::int64_t value) noexcept {
    if (rank_ < LK_MAX_RANK) {
      values_[rank_] = value;
    }
    ++rank_;
  }

  friend constexpr bool operator==(const extents &left, const extents &right) noexcept {
    if (left.rank_ != right.rank_) {
      return false;
    }
    for (std::uint32_t position = 0; position < left.stored(); ++position) {
      if (left.values_[position] != right.values_[position]) {
        return false;
      }
    }
    return true;
  }
  friend constexpr bool operator!=(const extents &left, const extents &right) noexcept { return !(left == right); }

private:
  [[nodiscard]] constexpr std::uint32_t stored() const noexcept { return rank_ < LK_MAX_RANK ? rank_ : LK_MAX_RANK; }

  std::int64_t values_[LK_MAX_RANK] = {};
  std::uint32_t rank_ = 0;
};

} // namespace detail

/// Dimensions, slowest first: `{rows, classes}`, one integer, `std::array`, or any container of integers. `{}` is the
/// shape of a scalar.
class shape : public detail::extents {
public:
  using detail::extents::extents;
};

/// Steps between neighbours of each dimension, counted in elements. Negative steps are allowed for what is only read.
class strides : public detail::extents {
public:
  using detail::extents::extents;
};

LOSSKIT_NAMESPACE_END

#endif
