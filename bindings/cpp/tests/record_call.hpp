// A record as one call: its tensors in a layout, and buffers for the value and the derivatives that it expects.
#ifndef LOSSKIT_TESTS_RECORD_CALL_HPP
#define LOSSKIT_TESTS_RECORD_CALL_HPP

#include "record.hpp"

#include <losskit/losskit.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// Elements of one type, either side by side or each followed by one that must never be touched.
template <class T> class buffer {
public:
  buffer(const std::vector<std::int64_t> &shape, bool padded) : shape_(shape), step_(padded ? 2 : 1) {
    std::int64_t count = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      strides_.insert(strides_.begin(), count * step_);
      count *= shape[axis];
    }
    count_ = static_cast<std::size_t>(count);
    // A pattern that no kernel writes, in the elements and around them.
    elements_.assign(count_ * static_cast<std::size_t>(step_) + 1, canary());
  }

  buffer(const numbers &source, bool padded) : buffer(source.shape, padded) {
    for (std::size_t i = 0; i < count_; ++i) {
      (*this)[i] = static_cast<T>(source.values[i]);
    }
  }

  static T canary() { return static_cast<T>(-77); }

  T &operator[](std::size_t i) { return elements_[i * static_cast<std::size_t>(step_)]; }
  const T &operator[](std::size_t i) const { return elements_[i * static_cast<std::size_t>(step_)]; }
  std::size_t size() const { return count_; }

  losskit::mutable_view view() {
    if (step_ == 1 || shape_.empty()) {
      return losskit::mutable_view(elements_.data(), losskit::shape(shape_));
    }
    return losskit::mutable_view(elements_.data(), losskit::shape(shape_), losskit::strides(strides_));
  }

  bool gaps_untouched() const {
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      const bool gap = i >= count_ * static_cast<std::size_t>(step_) || i % static_cast<std::size_t>(step_) != 0;
      if (gap && elements_[i] != canary()) {
        return false;
      }
    }
    return true;
  }

  bool untouched() const {
    for (const T element : elements_) {
      if (element != canary()) {
        return false;
      }
    }
    return true;
  }

  // Bit by bit, so that NaN and the sign of zero count.
  bool same_bits(const buffer &other) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (std::memcmp(&(*this)[i], &other[i], sizeof(T)) != 0) {
        return false;
      }
    }
    return count_ == other.count_;
  }

private:
  std::vector<std::int64_t> shape_;
  std::vector<std::int64_t> strides_;
  std::int64_t step_;
  std::size_t count_ = 0;
  std::vector<T> elements_;
};

// The operands of a record in float type F, with buffers for what it asks for.
template <class F> class record_call {
public:
  record_call(const record &source, const losskit::loss &loss, bool padded) {
    for (const record_operand &operand : source.operands) {
      slot &made = slots_.emplace_back();
      losskit::mutable_view tensor = made.fill(operand, padded);
      losskit::operand &entry = operands_.emplace_back(operand.name.c_str(), tensor);
      if (operand.wants_gradient) {
        made.gradient = std::make_unique<buffer<F>>(operand.tensor.shape, padded);
        entry.gradient(made.gradient->view());
      }
      if (operand.wants_hessian) {
        made.hessian = std::make_unique<buffer<F>>(operand.tensor.shape, padded);
        entry.hessian(made.hessian->view());
      }
    }
    losskit::shape shape;
    if (!loss.try_value_shape(operands_, shape).ok()) {
      shape = losskit::shape(); // a call that will be refused anyway
    }
    value_ = std::make_unique<buffer<F>>(std::vector<std::int64_t>(shape.begin(), shape.end()), padded);
  }

  losskit::status run(const losskit::loss &loss, const losskit::context &context) {
    return loss.try_evaluate(operands_, value_->view(), context);
  }

  const buffer<F> &value() const { return *value_; }
  const buffer<F> &gradient(std::size_t operand) const { return *slots_[operand].gradient; }
  const buffer<F> &hessian(std::size_t operand) const { return *slots_[operand].hessian; }

  bool outputs_untouched() const {
    bool untouched = value_->untouched();
    for (const slot &made : slots_) {
      untouched = untouched && (!made.gradient || made.gradient->untouched());
      untouched = untouched && (!made.hessian || made.hessian->untouched());
    }
    return untouched;
  }

  bool gaps_untouched() const {
    bool untouched = value_->gaps_untouched();
    for (const slot &made : slots_) {
      untouched = untouched && (!made.gradient || made.gradient->gaps_untouched());
      untouched = untouched && (!made.hessian || made.hessian->gaps_untouched());
    }
    return untouched;
  }

  bool same_bits(const record_call &other) const {
    bool same = value_->same_bits(*other.value_);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      same = same && (!slots_[i].gradient || slots_[i].gradient->same_bits(*other.slots_[i].gradient));
      same = same && (!slots_[i].hessian || slots_[i].hessian->same_bits(*other.slots_[i].hessian));
    }
    return same;
  }

private:
  struct slot {
    std::unique_ptr<buffer<F>> floats;
    std::unique_ptr<buffer<std::int64_t>> integers;
    std::unique_ptr<buffer<std::uint8_t>> bytes;
    std::unique_ptr<buffer<F>> gradient;
    std::unique_ptr<buffer<F>> hessian;

    losskit::mutable_view fill(const record_operand &operand, bool padded) {
      switch (operand.kind) {
      case 'i':
        integers = std::make_unique<buffer<std::int64_t>>(operand.tensor, padded);
        return integers->view();
      case 'b':
        bytes = std::make_unique<buffer<std::uint8_t>>(operand.tensor, padded);
        return bytes->view();
      default:
        floats = std::make_unique<buffer<F>>(operand.tensor, padded);
        return floats->view();
      }
    }
  };

  std::vector<slot> slots_;
  std::vector<losskit::operand> operands_;
  std::unique_ptr<buffer<F>> value_;
};

#endif
