/// \file
/// Borrowed tensors: `view` to read and `mutable_view` to write. Neither owns, copies or allocates anything; what they
/// look at must outlive the call that they are passed to.
///
///     losskit::view logits(pointer, {rows, classes});       // row-major
///     losskit::view column(pointer, {rows}, {stride});      // strides in elements
///     losskit::view labels(vector);                         // one dimension
///     losskit::view image(vector, {batch, 1, height, width});
///     losskit::view half(bits, losskit::dtype::f16, {rows, classes});
///     losskit::view matrix(mdspan);                         // std::mdspan, or Kokkos's
#ifndef LOSSKIT_VIEW_HPP
#define LOSSKIT_VIEW_HPP

#include <losskit/dtype.hpp>
#include <losskit/error.hpp>
#include <losskit/shape.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

LOSSKIT_NAMESPACE_BEGIN

namespace detail {

/// The element type that a container's data() points to, with its constness; void where it has none.
template <class Container, class = void> struct element {
  using type = void;
};
template <class Container>
struct element<Container,
               std::void_t<decltype(std::declval<Container &>().data()), decltype(std::declval<Container &>().size())>> {
  using type = std::remove_pointer_t<decltype(std::declval<Container &>().data())>;
};

/// A temporary vector must not be written to, a temporary span may: only what is writable through a const object
/// borrows its elements.
template <class Argument>
using written_element = typename element<
    std::conditional_t<std::is_lvalue_reference_v<Argument>, std::remove_reference_t<Argument>,
                       std::add_const_t<std::remove_reference_t<Argument>>>>::type;

template <class T> inline constexpr bool is_readable = is_element<std::remove_const_t<T>>;
template <class T> inline constexpr bool is_writable = is_element<T> && !std::is_const_v<T>;

/// std::mdspan and its look-alikes, known by what they offer, so that no header of theirs is needed.
template <class Span, class = void> struct mdspan_element {
  using type = void;
};
template <class Span>
struct mdspan_element<Span, std::void_t<decltype(std::declval<const Span &>().data_handle()),
                                        decltype(std::declval<const Span &>().extent(0)),
                                        decltype(std::declval<const Span &>().stride(0)), decltype(Span::rank())>> {
  using handle = std::decay_t<decltype(std::declval<const Span &>().data_handle())>;
  using type = std::conditional_t<std::is_pointer_v<handle>, std::remove_pointer_t<handle>, void>;
};

/// A view that cannot be told to the C API as it is. Kept in the view and reported by the call that it is passed to,
/// because a constructor without exceptions cannot fail.
enum class view_fault : std::uint8_t { none, stride_rank, all_strides_zero, outside_container, size_mismatch };

/// The tensor of the C API, and whether it was made soundly.
class tensor {
public:
  explicit tensor(const lk_tensor &raw) noexcept : raw_(raw) {}

  tensor(const void *data, dtype type, const extents &shape) noexcept : raw_{} {
    raw_.data = const_cast<void *>(data); // a const view only ever reaches parameters that the library reads
    raw_.dtype = static_cast<lk_dtype>(type);
    raw_.rank = shape.rank();
    std::size_t position = 0;
    for (const std::int64_t size : shape) {
      raw_.shape[position++] = size;
    }
  }

  tensor(const void *data, dtype type, const extents &shape, const extents &steps) noexcept
      : tensor(data, type, shape) {
    std::size_t position = 0;
    bool all_zero = true;
    for (const std::int64_t step : steps) {
      all_zero = all_zero && step == 0;
      raw_.strides[position++] = step;
    }
    if (steps.rank() != shape.rank()) {
      fault_ = view_fault::stride_rank;
    } else if (all_zero && !at_most_one_element()) {
      fault_ = view_fault::all_strides_zero;
    }
  }

  /// Refuses a shape that a container of `available` elements cannot hold.
  void within(std::size_t available, bool strided) noexcept {
    available_ = available < max_elements ? static_cast<std::int64_t>(available) : max_elements;
    if (fault_ != view_fault::none || raw_.rank > LK_MAX_RANK) {
      return;
    }
    const std::int64_t needed = strided ? reach() : count();
    if (strided ? needed > available_ : needed != available_) {
      fault_ = strided ? view_fault::outside_container : view_fault::size_mismatch;
    }
  }

  [[nodiscard]] const lk_tensor *raw() const noexcept { return &raw_; }

