/// \file
/// A loss, made from a line of text or from typed options, and its evaluation.
#ifndef LOSSKIT_LOSS_HPP
#define LOSSKIT_LOSS_HPP

#include <losskit/context.hpp>
#include <losskit/operand.hpp>
#include <losskit/view.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

LOSSKIT_NAMESPACE_BEGIN

namespace detail {

struct loss_deleter {
  void operator()(lk_loss *loss) const noexcept { lk_loss_destroy(loss); }
};

/// Typed options and weighted sums of them mark themselves, and have a spec().
template <class T, class = void> inline constexpr bool has_spec = false;
template <class T> inline constexpr bool has_spec<T, std::void_t<typename T::losskit_options>> = true;

} // namespace detail

/// A loss at one point: `value` and its first and second derivative with respect to the input.
struct derivatives {
  double value = 0;
  double first = 0;
  double second = 0;
};

/// One operand that a loss takes.
struct operand_info {
  const char *name = nullptr;  ///< lives as long as the loss
  bool required = false;       ///< a call without it is refused
  bool has_gradient = false;   ///< its gradient can be asked for
  bool has_hessian = false;    ///< its Hessian diagonal can be asked for
};

/// A loss. Immutable, move-only, and shared freely between threads.
///
///     losskit::loss loss("cross_entropy(label_smoothing=0.1)");
///     double value = loss.evaluate({logits, {rows, classes}}, labels, {gradient, {rows, classes}});
///
/// Each operation has two forms: try_… returns a status and never throws; the other throws losskit::error. After a
/// failure no output has been written.
class loss {
public:
  /// No loss yet: every evaluation is refused. It is what try_create fills.
  loss() noexcept = default;

  /// Parses a spec. On failure `result` is left as it was, and the status's index is the offending byte of the text.
  [[nodiscard]] static status try_create(std::string_view spec, loss &result) noexcept {
    status outcome = check_version();
    if (!outcome.ok()) {
      return outcome;
    }
    if (const std::size_t nul = spec.find('\0'); nul != std::string_view::npos) {
      return status::failure(code::invalid_spec, static_cast<std::int64_t>(nul),
                             "the spec holds a NUL character at byte %zu", nul);
    }
    // The C API takes NUL-terminated text, which a string_view need not be.
    char buffer[512];
    std::unique_ptr<char[]> heap;
    char *text = buffer;
    if (spec.size() >= sizeof buffer) {
      heap.reset(new (std::nothrow) char[spec.size() + 1]);
      if (!heap) {
        return status::failure(code::out_of_memory, -1, "no memory for a spec of %zu bytes", spec.size());
      }
      text = heap.get();
    }
    if (!spec.empty()) {
      std::memcpy(text, spec.data(), spec.size());
    }
    text[spec.size()] = '\0';
    lk_loss *handle = nullptr;
    outcome.returned(lk_loss_create(text, &handle, outcome.raw()));
    if (outcome.ok()) {
      result.handle_.reset(handle);
    }
    return outcome;
  }

  /// Makes a loss from typed options or a weighted sum of them.
  template <class Options, std::enable_if_t<detail::has_spec<Options>, int> = 0>
  [[nodiscard]] static status try_create(const Options &options, loss &result) noexcept {
#if LOSSKIT_EXCEPTIONS
    try {
      return try_create(std::string_view(options.spec()), result);
    } catch (const std::bad_alloc &) {
      return status::failure(code::out_of_memory, -1, "no memory for the text of the options");
    }
#else
    return try_create(std::string_view(options.spec()), result);
#endif
  }

  /// The everyday call: a reduced loss of `input` and `target`. Writes the value, and the gradient with respect to the
  /// input where one is given; it has the input's shape and may be the input itself.
  [[nodiscard]] status try_evaluate(const view &input, const view &target, double &value,
                                    const context &runner = context()) const noexcept {
    return pair(input, target, nullptr, value, runner);
  }
  [[nodiscard]] status try_evaluate(const view &input, const view &target, const mutable_view &gradient, double &value,
                                    const context &runner = context()) const noexcept {
    return pair(input, target, &gradient, value, runner);
  }

  /// The general call: any operands, and derivatives with respect to any of them. The value has rank 0 for a reduced
  /// loss and is written as a double or into a float tensor; for `reduction=none` it has the shape of value_shape().
  [[nodiscard]] status try_evaluate(operands &&list, double &value,
                                    const context &runner = context()) const noexcept {
    const mutable_view scalar(&value, shape());
    return general(list, &scalar, runner);
  }
  [[nodiscard]] status try_evaluate(operands &&list, const mutable_view &value,
                                    const context &runner = context()) const noexcept {
    return general(list, &value, runner);
  }

  /// The general call for derivatives alone: no value is computed where that saves work.
  [[nodiscard]] status try_differentiate(operands &&list, const context &runner = context()) const noexcept {
    return general(list, nullptr, runner);
  }

  /// An elementwise loss at one point, unreduced. Nothing is allocated and no thread is used.
  [[nodiscard]] status try_at(double input, double target, derivatives &result) const noexcept {
    status outcome;
    double out[3] = {0, 0, 0};
    outcome.returned(lk_loss_scalar(raw(), input, target, out, outcome.raw()));
    if (outcome.ok()) {
      result = {out[0], out[1], out[2]};
    }
    return outcome;
  }

  /// The shape of the value for these operands. Only shapes are read, never data.
  [[nodiscard]] status try_value_shape(operands &&list, shape &result) const noexcept {
    detail::raw_operands raw_list;
    status outcome = raw_list.assign(list);
    if (!outcome.ok()) {
      return outcome;
    }
    std::uint32_t rank = 0;
    std::int64_t sizes[LK_MAX_RANK] = {};
    outcome.returned(
        lk_loss_value_shape(raw(), raw_list.data(), raw_list.size(), &rank, sizes, outcome.raw()));
    if (outcome.ok()) {
      result = shape();
      for (std::uint32_t axis = 0; axis < rank; ++axis) {
        result.push(sizes[axis]);
      }
    }
    return outcome;
  }

