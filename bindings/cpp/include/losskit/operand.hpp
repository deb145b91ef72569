/// \file
/// Named operands of a general call, and where their derivatives go.
#ifndef LOSSKIT_OPERAND_HPP
#define LOSSKIT_OPERAND_HPP

#include <losskit/view.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

LOSSKIT_NAMESPACE_BEGIN

/// A tensor under the name that the loss knows it by: "input", "target", "sample_weight", "mask", "grad_output", or a
/// name that the spec binds with `@`. Borrows the name as it borrows the tensor.
///
///     losskit::operand("input", logits).gradient(logits_gradient).hessian(logits_hessian)
///     losskit::operand("weights", weights).gradient(weights_gradient).accumulate()
///
/// Without a tensor it is only the name, and is a value for typed options: `.class_weight = losskit::operand("weights")`.
class operand {
public:
  explicit operand(const char *name) noexcept : name_(name) {}
  operand(const char *name, const view &tensor) noexcept : name_(name), tensor_(tensor) {}
  operand(const char *name, const view &tensor, const mutable_view &gradient) noexcept
      : name_(name), tensor_(tensor), gradient_(gradient) {}

  /// Where the derivative of the value with respect to this operand is written; of the operand's shape.
  operand &gradient(const mutable_view &destination) noexcept {
    gradient_ = destination;
    return *this;
  }
  /// Where the diagonal of the second derivative is written; of the operand's shape.
  operand &hessian(const mutable_view &destination) noexcept {
    hessian_ = destination;
    return *this;
  }
  /// Adds derivatives to what their buffers hold, instead of overwriting it.
  operand &accumulate() noexcept {
    flags_ |= LK_ACCUMULATE;
    return *this;
  }

  [[nodiscard]] const char *name() const noexcept { return name_; }

  /// The operand for the C API, pointing into this object.
  [[nodiscard]] lk_operand raw() const noexcept {
    lk_operand result = {};
    result.name = name_;
    result.tensor = tensor_ ? tensor_->raw() : nullptr;
    result.gradient = gradient_ ? gradient_->raw() : nullptr;
    result.hessian = hessian_ ? hessian_->raw() : nullptr;
    result.flags = flags_;
    return result;
  }

  /// Whether its views can be used.
  [[nodiscard]] status check() const noexcept {
    const char *name = name_ != nullptr ? name_ : "an operand without a name";
    if (tensor_) {
      if (status outcome = tensor_->check(name); !outcome.ok()) {
        return outcome;
      }
    }
    for (const std::optional<mutable_view> *derivative : {&gradient_, &hessian_}) {
      if (*derivative) {
        if (status outcome = (*derivative)->check(derivative == &gradient_ ? "gradient" : "hessian"); !outcome.ok()) {
          return outcome;
        }
      }
    }
    return {};
  }

private:
  const char *name_;
  std::optional<view> tensor_;
  std::optional<mutable_view> gradient_;
  std::optional<mutable_view> hessian_;
  std::uint64_t flags_ = 0;
};

/// A borrowed list of operands: a braced list, a vector, an array, or a pointer and a count. Calls take it only as a
/// temporary, because a braced list ends with the statement that it stands in; keep operands in a vector or an array.
class operands {
public:
  operands(std::initializer_list<operand> list) noexcept {
    data_ = list.begin(); // lives as long as the call that the list was written in
    count_ = list.size();
  }
  operands(const operand *data, std::size_t count) noexcept : data_(data), count_(count) {}
  template <class Container,
            class = std::enable_if_t<std::is_same_v<typename detail::element<const Container>::type, const operand>>>
  operands(const Container &list) noexcept : data_(list.data()), count_(list.size()) {}

  [[nodiscard]] const operand *begin() const noexcept { return data_; }
  [[nodiscard]] const operand *end() const noexcept { return data_ + count_; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

private:
  const operand *data_ = nullptr;
  std::size_t count_ = 0;
};

namespace detail {

/// The operands as the array that the C API takes: on the stack up to 16, beyond that on the heap.
class raw_operands {
public:
  status assign(const operands &list) noexcept {
    lk_operand *next = inline_;
    if (list.size() > capacity) {
      heap_.reset(new (std::nothrow) lk_operand[list.size()]);
      if (!heap_) {
        return status::failure(code::out_of_memory, -1, "no memory for a list of %zu operands", list.size());
      }
      next = heap_.get();
    }
    data_ = next;
    count_ = list.size();
    for (const operand &entry : list) {
      if (status outcome = entry.check(); !outcome.ok()) {
        return outcome;
      }
      *next++ = entry.raw();
    }
    return {};
  }

  [[nodiscard]] const lk_operand *data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

private:
  static constexpr std::size_t capacity = 16;
  lk_operand inline_[capacity];
  std::unique_ptr<lk_operand[]> heap_;
  const lk_operand *data_ = nullptr;
  std::size_t count_ = 0;
};

} // namespace detail

LOSSKIT_NAMESPACE_END

#endif