  /// Why the tensor cannot be used, naming the operand; success if it can.
  [[nodiscard]] status check(const char *operand) const noexcept {
    switch (fault_) {
    case view_fault::none:
      return {};
    case view_fault::stride_rank:
      return status::failure(code::invalid_shape, -1, "%s has rank %u, but another number of strides", operand,
                             raw_.rank);
    case view_fault::all_strides_zero:
      return status::failure(code::unsupported, -1,
                             "%s repeats one element along every dimension (all strides are 0), which a tensor cannot "
                             "express; leave the strides out if it is contiguous",
                             operand);
    case view_fault::outside_container:
      return status::failure(code::invalid_shape, -1,
                             "%s reaches outside its container of %lld elements by its shape and strides", operand,
                             static_cast<long long>(available_));
    case view_fault::size_mismatch:
      break;
    }
    return status::failure(code::invalid_shape, -1, "%s has a shape of %lld elements, but its container holds %lld",
                           operand, static_cast<long long>(count()), static_cast<long long>(available_));
  }

private:
  static constexpr std::int64_t max_elements = std::numeric_limits<std::int64_t>::max();

  /// a·b for non-negative numbers, at most max_elements.
  static std::int64_t multiply(std::int64_t a, std::int64_t b) noexcept {
    return a != 0 && b > max_elements / a ? max_elements : a * b;
  }

  [[nodiscard]] bool at_most_one_element() const noexcept { return count() <= 1; }

  /// Number of elements, saturated. A negative dimension counts as none here; the library refuses it by name.
  [[nodiscard]] std::int64_t count() const noexcept {
    std::int64_t elements = 1;
    for (std::size_t axis = 0; axis < raw_.rank && axis < LK_MAX_RANK; ++axis) {
      if (raw_.shape[axis] <= 0) {
        return 0;
      }
      elements = multiply(elements, raw_.shape[axis]);
    }
    return elements;
  }

  /// Number of elements from the first one to the furthest, saturated; saturated too if a stride leads before the first.
  [[nodiscard]] std::int64_t reach() const noexcept {
    if (count() == 0) {
      return 0;
    }
    std::int64_t furthest = 0;
    for (std::size_t axis = 0; axis < raw_.rank && axis < LK_MAX_RANK; ++axis) {
      const std::int64_t steps = raw_.shape[axis] - 1;
      if (steps > 0 && raw_.strides[axis] < 0) {
        return max_elements;
      }
      const std::int64_t distance = steps == 0 ? 0 : multiply(steps, raw_.strides[axis]);
      furthest = distance > max_elements - furthest ? max_elements : furthest + distance;
    }
    return furthest == max_elements ? max_elements : furthest + 1;
  }

  lk_tensor raw_;
  std::int64_t available_ = 0;
  view_fault fault_ = view_fault::none;
};

template <class Span> tensor from_mdspan(const Span &span, dtype type) noexcept {
  extents sizes;
  extents steps;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(Span::rank()); ++axis) {
    using axis_type = std::decay_t<decltype(Span::rank())>;
    sizes.push(static_cast<std::int64_t>(span.extent(static_cast<axis_type>(axis))));
    steps.push(static_cast<std::int64_t>(span.stride(static_cast<axis_type>(axis))));
  }
  return tensor(span.data_handle(), type, sizes, steps);
}

/// A container's elements in a shape of their number, or in a strided shape that stays among them.
template <class Container> tensor from_container(Container &values, dtype type, const extents &shape) noexcept {
  tensor result(values.data(), type, shape);
  result.within(static_cast<std::size_t>(values.size()), false);
  return result;
}
template <class Container>
tensor from_container(Container &values, dtype type, const extents &shape, const extents &steps) noexcept {
  tensor result(values.data(), type, shape, steps);
  result.within(static_cast<std::size_t>(values.size()), true);
  return result;
}

} // namespace detail

/// A tensor to write: a gradient, a Hessian diagonal, or a value.
class mutable_view {
public:
  /// Elements behind a pointer, row-major, or with strides in elements. `{}` is a scalar.
  template <class T, class = std::enable_if_t<detail::is_writable<T>>>
  mutable_view(T *data, const shape &shape) noexcept : tensor_(data, dtype_of<T>::value, shape) {}
  template <class T, class = std::enable_if_t<detail::is_writable<T>>>
  mutable_view(T *data, const shape &shape, const strides &strides) noexcept
      : tensor_(data, dtype_of<T>::value, shape, strides) {}

  /// Elements of a stated dtype behind an untyped pointer, such as f16 held as bits.
  mutable_view(void *data, dtype type, const shape &shape) noexcept : tensor_(data, type, shape) {}
  mutable_view(void *data, dtype type, const shape &shape, const strides &strides) noexcept
      : tensor_(data, type, shape, strides) {}