  /// How many operands the loss takes; 0 for one that was not created.
  [[nodiscard]] std::size_t operand_count() const noexcept {
    std::size_t count = 0;
    return lk_loss_operand_count(raw(), &count, nullptr) == LK_OK ? count : 0;
  }

  /// One of its operands, in a fixed order.
  [[nodiscard]] status try_operand(std::size_t index, operand_info &result) const noexcept {
    lk_operand_info info = {};
    info.struct_size = sizeof info;
    status outcome;
    outcome.returned(lk_loss_operand_info(raw(), index, &info, outcome.raw()));
    if (outcome.ok()) {
      result = {info.name, (info.flags & LK_OPERAND_REQUIRED) != 0, (info.flags & LK_OPERAND_GRADIENT) != 0,
                (info.flags & LK_OPERAND_HESSIAN) != 0};
    }
    return outcome;
  }

  /// The canonical text, which parses to the same loss: at most `capacity` bytes with the NUL. `length` is set to its
  /// length without the NUL, also when the buffer is too small.
  [[nodiscard]] status try_spec(char *buffer, std::size_t capacity, std::size_t &length) const noexcept {
    status outcome;
    outcome.returned(lk_loss_spec(raw(), buffer, capacity, &length, outcome.raw()));
    return outcome;
  }

  /// The object of the C API.
  [[nodiscard]] const lk_loss *raw() const noexcept { return handle_.get(); }
  /// Whether there is a loss.
  explicit operator bool() const noexcept { return handle_ != nullptr; }

#if LOSSKIT_EXCEPTIONS
  /// Parses a spec; throws losskit::error with the text, a caret and what would be accepted.
  explicit loss(std::string_view spec) { detail::require(try_create(spec, *this)); }
  explicit loss(const char *spec) : loss(std::string_view(spec != nullptr ? spec : "")) {}

  /// Makes a loss from typed options or a weighted sum of them.
  template <class Options, std::enable_if_t<detail::has_spec<Options>, int> = 0> loss(const Options &options) {
    detail::require(try_create(options, *this));
  }

  /// As try_evaluate with an input and a target; returns the value.
  double evaluate(const view &input, const view &target, const context &runner = context()) const {
    double value = 0;
    detail::require(try_evaluate(input, target, value, runner));
    return value;
  }
  double evaluate(const view &input, const view &target, const mutable_view &gradient,
                  const context &runner = context()) const {
    double value = 0;
    detail::require(try_evaluate(input, target, gradient, value, runner));
    return value;
  }

  /// As try_evaluate with operands; returns the value of a reduced loss.
  double evaluate(operands &&list, const context &runner = context()) const {
    double value = 0;
    detail::require(try_evaluate(std::move(list), value, runner));
    return value;
  }
  /// As try_evaluate with operands and a tensor for the value.
  void evaluate(operands &&list, const mutable_view &value, const context &runner = context()) const {
    detail::require(try_evaluate(std::move(list), value, runner));
  }

  /// As try_differentiate.
  void differentiate(operands &&list, const context &runner = context()) const {
    detail::require(try_differentiate(std::move(list), runner));
  }

  /// As try_at.
  [[nodiscard]] derivatives at(double input, double target) const {
    derivatives result;
    detail::require(try_at(input, target, result));
    return result;
  }

  /// As try_value_shape.
  [[nodiscard]] shape value_shape(operands &&list) const {
    shape result;
    detail::require(try_value_shape(std::move(list), result));
    return result;
  }

  /// As try_operand, for all of them.
  [[nodiscard]] std::vector<operand_info> operand_list() const {
    std::vector<operand_info> result;
    const std::size_t count = operand_count();
    result.reserve(count);
    for (std::size_t index = 0; index < count; ++index) {
      operand_info info;
      detail::require(try_operand(index, info));
      result.push_back(info);
    }
    return result;
  }

  /// The canonical text.
  [[nodiscard]] std::string spec() const {
    std::size_t length = 0;
    detail::require(try_spec(nullptr, 0, length));
    std::string text(length, '\0');
    detail::require(try_spec(text.data(), length + 1, length));
    return text;
  }
#endif

private:
  status pair(const view &input, const view &target, const mutable_view *gradient, double &value,
              const context &runner) const noexcept {
    status outcome = input.check("input");
    if (outcome.ok()) {
      outcome = target.check("target");
    }
    if (outcome.ok() && gradient != nullptr) {
      outcome = gradient->check("gradient");
    }
    if (outcome.ok()) {
      outcome.returned(lk_loss_eval_pair(raw(), runner.raw(), input.raw(), target.raw(),
                                         gradient != nullptr ? gradient->raw() : nullptr, &value, outcome.raw()));
    }
    return outcome;
  }

  status general(const operands &list, const mutable_view *value, const context &runner) const noexcept {
    detail::raw_operands raw_list;
    status outcome = raw_list.assign(list);
    if (outcome.ok() && value != nullptr) {
      outcome = value->check("value");
    }
    if (outcome.ok()) {
      outcome.returned(lk_loss_eval(raw(), runner.raw(), raw_list.data(), raw_list.size(),
                                    value != nullptr ? value->raw() : nullptr, outcome.raw()));
    }
    return outcome;
  }

  std::unique_ptr<lk_loss, detail::loss_deleter> handle_;
};

LOSSKIT_NAMESPACE_END

#endif