  /// Anything contiguous with data() and size() (`std::vector`, `std::array`, `std::span`): one dimension of its own
  /// length, or the shape given. A shape that the container cannot hold is LK_INVALID_SHAPE when the view is used.
  template <class C, class = std::enable_if_t<detail::is_writable<detail::written_element<C>>>>
  mutable_view(C &&values) noexcept : mutable_view(std::forward<C>(values), shape(values.size())) {}
  template <class C, class = std::enable_if_t<detail::is_writable<detail::written_element<C>>>>
  mutable_view(C &&values, const shape &shape) noexcept
      : tensor_(detail::from_container(values, dtype_of<detail::written_element<C>>::value, shape)) {}
  template <class C, class = std::enable_if_t<detail::is_writable<detail::written_element<C>>>>
  mutable_view(C &&values, const shape &shape, const strides &strides) noexcept
      : tensor_(detail::from_container(values, dtype_of<detail::written_element<C>>::value, shape, strides)) {}

  /// A `std::mdspan` of writable elements, with its own layout.
  template <class S, std::enable_if_t<detail::is_writable<typename detail::mdspan_element<S>::type>, int> = 0>
  mutable_view(const S &span) noexcept
      : tensor_(detail::from_mdspan(span, dtype_of<typename detail::mdspan_element<S>::type>::value)) {}

  /// A tensor of the C API, such as lk_tensor_from_dlpack fills.
  explicit mutable_view(const lk_tensor &raw) noexcept : tensor_(raw) {}

  /// The tensor as the C API knows it.
  [[nodiscard]] const lk_tensor *raw() const noexcept { return tensor_.raw(); }
  /// Whether the view can be used; the message names it by `operand`.
  [[nodiscard]] status check(const char *operand) const noexcept { return tensor_.check(operand); }

private:
  friend class view;
  detail::tensor tensor_;
};

/// A tensor to read: an input, a target, a weight, a mask.
class view {
public:
  /// Elements behind a pointer, row-major, or with strides in elements. `{}` is a scalar.
  template <class T, class = std::enable_if_t<detail::is_readable<T>>>
  view(T *data, const shape &shape) noexcept : tensor_(data, dtype_of<std::remove_const_t<T>>::value, shape) {}
  template <class T, class = std::enable_if_t<detail::is_readable<T>>>
  view(T *data, const shape &shape, const strides &strides) noexcept
      : tensor_(data, dtype_of<std::remove_const_t<T>>::value, shape, strides) {}

  /// Elements of a stated dtype behind an untyped pointer, such as f16 held as bits.
  view(const void *data, dtype type, const shape &shape) noexcept : tensor_(data, type, shape) {}
  view(const void *data, dtype type, const shape &shape, const strides &strides) noexcept
      : tensor_(data, type, shape, strides) {}

  /// Anything contiguous with data() and size() (`std::vector`, `std::array`, `std::span`): one dimension of its own
  /// length, or the shape given. A shape that the container cannot hold is LK_INVALID_SHAPE when the view is used.
  template <class C, class = std::enable_if_t<detail::is_readable<typename detail::element<const C>::type>>>
  view(const C &values) noexcept : view(values, shape(values.size())) {}
  template <class C, class = std::enable_if_t<detail::is_readable<typename detail::element<const C>::type>>>
  view(const C &values, const shape &shape) noexcept
      : tensor_(detail::from_container(values, dtype_of<std::remove_const_t<typename detail::element<const C>::type>>::value,
                                       shape)) {}
  template <class C, class = std::enable_if_t<detail::is_readable<typename detail::element<const C>::type>>>
  view(const C &values, const shape &shape, const strides &strides) noexcept
      : tensor_(detail::from_container(values, dtype_of<std::remove_const_t<typename detail::element<const C>::type>>::value,
                                       shape, strides)) {}

  /// A `std::mdspan`, with its own layout.
  template <class S, std::enable_if_t<detail::is_readable<typename detail::mdspan_element<S>::type>, int> = 0>
  view(const S &span) noexcept
      : tensor_(detail::from_mdspan(
            span, dtype_of<std::remove_const_t<typename detail::mdspan_element<S>::type>>::value)) {}

  /// What may be written may be read.
  view(const mutable_view &writable) noexcept : tensor_(writable.tensor_) {}

  /// A tensor of the C API, such as lk_tensor_from_dlpack fills.
  explicit view(const lk_tensor &raw) noexcept : tensor_(raw) {}

  /// One number as a tensor of rank 0.
  template <class T, class = std::enable_if_t<detail::is_element<T>>> [[nodiscard]] static view scalar(const T &value) noexcept {
    return view(std::addressof(value), shape());
  }

  /// The tensor as the C API knows it.
  [[nodiscard]] const lk_tensor *raw() const noexcept { return tensor_.raw(); }
  /// Whether the view can be used; the message names it by `operand`.
  [[nodiscard]] status check(const char *operand) const noexcept { return tensor_.check(operand); }

private:
  detail::tensor tensor_;
};

LOSSKIT_NAMESPACE_END

#endif
