/// \file
/// A struct for every loss of the catalog, generated from it: change the catalog, not this file.
///
///     losskit::loss loss = losskit::cross_entropy{.label_smoothing = 0.1};                    // C++20
///     losskit::loss loss = losskit::cross_entropy{}.with_label_smoothing(0.1);                // C++17
///     losskit::loss loss = 0.7 * losskit::cross_entropy{} + 0.3 * losskit::dice{};            // a weighted sum
///     std::string text = losskit::cross_entropy{}.with_label_smoothing(0.1).spec();           // the text of it
///
/// A parameter that keeps its default is left out of the text. Ranges are checked where the loss is made.
#ifndef LOSSKIT_OPTIONS_HPP
#define LOSSKIT_OPTIONS_HPP

#include <losskit/spec.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

LOSSKIT_NAMESPACE_BEGIN

/// The words of the parameter `reduction`.
enum class reduction { mean, sum, none, weighted_mean };

[[nodiscard]] constexpr std::string_view word_of(reduction word) noexcept {
  switch (word) {
  case reduction::mean: return "mean";
  case reduction::sum: return "sum";
  case reduction::none: return "none";
  case reduction::weighted_mean: return "weighted_mean";
  }
  return "";
}

/// The words of the parameter `empty`.
enum class empty { zero, nan, error };

[[nodiscard]] constexpr std::string_view word_of(empty word) noexcept {
  switch (word) {
  case empty::zero: return "zero";
  case empty::nan: return "nan";
  case empty::error: return "error";
  }
  return "";
}

/// The words of the parameter `hessian`.
enum class hessian { exact, bound };

[[nodiscard]] constexpr std::string_view word_of(hessian word) noexcept {
  switch (word) {
  case hessian::exact: return "exact";
  case hessian::bound: return "bound";
  }
  return "";
}

/// The words of the parameter `from`.
enum class from { logits, probs, log_probs };

[[nodiscard]] constexpr std::string_view word_of(from word) noexcept {
  switch (word) {
  case from::logits: return "logits";
  case from::probs: return "probs";
  case from::log_probs: return "log_probs";
  }
  return "";
}

/// The words of the parameter `labels`.
enum class labels { signed_, binary };

[[nodiscard]] constexpr std::string_view word_of(labels word) noexcept {
  switch (word) {
  case labels::signed_: return "signed";
  case labels::binary: return "binary";
  }
  return "";
}

/// The words of the parameter `activation`.
enum class activation { none, sigmoid, softmax };

[[nodiscard]] constexpr std::string_view word_of(activation word) noexcept {
  switch (word) {
  case activation::none: return "none";
  case activation::sigmoid: return "sigmoid";
  case activation::softmax: return "softmax";
  }
  return "";
}

/// Squared error: the negative log-likelihood of Gaussian noise, up to a factor.
///
///     (x - y)^2
///
/// Without the factor 1/2 that some libraries put in front: the gradient is 2(x - y).
///
/// Tasks: regression. Reference: Gauss, Theoria motus corporum coelestium (1809); PyTorch MSELoss.
struct mse {
  using losskit_options = void;

  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] mse with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &mse::input, std::move(value));
  }
  [[nodiscard]] mse with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &mse::target, std::move(value));
  }
  [[nodiscard]] mse with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mse::sample_weight, std::move(value));
  }
  [[nodiscard]] mse with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mse::mask, std::move(value));
  }
  [[nodiscard]] mse with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &mse::reduction, std::move(value));
  }
  [[nodiscard]] mse with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mse::denominator, std::move(value));
  }
  [[nodiscard]] mse with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &mse::empty, std::move(value));
  }
  [[nodiscard]] mse with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &mse::hessian, std::move(value));
  }
  [[nodiscard]] mse with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &mse::hessian_scale, std::move(value));
  }
  [[nodiscard]] mse with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mse::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const mse defaults{};
    return losskit::detail::call_text("mse")
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// Absolute error: fits the median, so a few outliers do not move it.
///
///     |x - y|
///
/// The subgradient at x = y is 0. The second derivative is 0; boosting that wants 1 asks for hessian_min=1.
///
/// Tasks: regression. Reference: Laplace (1774); PyTorch L1Loss.
struct mae {
  using losskit_options = void;

  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] mae with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &mae::input, std::move(value));
  }
  [[nodiscard]] mae with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &mae::target, std::move(value));
  }
  [[nodiscard]] mae with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mae::sample_weight, std::move(value));
  }
  [[nodiscard]] mae with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mae::mask, std::move(value));
  }
  [[nodiscard]] mae with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &mae::reduction, std::move(value));
  }
  [[nodiscard]] mae with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mae::denominator, std::move(value));
  }
  [[nodiscard]] mae with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &mae::empty, std::move(value));
  }
  [[nodiscard]] mae with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &mae::hessian, std::move(value));
  }
  [[nodiscard]] mae with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &mae::hessian_scale, std::move(value));
  }
  [[nodiscard]] mae with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mae::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const mae defaults{};
    return losskit::detail::call_text("mae")
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// Squared error near the target, absolute error far from it.
///
///     r^2/2 if |r| <= delta, else delta*(|r| - delta/2), r = x - y
///
/// With the factor 1/2, so its gradient inside is x - y. At |r| = delta both branches agree in value and gradient;
/// the second derivative there is 1, and 0 beyond.
///
/// Tasks: regression. Reference: Huber, Robust estimation of a location parameter (1964); PyTorch HuberLoss.
struct huber {
  using losskit_options = void;

  /// Where the square turns into a line. In (0, inf).
  double delta = 1.0;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] huber with_delta(double value) const {
    return losskit::detail::with(*this, &huber::delta, std::move(value));
  }
  [[nodiscard]] huber with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &huber::input, std::move(value));
  }
  [[nodiscard]] huber with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &huber::target, std::move(value));
  }
  [[nodiscard]] huber with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &huber::sample_weight, std::move(value));
  }
  [[nodiscard]] huber with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &huber::mask, std::move(value));
  }
  [[nodiscard]] huber with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &huber::reduction, std::move(value));
  }
  [[nodiscard]] huber with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &huber::denominator, std::move(value));
  }
  [[nodiscard]] huber with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &huber::empty, std::move(value));
  }
  [[nodiscard]] huber with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &huber::hessian, std::move(value));
  }
  [[nodiscard]] huber with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &huber::hessian_scale, std::move(value));
  }
  [[nodiscard]] huber with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &huber::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const huber defaults{};
    return losskit::detail::call_text("huber")
        .add("delta", delta, defaults.delta)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// Cross-entropy of a softmax: the negative log-probability of the true class.
///
///     -sum_c class_weight_c * t_c * log softmax(x)_c
///
/// Targets are labels of the input's shape without axis, or dense (one-hot or soft) of the input's shape.
/// label_smoothing s makes t into (1-s)t + s/C. A mean divides by the number of rows that count; PyTorch's mean with
/// class weights is weighted_mean. With from=probs a probability of 0 under a target costs infinity; nothing is
/// clipped or renormalised, and labels read the labelled class alone. On a tensor of rank 1 the class axis is 0.
///
/// Tasks: multiclass, segmentation. Reference: Good, Rational decisions (1952); PyTorch CrossEntropyLoss.
struct cross_entropy {
  using losskit_options = void;

  /// What the input is. One of logits, probs, log_probs.
  losskit::from from = losskit::from::logits;
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t axis = 1;
  /// A factor for each class; it enters the divisor of weighted_mean. In [0, inf).
  losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> class_weight = losskit::none{};
  /// The share of each target that is spread evenly over the classes. In [0, 1].
  double label_smoothing = 0.0;
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// The diagonal of the exact Hessian, p(1-p), or its row sums' bound, 2p(1-p), which boosting divides by. One of
  /// exact, bound.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] cross_entropy with_from(losskit::from value) const {
    return losskit::detail::with(*this, &cross_entropy::from, std::move(value));
  }
  [[nodiscard]] cross_entropy with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &cross_entropy::axis, std::move(value));
  }
  [[nodiscard]] cross_entropy with_class_weight(losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &cross_entropy::class_weight, std::move(value));
  }
  [[nodiscard]] cross_entropy with_label_smoothing(double value) const {
    return losskit::detail::with(*this, &cross_entropy::label_smoothing, std::move(value));
  }
  [[nodiscard]] cross_entropy with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &cross_entropy::ignore_index, std::move(value));
  }
  [[nodiscard]] cross_entropy with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &cross_entropy::input, std::move(value));
  }
  [[nodiscard]] cross_entropy with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &cross_entropy::target, std::move(value));
  }
  [[nodiscard]] cross_entropy with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &cross_entropy::sample_weight, std::move(value));
  }
  [[nodiscard]] cross_entropy with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &cross_entropy::mask, std::move(value));
  }
  [[nodiscard]] cross_entropy with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &cross_entropy::reduction, std::move(value));
  }
  [[nodiscard]] cross_entropy with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &cross_entropy::denominator, std::move(value));
  }
  [[nodiscard]] cross_entropy with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &cross_entropy::empty, std::move(value));
  }
  [[nodiscard]] cross_entropy with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &cross_entropy::hessian, std::move(value));
  }
  [[nodiscard]] cross_entropy with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &cross_entropy::hessian_scale, std::move(value));
  }
  [[nodiscard]] cross_entropy with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &cross_entropy::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const cross_entropy defaults{};
    return losskit::detail::call_text("cross_entropy")
        .add("from", from, defaults.from)
        .add("axis", axis, defaults.axis)
        .add("class_weight", class_weight, defaults.class_weight)
        .add("label_smoothing", label_smoothing, defaults.label_smoothing)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// Cross-entropy of the softmax of a linear layer, from the layer's input and weight, without its logits.
///
///     cross_entropy(input * weight^T + bias) + z_loss * log(sum_c exp(logit_c))^2
///
/// input is [..., D], weight [classes, D], bias [classes], and targets are labels of the input's shape without its
/// last dimension; dense targets are refused. Gradients are those of input, weight and bias, and each is written if
/// its buffer is given. Extra memory is bounded whatever the number of rows and classes: a matrix of logits never
/// exists, nor does one of their gradient. label_smoothing s makes t into (1-s)t + s/C; class_weight multiplies the
/// cross-entropy but not z_loss, while sample_weight multiplies both. softcap c turns each logit x into c*tanh(x/c)
/// first. Everything is computed in the input's type, in f32 for half precision, whatever the types of weight and
/// bias. Gradients of weight are added up in that type and rounded once. Products of matrices are sums of fused
/// multiply-adds in the order of the inner dimension: the same bits at any number of threads, and on every machine
/// that has the instruction.
///
/// Tasks: multiclass. Reference: Wijmans et al., Cut your losses in large-vocabulary language models (2024); PyTorch
/// linear_cross_entropy; z-loss of PaLM (2022); logit soft-capping of Gemma 2 (2024).
struct linear_cross_entropy {
  using losskit_options = void;

  /// A factor for each class; it enters the divisor of weighted_mean. In [0, inf).
  losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> class_weight = losskit::none{};
  /// The share of each target that is spread evenly over the classes. In [0, 1].
  double label_smoothing = 0.0;
  /// The bound c of the logits, each of which becomes c*tanh(x/c) before the softmax. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> softcap = losskit::none{};
  /// A factor of the squared logarithm of the sum of exponentials. In [0, inf).
  double z_loss = 0.0;
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The matrix of the layer, one row for each class; it is differentiated too.
  losskit::parameter<LK_KIND_OPERAND> weight = losskit::operand("weight");
  /// What the layer adds to the logits, where the call has it; it is differentiated too.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> bias = losskit::operand("bias");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;

  [[nodiscard]] linear_cross_entropy with_class_weight(losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::class_weight, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_label_smoothing(double value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::label_smoothing, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_softcap(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::softcap, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_z_loss(double value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::z_loss, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::ignore_index, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::input, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_weight(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::weight, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_bias(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::bias, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::target, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::sample_weight, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::mask, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::reduction, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::denominator, std::move(value));
  }
  [[nodiscard]] linear_cross_entropy with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &linear_cross_entropy::empty, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const linear_cross_entropy defaults{};
    return losskit::detail::call_text("linear_cross_entropy")
        .add("class_weight", class_weight, defaults.class_weight)
        .add("label_smoothing", label_smoothing, defaults.label_smoothing)
        .add("softcap", softcap, defaults.softcap)
        .add("z_loss", z_loss, defaults.z_loss)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("weight", weight, defaults.weight)
        .add("bias", bias, defaults.bias)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .finish();
  }
};

/// Binary cross-entropy: the negative log-probability of a yes or no, for each element on its own.
///
///     -(pos_weight * t * log p + (1 - t) * log(1 - p)), p = sigmoid(x)
///
/// Targets are 0 or 1 as integers, or probabilities as floating-point numbers. label_smoothing s makes t into t(1-s)
/// + s/2. pos_weight does not enter the divisor. With from=probs logarithms are held at -100 and the gradient's
/// divisor p(1-p) at 1e-12, as in PyTorch.
///
/// Tasks: binary, multilabel, segmentation. Reference: Cox, The regression analysis of binary sequences (1958);
/// PyTorch BCEWithLogitsLoss and BCELoss.
struct bce {
  using losskit_options = void;

  /// What the input is. One of logits, probs.
  losskit::from from = losskit::from::logits;
  /// A factor of the positive part: one number, or one along axis. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NUMBERS | LK_KIND_OPERAND> pos_weight = 1.0;
  /// The dimension that a list or operand of pos_weight goes along.
  std::int64_t axis = -1;
  /// The share of each target that is split between yes and no. In [0, 1].
  double label_smoothing = 0.0;
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] bce with_from(losskit::from value) const {
    return losskit::detail::with(*this, &bce::from, std::move(value));
  }
  [[nodiscard]] bce with_pos_weight(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NUMBERS | LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &bce::pos_weight, std::move(value));
  }
  [[nodiscard]] bce with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &bce::axis, std::move(value));
  }
  [[nodiscard]] bce with_label_smoothing(double value) const {
    return losskit::detail::with(*this, &bce::label_smoothing, std::move(value));
  }
  [[nodiscard]] bce with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &bce::ignore_index, std::move(value));
  }
  [[nodiscard]] bce with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &bce::input, std::move(value));
  }
  [[nodiscard]] bce with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &bce::target, std::move(value));
  }
  [[nodiscard]] bce with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &bce::sample_weight, std::move(value));
  }
  [[nodiscard]] bce with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &bce::mask, std::move(value));
  }
  [[nodiscard]] bce with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &bce::reduction, std::move(value));
  }
  [[nodiscard]] bce with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &bce::denominator, std::move(value));
  }
  [[nodiscard]] bce with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &bce::empty, std::move(value));
  }
  [[nodiscard]] bce with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &bce::hessian, std::move(value));
  }
  [[nodiscard]] bce with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &bce::hessian_scale, std::move(value));
  }
  [[nodiscard]] bce with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &bce::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const bce defaults{};
    return losskit::detail::call_text("bce")
        .add("from", from, defaults.from)
        .add("pos_weight", pos_weight, defaults.pos_weight)
        .add("axis", axis, defaults.axis)
        .add("label_smoothing", label_smoothing, defaults.label_smoothing)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// Binary cross-entropy in which elements that are predicted well count less.
///
///     alpha_t * (1 - p_t)^gamma * bce(x, t), p_t = p*t + (1-p)*(1-t), alpha_t = alpha*t + (1-alpha)*(1-t)
///
/// Without alpha, alpha_t is 1. gamma=0 is bce. Derivatives are finite everywhere, for gamma below 1 too. The exact
/// second derivative may be negative.
///
/// Tasks: binary, multilabel, segmentation. Reference: Lin et al., Focal loss for dense object detection (2017);
/// torchvision sigmoid_focal_loss.
struct focal {
  using losskit_options = void;

  /// What the input is. One of logits.
  losskit::from from = losskit::from::logits;
  /// How strongly what is predicted well is played down. In [0, inf).
  double gamma = 2.0;
  /// The weight of positives; negatives have 1-alpha. In [0, 1].
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> alpha = losskit::none{};
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] focal with_from(losskit::from value) const {
    return losskit::detail::with(*this, &focal::from, std::move(value));
  }
  [[nodiscard]] focal with_gamma(double value) const {
    return losskit::detail::with(*this, &focal::gamma, std::move(value));
  }
  [[nodiscard]] focal with_alpha(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &focal::alpha, std::move(value));
  }
  [[nodiscard]] focal with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &focal::ignore_index, std::move(value));
  }
  [[nodiscard]] focal with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &focal::input, std::move(value));
  }
  [[nodiscard]] focal with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &focal::target, std::move(value));
  }
  [[nodiscard]] focal with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &focal::sample_weight, std::move(value));
  }
  [[nodiscard]] focal with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &focal::mask, std::move(value));
  }
  [[nodiscard]] focal with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &focal::reduction, std::move(value));
  }
  [[nodiscard]] focal with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &focal::denominator, std::move(value));
  }
  [[nodiscard]] focal with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &focal::empty, std::move(value));
  }
  [[nodiscard]] focal with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &focal::hessian, std::move(value));
  }
  [[nodiscard]] focal with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &focal::hessian_scale, std::move(value));
  }
  [[nodiscard]] focal with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &focal::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const focal defaults{};
    return losskit::detail::call_text("focal")
        .add("from", from, defaults.from)
        .add("gamma", gamma, defaults.gamma)
        .add("alpha", alpha, defaults.alpha)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// Cross-entropy of a softmax in which classes that are predicted well count less.
///
///     sum_c alpha_c * (1 - p_c)^gamma * (-t_c * log p_c), p = softmax(x)
///
/// A single alpha multiplies every class, as in Keras; a list has one number for each class. alpha does not enter the
/// divisor. gamma=0 is cross_entropy. The exact second derivative may be negative.
///
/// Tasks: multiclass, segmentation. Reference: Lin et al., Focal loss for dense object detection (2017); Keras
/// CategoricalFocalCrossentropy.
struct categorical_focal {
  using losskit_options = void;

  /// What the input is. One of logits.
  losskit::from from = losskit::from::logits;
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t axis = 1;
  /// How strongly what is predicted well is played down. In [0, inf).
  double gamma = 2.0;
  /// A factor for all classes, or one for each. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NUMBERS | LK_KIND_NONE> alpha = losskit::none{};
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] categorical_focal with_from(losskit::from value) const {
    return losskit::detail::with(*this, &categorical_focal::from, std::move(value));
  }
  [[nodiscard]] categorical_focal with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &categorical_focal::axis, std::move(value));
  }
  [[nodiscard]] categorical_focal with_gamma(double value) const {
    return losskit::detail::with(*this, &categorical_focal::gamma, std::move(value));
  }
  [[nodiscard]] categorical_focal with_alpha(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NUMBERS | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_focal::alpha, std::move(value));
  }
  [[nodiscard]] categorical_focal with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_focal::ignore_index, std::move(value));
  }
  [[nodiscard]] categorical_focal with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_focal::input, std::move(value));
  }
  [[nodiscard]] categorical_focal with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_focal::target, std::move(value));
  }
  [[nodiscard]] categorical_focal with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_focal::sample_weight, std::move(value));
  }
  [[nodiscard]] categorical_focal with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_focal::mask, std::move(value));
  }
  [[nodiscard]] categorical_focal with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &categorical_focal::reduction, std::move(value));
  }
  [[nodiscard]] categorical_focal with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_focal::denominator, std::move(value));
  }
  [[nodiscard]] categorical_focal with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &categorical_focal::empty, std::move(value));
  }
  [[nodiscard]] categorical_focal with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &categorical_focal::hessian, std::move(value));
  }
  [[nodiscard]] categorical_focal with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &categorical_focal::hessian_scale, std::move(value));
  }
  [[nodiscard]] categorical_focal with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_focal::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const categorical_focal defaults{};
    return losskit::detail::call_text("categorical_focal")
        .add("from", from, defaults.from)
        .add("axis", axis, defaults.axis)
        .add("gamma", gamma, defaults.gamma)
        .add("alpha", alpha, defaults.alpha)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// Zero once the score is on the right side by the margin: the loss of linear support vector machines.
///
///     max(0, margin - y*x)
///
/// labels=signed takes -1 and 1, labels=binary takes 0 and 1; any other label is an error. The subgradient at the
/// edge of the margin is 0.
///
/// Tasks: max-margin, binary. Reference: Cortes and Vapnik, Support-vector networks (1995).
struct hinge {
  using losskit_options = void;

  /// How far on the right side a score must be to cost nothing. In [0, inf).
  double margin = 1.0;
  /// Whether labels are -1 and 1, or 0 and 1. One of signed, binary.
  losskit::labels labels = losskit::labels::signed_;
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] hinge with_margin(double value) const {
    return losskit::detail::with(*this, &hinge::margin, std::move(value));
  }
  [[nodiscard]] hinge with_labels(losskit::labels value) const {
    return losskit::detail::with(*this, &hinge::labels, std::move(value));
  }
  [[nodiscard]] hinge with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &hinge::ignore_index, std::move(value));
  }
  [[nodiscard]] hinge with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &hinge::input, std::move(value));
  }
  [[nodiscard]] hinge with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &hinge::target, std::move(value));
  }
  [[nodiscard]] hinge with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &hinge::sample_weight, std::move(value));
  }
  [[nodiscard]] hinge with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &hinge::mask, std::move(value));
  }
  [[nodiscard]] hinge with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &hinge::reduction, std::move(value));
  }
  [[nodiscard]] hinge with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &hinge::denominator, std::move(value));
  }
  [[nodiscard]] hinge with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &hinge::empty, std::move(value));
  }
  [[nodiscard]] hinge with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &hinge::hessian, std::move(value));
  }
  [[nodiscard]] hinge with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &hinge::hessian_scale, std::move(value));
  }
  [[nodiscard]] hinge with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &hinge::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const hinge defaults{};
    return losskit::detail::call_text("hinge")
        .add("margin", margin, defaults.margin)
        .add("labels", labels, defaults.labels)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// The square of hinge: smooth at the edge of the margin, harsher deep inside it.
///
///     max(0, margin - y*x)^2
///
/// Labels as for hinge. The second derivative is 2 inside the margin, 0 at its edge and beyond.
///
/// Tasks: max-margin, binary. Reference: Chang, Hsieh and Lin, Coordinate descent method for large-scale L2-loss
/// linear SVM (2008).
struct squared_hinge {
  using losskit_options = void;

  /// How far on the right side a score must be to cost nothing. In [0, inf).
  double margin = 1.0;
  /// Whether labels are -1 and 1, or 0 and 1. One of signed, binary.
  losskit::labels labels = losskit::labels::signed_;
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] squared_hinge with_margin(double value) const {
    return losskit::detail::with(*this, &squared_hinge::margin, std::move(value));
  }
  [[nodiscard]] squared_hinge with_labels(losskit::labels value) const {
    return losskit::detail::with(*this, &squared_hinge::labels, std::move(value));
  }
  [[nodiscard]] squared_hinge with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &squared_hinge::ignore_index, std::move(value));
  }
  [[nodiscard]] squared_hinge with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &squared_hinge::input, std::move(value));
  }
  [[nodiscard]] squared_hinge with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &squared_hinge::target, std::move(value));
  }
  [[nodiscard]] squared_hinge with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &squared_hinge::sample_weight, std::move(value));
  }
  [[nodiscard]] squared_hinge with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &squared_hinge::mask, std::move(value));
  }
  [[nodiscard]] squared_hinge with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &squared_hinge::reduction, std::move(value));
  }
  [[nodiscard]] squared_hinge with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &squared_hinge::denominator, std::move(value));
  }
  [[nodiscard]] squared_hinge with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &squared_hinge::empty, std::move(value));
  }
  [[nodiscard]] squared_hinge with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &squared_hinge::hessian, std::move(value));
  }
  [[nodiscard]] squared_hinge with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &squared_hinge::hessian_scale, std::move(value));
  }
  [[nodiscard]] squared_hinge with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &squared_hinge::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const squared_hinge defaults{};
    return losskit::detail::call_text("squared_hinge")
        .add("margin", margin, defaults.margin)
        .add("labels", labels, defaults.labels)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// The worst wrong class against the true one, each wrong class with a margin on top.
///
///     max_c(x_c + margin*[c != y]) - x_y
///
/// With dense targets t: max_c(x_c + margin*(1 - t_c)) - sum_c t_c*x_c. Among equal maxima the first class takes the
/// subgradient, so it is 0 where the true class leads by the margin unless an earlier class ties.
///
/// Tasks: max-margin, multiclass. Reference: Crammer and Singer, On the algorithmic implementation of multiclass
/// kernel-based vector machines (2001); Optax multiclass_hinge_loss.
struct multiclass_hinge {
  using losskit_options = void;

  /// The dimension of the classes, counted from the end if negative.
  std::int64_t axis = 1;
  /// How far on the right side a score must be to cost nothing. In [0, inf).
  double margin = 1.0;
  /// A factor for each class; it enters the divisor of weighted_mean. In [0, inf).
  losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> class_weight = losskit::none{};
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;

  [[nodiscard]] multiclass_hinge with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &multiclass_hinge::axis, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_margin(double value) const {
    return losskit::detail::with(*this, &multiclass_hinge::margin, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_class_weight(losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &multiclass_hinge::class_weight, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &multiclass_hinge::ignore_index, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &multiclass_hinge::input, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &multiclass_hinge::target, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &multiclass_hinge::sample_weight, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &multiclass_hinge::mask, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &multiclass_hinge::reduction, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &multiclass_hinge::denominator, std::move(value));
  }
  [[nodiscard]] multiclass_hinge with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &multiclass_hinge::empty, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const multiclass_hinge defaults{};
    return losskit::detail::call_text("multiclass_hinge")
        .add("axis", axis, defaults.axis)
        .add("margin", margin, defaults.margin)
        .add("class_weight", class_weight, defaults.class_weight)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .finish();
  }
};

/// The worst wrong class against the true one, as Keras defines it.
///
///     max(0, 1 + max_c((1 - t_c)*x_c) - sum_c t_c*x_c)
///
/// The inner maximum includes the true class with the score 0, so it never falls below 0 for labels: where all wrong
/// scores are negative the margin is measured from 0. multiclass_hinge does without. The subgradient at the floor is
/// 0; among equal maxima the first class takes it.
///
/// Tasks: max-margin, multiclass. Reference: Keras CategoricalHinge.
struct categorical_hinge {
  using losskit_options = void;

  /// The dimension of the classes, counted from the end if negative.
  std::int64_t axis = 1;
  /// A factor for each class; it enters the divisor of weighted_mean. In [0, inf).
  losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> class_weight = losskit::none{};
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;

  [[nodiscard]] categorical_hinge with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &categorical_hinge::axis, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_class_weight(losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_hinge::class_weight, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_hinge::ignore_index, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_hinge::input, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_hinge::target, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_hinge::sample_weight, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_hinge::mask, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &categorical_hinge::reduction, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_hinge::denominator, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &categorical_hinge::empty, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const categorical_hinge defaults{};
    return losskit::detail::call_text("categorical_hinge")
        .add("axis", axis, defaults.axis)
        .add("class_weight", class_weight, defaults.class_weight)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .finish();
  }
};

/// One minus the Dice coefficient (F1) of the predicted region and the true one.
///
///     1 - (2*I + smooth_nr)/(P + T + smooth_dr), I = sum p*t, P = sum p, T = sum t
///
/// A region is one class of one sample. With smooth=0 an empty region that is predicted empty, 0/0, costs 0. Masked
/// and ignored pixels leave every sum, after the activation. The divisor of a mean is the number of regions that have
/// a pixel left.
///
/// Tasks: segmentation. Reference: Milletari, Navab and Ahmadi, V-Net (2016); MONAI DiceLoss.
struct dice {
  using losskit_options = void;

  /// What turns the input into probabilities. One of none, sigmoid, softmax.
  losskit::activation activation = losskit::activation::none;
  /// The dimensions that are summed over; none means all but 0 and 1.
  losskit::parameter<LK_KIND_INTEGERS | LK_KIND_NONE> axis = losskit::none{};
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t class_axis = 1;
  /// Whether class 0 has regions.
  bool include_background = true;
  /// Whether sizes are sums of squares.
  bool squared = false;
  /// What is added to the numerator. In [0, inf).
  double smooth_nr = 1e-5;
  /// What is added to the denominator. In [0, inf).
  double smooth_dr = 1e-5;
  /// Sets both smooth_nr and smooth_dr. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> smooth = losskit::none{};
  /// Whether dimension 0 is summed over as well.
  bool batch = false;
  /// A factor for each class; it enters the divisor of weighted_mean. In [0, inf).
  losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> class_weight = losskit::none{};
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;

  [[nodiscard]] dice with_activation(losskit::activation value) const {
    return losskit::detail::with(*this, &dice::activation, std::move(value));
  }
  [[nodiscard]] dice with_axis(losskit::parameter<LK_KIND_INTEGERS | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::axis, std::move(value));
  }
  [[nodiscard]] dice with_class_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &dice::class_axis, std::move(value));
  }
  [[nodiscard]] dice with_include_background(bool value) const {
    return losskit::detail::with(*this, &dice::include_background, std::move(value));
  }
  [[nodiscard]] dice with_squared(bool value) const {
    return losskit::detail::with(*this, &dice::squared, std::move(value));
  }
  [[nodiscard]] dice with_smooth_nr(double value) const {
    return losskit::detail::with(*this, &dice::smooth_nr, std::move(value));
  }
  [[nodiscard]] dice with_smooth_dr(double value) const {
    return losskit::detail::with(*this, &dice::smooth_dr, std::move(value));
  }
  [[nodiscard]] dice with_smooth(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::smooth, std::move(value));
  }
  [[nodiscard]] dice with_batch(bool value) const {
    return losskit::detail::with(*this, &dice::batch, std::move(value));
  }
  [[nodiscard]] dice with_class_weight(losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::class_weight, std::move(value));
  }
  [[nodiscard]] dice with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::ignore_index, std::move(value));
  }
  [[nodiscard]] dice with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &dice::input, std::move(value));
  }
  [[nodiscard]] dice with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &dice::target, std::move(value));
  }
  [[nodiscard]] dice with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::sample_weight, std::move(value));
  }
  [[nodiscard]] dice with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::mask, std::move(value));
  }
  [[nodiscard]] dice with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &dice::reduction, std::move(value));
  }
  [[nodiscard]] dice with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::denominator, std::move(value));
  }
  [[nodiscard]] dice with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &dice::empty, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const dice defaults{};
    return losskit::detail::call_text("dice")
        .add("activation", activation, defaults.activation)
        .add("axis", axis, defaults.axis)
        .add("class_axis", class_axis, defaults.class_axis)
        .add("include_background", include_background, defaults.include_background)
        .add("squared", squared, defaults.squared)
        .add("smooth_nr", smooth_nr, defaults.smooth_nr)
        .add("smooth_dr", smooth_dr, defaults.smooth_dr)
        .add("smooth", smooth, defaults.smooth)
        .add("batch", batch, defaults.batch)
        .add("class_weight", class_weight, defaults.class_weight)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .finish();
  }
};

/// One minus the Jaccard index (intersection over union) of the predicted region and the true one.
///
///     1 - (I + smooth_nr)/(P + T - I + smooth_dr), I = sum p*t, P = sum p, T = sum t
///
/// A region is one class of one sample. MONAI's jaccard=True keeps a factor 2 above and below, so its smooth_nr and
/// smooth_dr are twice these. Masked and ignored pixels leave every sum, after the activation. The divisor of a mean
/// is the number of regions that have a pixel left.
///
/// Tasks: segmentation. Reference: Rahman and Wang, Optimizing intersection-over-union in deep neural networks
/// (2016).
struct jaccard {
  using losskit_options = void;

  /// What turns the input into probabilities. One of none, sigmoid, softmax.
  losskit::activation activation = losskit::activation::none;
  /// The dimensions that are summed over; none means all but 0 and 1.
  losskit::parameter<LK_KIND_INTEGERS | LK_KIND_NONE> axis = losskit::none{};
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t class_axis = 1;
  /// Whether class 0 has regions.
  bool include_background = true;
  /// Whether sizes are sums of squares.
  bool squared = false;
  /// What is added to the numerator. In [0, inf).
  double smooth_nr = 1e-5;
  /// What is added to the denominator. In [0, inf).
  double smooth_dr = 1e-5;
  /// Sets both smooth_nr and smooth_dr. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> smooth = losskit::none{};
  /// Whether dimension 0 is summed over as well.
  bool batch = false;
  /// A factor for each class; it enters the divisor of weighted_mean. In [0, inf).
  losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> class_weight = losskit::none{};
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;

  [[nodiscard]] jaccard with_activation(losskit::activation value) const {
    return losskit::detail::with(*this, &jaccard::activation, std::move(value));
  }
  [[nodiscard]] jaccard with_axis(losskit::parameter<LK_KIND_INTEGERS | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &jaccard::axis, std::move(value));
  }
  [[nodiscard]] jaccard with_class_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &jaccard::class_axis, std::move(value));
  }
  [[nodiscard]] jaccard with_include_background(bool value) const {
    return losskit::detail::with(*this, &jaccard::include_background, std::move(value));
  }
  [[nodiscard]] jaccard with_squared(bool value) const {
    return losskit::detail::with(*this, &jaccard::squared, std::move(value));
  }
  [[nodiscard]] jaccard with_smooth_nr(double value) const {
    return losskit::detail::with(*this, &jaccard::smooth_nr, std::move(value));
  }
  [[nodiscard]] jaccard with_smooth_dr(double value) const {
    return losskit::detail::with(*this, &jaccard::smooth_dr, std::move(value));
  }
  [[nodiscard]] jaccard with_smooth(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &jaccard::smooth, std::move(value));
  }
  [[nodiscard]] jaccard with_batch(bool value) const {
    return losskit::detail::with(*this, &jaccard::batch, std::move(value));
  }
  [[nodiscard]] jaccard with_class_weight(losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &jaccard::class_weight, std::move(value));
  }
  [[nodiscard]] jaccard with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &jaccard::ignore_index, std::move(value));
  }
  [[nodiscard]] jaccard with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &jaccard::input, std::move(value));
  }
  [[nodiscard]] jaccard with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &jaccard::target, std::move(value));
  }
  [[nodiscard]] jaccard with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &jaccard::sample_weight, std::move(value));
  }
  [[nodiscard]] jaccard with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &jaccard::mask, std::move(value));
  }
  [[nodiscard]] jaccard with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &jaccard::reduction, std::move(value));
  }
  [[nodiscard]] jaccard with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &jaccard::denominator, std::move(value));
  }
  [[nodiscard]] jaccard with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &jaccard::empty, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const jaccard defaults{};
    return losskit::detail::call_text("jaccard")
        .add("activation", activation, defaults.activation)
        .add("axis", axis, defaults.axis)
        .add("class_axis", class_axis, defaults.class_axis)
        .add("include_background", include_background, defaults.include_background)
        .add("squared", squared, defaults.squared)
        .add("smooth_nr", smooth_nr, defaults.smooth_nr)
        .add("smooth_dr", smooth_dr, defaults.smooth_dr)
        .add("smooth", smooth, defaults.smooth)
        .add("batch", batch, defaults.batch)
        .add("class_weight", class_weight, defaults.class_weight)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .finish();
  }
};

/// Overlap in which false positives and false negatives weigh differently.
///
///     1 - (I + smooth_nr)/(I + alpha*(P - I) + beta*(T - I) + smooth_dr), I = sum p*t, P = sum p, T = sum t
///
/// A region is one class of one sample. alpha weighs false positives P - I, beta false negatives T - I; alpha = beta
/// = 1/2 is dice. Masked and ignored pixels leave every sum, after the activation. The divisor of a mean is the
/// number of regions that have a pixel left.
///
/// Tasks: segmentation. Reference: Salehi, Erdogmus and Gholipour, Tversky loss function (2017); MONAI TverskyLoss.
struct tversky {
  using losskit_options = void;

  /// What turns the input into probabilities. One of none, sigmoid, softmax.
  losskit::activation activation = losskit::activation::none;
  /// The dimensions that are summed over; none means all but 0 and 1.
  losskit::parameter<LK_KIND_INTEGERS | LK_KIND_NONE> axis = losskit::none{};
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t class_axis = 1;
  /// Whether class 0 has regions.
  bool include_background = true;
  /// Whether sizes are sums of squares.
  bool squared = false;
  /// What is added to the numerator. In [0, inf).
  double smooth_nr = 1e-5;
  /// What is added to the denominator. In [0, inf).
  double smooth_dr = 1e-5;
  /// Sets both smooth_nr and smooth_dr. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> smooth = losskit::none{};
  /// Whether dimension 0 is summed over as well.
  bool batch = false;
  /// The weight of false positives. In [0, inf).
  double alpha = 0.5;
  /// The weight of false negatives. In [0, inf).
  double beta = 0.5;
  /// A factor for each class; it enters the divisor of weighted_mean. In [0, inf).
  losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> class_weight = losskit::none{};
  /// The label of elements that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_index = losskit::none{};
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of mean, sum, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::mean;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;

  [[nodiscard]] tversky with_activation(losskit::activation value) const {
    return losskit::detail::with(*this, &tversky::activation, std::move(value));
  }
  [[nodiscard]] tversky with_axis(losskit::parameter<LK_KIND_INTEGERS | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::axis, std::move(value));
  }
  [[nodiscard]] tversky with_class_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &tversky::class_axis, std::move(value));
  }
  [[nodiscard]] tversky with_include_background(bool value) const {
    return losskit::detail::with(*this, &tversky::include_background, std::move(value));
  }
  [[nodiscard]] tversky with_squared(bool value) const {
    return losskit::detail::with(*this, &tversky::squared, std::move(value));
  }
  [[nodiscard]] tversky with_smooth_nr(double value) const {
    return losskit::detail::with(*this, &tversky::smooth_nr, std::move(value));
  }
  [[nodiscard]] tversky with_smooth_dr(double value) const {
    return losskit::detail::with(*this, &tversky::smooth_dr, std::move(value));
  }
  [[nodiscard]] tversky with_smooth(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::smooth, std::move(value));
  }
  [[nodiscard]] tversky with_batch(bool value) const {
    return losskit::detail::with(*this, &tversky::batch, std::move(value));
  }
  [[nodiscard]] tversky with_alpha(double value) const {
    return losskit::detail::with(*this, &tversky::alpha, std::move(value));
  }
  [[nodiscard]] tversky with_beta(double value) const {
    return losskit::detail::with(*this, &tversky::beta, std::move(value));
  }
  [[nodiscard]] tversky with_class_weight(losskit::parameter<LK_KIND_NUMBERS | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::class_weight, std::move(value));
  }
  [[nodiscard]] tversky with_ignore_index(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::ignore_index, std::move(value));
  }
  [[nodiscard]] tversky with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &tversky::input, std::move(value));
  }
  [[nodiscard]] tversky with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &tversky::target, std::move(value));
  }
  [[nodiscard]] tversky with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::sample_weight, std::move(value));
  }
  [[nodiscard]] tversky with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::mask, std::move(value));
  }
  [[nodiscard]] tversky with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &tversky::reduction, std::move(value));
  }
  [[nodiscard]] tversky with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::denominator, std::move(value));
  }
  [[nodiscard]] tversky with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &tversky::empty, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const tversky defaults{};
    return losskit::detail::call_text("tversky")
        .add("activation", activation, defaults.activation)
        .add("axis", axis, defaults.axis)
        .add("class_axis", class_axis, defaults.class_axis)
        .add("include_background", include_background, defaults.include_background)
        .add("squared", squared, defaults.squared)
        .add("smooth_nr", smooth_nr, defaults.smooth_nr)
        .add("smooth_dr", smooth_dr, defaults.smooth_dr)
        .add("smooth", smooth, defaults.smooth)
        .add("batch", batch, defaults.batch)
        .add("alpha", alpha, defaults.alpha)
        .add("beta", beta, defaults.beta)
        .add("class_weight", class_weight, defaults.class_weight)
        .add("ignore_index", ignore_index, defaults.ignore_index)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .finish();
  }
};

/// The sum of magnitudes: drives weights to exactly zero.
///
///     |w|, summed
///
/// The subgradient at 0 is 0. The reduction is sum unless another is asked for.
///
/// Tasks: regularization. Reference: Tibshirani, Regression shrinkage and selection via the lasso (1996); Keras
/// regularizers.L1.
struct l1 {
  using losskit_options = void;

  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// A factor for each element.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::none{};
  /// Zero where an element is left out.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::none{};
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of sum, mean, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::sum;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] l1 with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &l1::input, std::move(value));
  }
  [[nodiscard]] l1 with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &l1::sample_weight, std::move(value));
  }
  [[nodiscard]] l1 with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &l1::mask, std::move(value));
  }
  [[nodiscard]] l1 with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &l1::reduction, std::move(value));
  }
  [[nodiscard]] l1 with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &l1::denominator, std::move(value));
  }
  [[nodiscard]] l1 with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &l1::empty, std::move(value));
  }
  [[nodiscard]] l1 with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &l1::hessian, std::move(value));
  }
  [[nodiscard]] l1 with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &l1::hessian_scale, std::move(value));
  }
  [[nodiscard]] l1 with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &l1::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const l1 defaults{};
    return losskit::detail::call_text("l1")
        .add("input", input, defaults.input)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// The sum of squares: shrinks weights.
///
///     w^2, summed
///
/// Without the factor 1/2, as Keras: weight decay of PyTorch with coefficient c is c/2 times this. The reduction is
/// sum unless another is asked for.
///
/// Tasks: regularization. Reference: Hoerl and Kennard, Ridge regression (1970); Keras regularizers.L2.
struct l2 {
  using losskit_options = void;

  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// A factor for each element.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::none{};
  /// Zero where an element is left out.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::none{};
  /// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
  /// One of sum, mean, none, weighted_mean.
  losskit::reduction reduction = losskit::reduction::sum;
  /// Replaces the divisor of a mean, so that parts of a batch add up. In (0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> denominator = losskit::none{};
  /// What a mean over nothing is. One of zero, nan, error.
  losskit::empty empty = losskit::empty::zero;
  /// Which second derivative: the exact one. One of exact.
  losskit::hessian hessian = losskit::hessian::exact;
  /// A factor of each unreduced second derivative. In (0, inf).
  double hessian_scale = 1.0;
  /// A floor of each scaled second derivative. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> hessian_min = losskit::none{};

  [[nodiscard]] l2 with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &l2::input, std::move(value));
  }
  [[nodiscard]] l2 with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &l2::sample_weight, std::move(value));
  }
  [[nodiscard]] l2 with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &l2::mask, std::move(value));
  }
  [[nodiscard]] l2 with_reduction(losskit::reduction value) const {
    return losskit::detail::with(*this, &l2::reduction, std::move(value));
  }
  [[nodiscard]] l2 with_denominator(losskit::parameter<LK_KIND_NUMBER | LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &l2::denominator, std::move(value));
  }
  [[nodiscard]] l2 with_empty(losskit::empty value) const {
    return losskit::detail::with(*this, &l2::empty, std::move(value));
  }
  [[nodiscard]] l2 with_hessian(losskit::hessian value) const {
    return losskit::detail::with(*this, &l2::hessian, std::move(value));
  }
  [[nodiscard]] l2 with_hessian_scale(double value) const {
    return losskit::detail::with(*this, &l2::hessian_scale, std::move(value));
  }
  [[nodiscard]] l2 with_hessian_min(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &l2::hessian_min, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const l2 defaults{};
    return losskit::detail::call_text("l2")
        .add("input", input, defaults.input)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .add("reduction", reduction, defaults.reduction)
        .add("denominator", denominator, defaults.denominator)
        .add("empty", empty, defaults.empty)
        .add("hessian", hessian, defaults.hessian)
        .add("hessian_scale", hessian_scale, defaults.hessian_scale)
        .add("hessian_min", hessian_min, defaults.hessian_min)
        .finish();
  }
};

/// The vocabulary of `keras`: its names, parameters, defaults and conventions.
namespace keras {

using losskit::operator+;
using losskit::operator-;
using losskit::operator*;

/// The words of the parameter `reduction`.
enum class reduction { sum_over_batch_size, mean, sum, mean_with_sample_weight, none };

[[nodiscard]] constexpr std::string_view word_of(reduction word) noexcept {
  switch (word) {
  case reduction::sum_over_batch_size: return "sum_over_batch_size";
  case reduction::mean: return "mean";
  case reduction::sum: return "sum";
  case reduction::mean_with_sample_weight: return "mean_with_sample_weight";
  case reduction::none: return "none";
  }
  return "";
}

/// Keras's MeanSquaredError.
///
///     mean over the last axis of (x - y)^2
///
/// The mean over the last axis is the loss element: values under reduction=none, sample_weight and mask have the
/// input's shape without its last dimension.
///
/// Tasks: regression. Reference: Keras 3, keras.losses.
struct mean_squared_error {
  using losskit_options = void;

  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] mean_squared_error with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &mean_squared_error::reduction, std::move(value));
  }
  [[nodiscard]] mean_squared_error with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &mean_squared_error::input, std::move(value));
  }
  [[nodiscard]] mean_squared_error with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &mean_squared_error::target, std::move(value));
  }
  [[nodiscard]] mean_squared_error with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mean_squared_error::sample_weight, std::move(value));
  }
  [[nodiscard]] mean_squared_error with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mean_squared_error::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const mean_squared_error defaults{};
    return losskit::detail::call_text("keras.mean_squared_error")
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's MeanAbsoluteError.
///
///     mean over the last axis of |x - y|
///
/// The mean over the last axis is the loss element: values under reduction=none, sample_weight and mask have the
/// input's shape without its last dimension.
///
/// Tasks: regression. Reference: Keras 3, keras.losses.
struct mean_absolute_error {
  using losskit_options = void;

  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] mean_absolute_error with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &mean_absolute_error::reduction, std::move(value));
  }
  [[nodiscard]] mean_absolute_error with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &mean_absolute_error::input, std::move(value));
  }
  [[nodiscard]] mean_absolute_error with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &mean_absolute_error::target, std::move(value));
  }
  [[nodiscard]] mean_absolute_error with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mean_absolute_error::sample_weight, std::move(value));
  }
  [[nodiscard]] mean_absolute_error with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &mean_absolute_error::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const mean_absolute_error defaults{};
    return losskit::detail::call_text("keras.mean_absolute_error")
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's Huber.
///
///     mean over the last axis of (r^2/2 if |r| <= delta, else delta*(|r| - delta/2)), r = x - y
///
/// The mean over the last axis is the loss element: values under reduction=none, sample_weight and mask have the
/// input's shape without its last dimension.
///
/// Tasks: regression. Reference: Keras 3, keras.losses.
struct huber {
  using losskit_options = void;

  /// Where the square turns into a line. In (0, inf).
  double delta = 1.0;
  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] huber with_delta(double value) const {
    return losskit::detail::with(*this, &huber::delta, std::move(value));
  }
  [[nodiscard]] huber with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &huber::reduction, std::move(value));
  }
  [[nodiscard]] huber with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &huber::input, std::move(value));
  }
  [[nodiscard]] huber with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &huber::target, std::move(value));
  }
  [[nodiscard]] huber with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &huber::sample_weight, std::move(value));
  }
  [[nodiscard]] huber with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &huber::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const huber defaults{};
    return losskit::detail::call_text("keras.huber")
        .add("delta", delta, defaults.delta)
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's BinaryCrossentropy.
///
///     mean over axis of -(t*log p + (1 - t)*log(1 - p))
///
/// Probabilities are held within [1e-7, 1 - 1e-7], where the gradient is 0. label_smoothing s makes t into t(1-s) +
/// s/2. The mean over axis is the loss element.
///
/// Tasks: binary, multilabel. Reference: Keras 3, keras.losses.
struct binary_crossentropy {
  using losskit_options = void;

  /// Whether the input is logits instead of probabilities.
  bool from_logits = false;
  /// The share of each target that is spread evenly. In [0, 1].
  double label_smoothing = 0.0;
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t axis = -1;
  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] binary_crossentropy with_from_logits(bool value) const {
    return losskit::detail::with(*this, &binary_crossentropy::from_logits, std::move(value));
  }
  [[nodiscard]] binary_crossentropy with_label_smoothing(double value) const {
    return losskit::detail::with(*this, &binary_crossentropy::label_smoothing, std::move(value));
  }
  [[nodiscard]] binary_crossentropy with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &binary_crossentropy::axis, std::move(value));
  }
  [[nodiscard]] binary_crossentropy with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &binary_crossentropy::reduction, std::move(value));
  }
  [[nodiscard]] binary_crossentropy with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &binary_crossentropy::input, std::move(value));
  }
  [[nodiscard]] binary_crossentropy with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &binary_crossentropy::target, std::move(value));
  }
  [[nodiscard]] binary_crossentropy with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &binary_crossentropy::sample_weight, std::move(value));
  }
  [[nodiscard]] binary_crossentropy with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &binary_crossentropy::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const binary_crossentropy defaults{};
    return losskit::detail::call_text("keras.binary_crossentropy")
        .add("from_logits", from_logits, defaults.from_logits)
        .add("label_smoothing", label_smoothing, defaults.label_smoothing)
        .add("axis", axis, defaults.axis)
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's BinaryFocalCrossentropy.
///
///     mean over axis of w * (1 - p_t)^gamma * -(t*log p + (1 - t)*log(1 - p)), p_t = t*p + (1-t)*(1-p)
///
/// The logarithms take probabilities held within [1e-7, 1 - 1e-7], also those of logits; p_t does not. w is alpha*t +
/// (1-alpha)*(1-t) with apply_class_balancing, else 1. The mean over axis is the loss element.
///
/// Tasks: binary, multilabel. Reference: Keras 3, keras.losses.
struct binary_focal_crossentropy {
  using losskit_options = void;

  /// Whether alpha is used.
  bool apply_class_balancing = false;
  /// The weight of positives; negatives have 1-alpha. In [0, 1].
  double alpha = 0.25;
  /// How strongly what is predicted well is played down. In [0, inf).
  double gamma = 2.0;
  /// Whether the input is logits instead of probabilities.
  bool from_logits = false;
  /// The share of each target that is spread evenly. In [0, 1].
  double label_smoothing = 0.0;
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t axis = -1;
  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] binary_focal_crossentropy with_apply_class_balancing(bool value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::apply_class_balancing, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_alpha(double value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::alpha, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_gamma(double value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::gamma, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_from_logits(bool value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::from_logits, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_label_smoothing(double value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::label_smoothing, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::axis, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::reduction, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::input, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::target, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::sample_weight, std::move(value));
  }
  [[nodiscard]] binary_focal_crossentropy with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &binary_focal_crossentropy::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const binary_focal_crossentropy defaults{};
    return losskit::detail::call_text("keras.binary_focal_crossentropy")
        .add("apply_class_balancing", apply_class_balancing, defaults.apply_class_balancing)
        .add("alpha", alpha, defaults.alpha)
        .add("gamma", gamma, defaults.gamma)
        .add("from_logits", from_logits, defaults.from_logits)
        .add("label_smoothing", label_smoothing, defaults.label_smoothing)
        .add("axis", axis, defaults.axis)
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's CategoricalCrossentropy, for dense targets.
///
///     -sum_c t_c * log(p_c / sum p)
///
/// Probabilities are divided by their sum over axis, then held within [1e-7, 1 - 1e-7], where the gradient is 0.
/// label_smoothing s makes t into (1-s)t + s/K, where K is the last dimension, also when axis is another.
///
/// Tasks: multiclass, segmentation. Reference: Keras 3, keras.losses.
struct categorical_crossentropy {
  using losskit_options = void;

  /// Whether the input is logits instead of probabilities.
  bool from_logits = false;
  /// The share of each target that is spread evenly. In [0, 1].
  double label_smoothing = 0.0;
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t axis = -1;
  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] categorical_crossentropy with_from_logits(bool value) const {
    return losskit::detail::with(*this, &categorical_crossentropy::from_logits, std::move(value));
  }
  [[nodiscard]] categorical_crossentropy with_label_smoothing(double value) const {
    return losskit::detail::with(*this, &categorical_crossentropy::label_smoothing, std::move(value));
  }
  [[nodiscard]] categorical_crossentropy with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &categorical_crossentropy::axis, std::move(value));
  }
  [[nodiscard]] categorical_crossentropy with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &categorical_crossentropy::reduction, std::move(value));
  }
  [[nodiscard]] categorical_crossentropy with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_crossentropy::input, std::move(value));
  }
  [[nodiscard]] categorical_crossentropy with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_crossentropy::target, std::move(value));
  }
  [[nodiscard]] categorical_crossentropy with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_crossentropy::sample_weight, std::move(value));
  }
  [[nodiscard]] categorical_crossentropy with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_crossentropy::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const categorical_crossentropy defaults{};
    return losskit::detail::call_text("keras.categorical_crossentropy")
        .add("from_logits", from_logits, defaults.from_logits)
        .add("label_smoothing", label_smoothing, defaults.label_smoothing)
        .add("axis", axis, defaults.axis)
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's SparseCategoricalCrossentropy, for labels.
///
///     -log(p_y / sum p)
///
/// Probabilities are divided by their sum over axis, then held within [1e-7, 1 - 1e-7], where the gradient is 0. Rows
/// with the label ignore_class are left out like masked ones.
///
/// Tasks: multiclass, segmentation. Reference: Keras 3, keras.losses.
struct sparse_categorical_crossentropy {
  using losskit_options = void;

  /// Whether the input is logits instead of probabilities.
  bool from_logits = false;
  /// The label of rows that are left out.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> ignore_class = losskit::none{};
  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t axis = -1;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] sparse_categorical_crossentropy with_from_logits(bool value) const {
    return losskit::detail::with(*this, &sparse_categorical_crossentropy::from_logits, std::move(value));
  }
  [[nodiscard]] sparse_categorical_crossentropy with_ignore_class(losskit::parameter<LK_KIND_INTEGER | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &sparse_categorical_crossentropy::ignore_class, std::move(value));
  }
  [[nodiscard]] sparse_categorical_crossentropy with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &sparse_categorical_crossentropy::reduction, std::move(value));
  }
  [[nodiscard]] sparse_categorical_crossentropy with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &sparse_categorical_crossentropy::axis, std::move(value));
  }
  [[nodiscard]] sparse_categorical_crossentropy with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &sparse_categorical_crossentropy::input, std::move(value));
  }
  [[nodiscard]] sparse_categorical_crossentropy with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &sparse_categorical_crossentropy::target, std::move(value));
  }
  [[nodiscard]] sparse_categorical_crossentropy with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &sparse_categorical_crossentropy::sample_weight, std::move(value));
  }
  [[nodiscard]] sparse_categorical_crossentropy with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &sparse_categorical_crossentropy::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const sparse_categorical_crossentropy defaults{};
    return losskit::detail::call_text("keras.sparse_categorical_crossentropy")
        .add("from_logits", from_logits, defaults.from_logits)
        .add("ignore_class", ignore_class, defaults.ignore_class)
        .add("reduction", reduction, defaults.reduction)
        .add("axis", axis, defaults.axis)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's CategoricalFocalCrossentropy, for dense targets.
///
///     sum_c alpha * (1 - p_c)^gamma * (-t_c * log p_c)
///
/// Probabilities are divided by their sum over axis, then held within [1e-7, 1 - 1e-7], where the gradient is 0.
/// label_smoothing s makes t into (1-s)t + s/K, where K is the last dimension, also when axis is another.
///
/// Tasks: multiclass, segmentation. Reference: Keras 3, keras.losses.
struct categorical_focal_crossentropy {
  using losskit_options = void;

  /// A factor for all classes, or one for each of the last dimension. In [0, inf).
  losskit::parameter<LK_KIND_NUMBER | LK_KIND_NUMBERS> alpha = 0.25;
  /// How strongly what is predicted well is played down. In [0, inf).
  double gamma = 2.0;
  /// Whether the input is logits instead of probabilities.
  bool from_logits = false;
  /// The share of each target that is spread evenly. In [0, 1].
  double label_smoothing = 0.0;
  /// The dimension of the classes, counted from the end if negative.
  std::int64_t axis = -1;
  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] categorical_focal_crossentropy with_alpha(losskit::parameter<LK_KIND_NUMBER | LK_KIND_NUMBERS> value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::alpha, std::move(value));
  }
  [[nodiscard]] categorical_focal_crossentropy with_gamma(double value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::gamma, std::move(value));
  }
  [[nodiscard]] categorical_focal_crossentropy with_from_logits(bool value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::from_logits, std::move(value));
  }
  [[nodiscard]] categorical_focal_crossentropy with_label_smoothing(double value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::label_smoothing, std::move(value));
  }
  [[nodiscard]] categorical_focal_crossentropy with_axis(std::int64_t value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::axis, std::move(value));
  }
  [[nodiscard]] categorical_focal_crossentropy with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::reduction, std::move(value));
  }
  [[nodiscard]] categorical_focal_crossentropy with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::input, std::move(value));
  }
  [[nodiscard]] categorical_focal_crossentropy with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::target, std::move(value));
  }
  [[nodiscard]] categorical_focal_crossentropy with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::sample_weight, std::move(value));
  }
  [[nodiscard]] categorical_focal_crossentropy with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_focal_crossentropy::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const categorical_focal_crossentropy defaults{};
    return losskit::detail::call_text("keras.categorical_focal_crossentropy")
        .add("alpha", alpha, defaults.alpha)
        .add("gamma", gamma, defaults.gamma)
        .add("from_logits", from_logits, defaults.from_logits)
        .add("label_smoothing", label_smoothing, defaults.label_smoothing)
        .add("axis", axis, defaults.axis)
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's Hinge.
///
///     mean over the last axis of max(0, 1 - y*x)
///
/// Labels 0 and 1 become -1 and 1 only if every label of the call is 0 or 1; otherwise labels are used as they are.
/// The mean over the last axis is the loss element.
///
/// Tasks: max-margin, binary. Reference: Keras 3, keras.losses.
struct hinge {
  using losskit_options = void;

  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] hinge with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &hinge::reduction, std::move(value));
  }
  [[nodiscard]] hinge with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &hinge::input, std::move(value));
  }
  [[nodiscard]] hinge with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &hinge::target, std::move(value));
  }
  [[nodiscard]] hinge with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &hinge::sample_weight, std::move(value));
  }
  [[nodiscard]] hinge with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &hinge::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const hinge defaults{};
    return losskit::detail::call_text("keras.hinge")
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's SquaredHinge.
///
///     mean over the last axis of max(0, 1 - y*x)^2
///
/// Labels 0 and 1 become -1 and 1 only if every label of the call is 0 or 1; otherwise labels are used as they are.
/// The mean over the last axis is the loss element.
///
/// Tasks: max-margin, binary. Reference: Keras 3, keras.losses.
struct squared_hinge {
  using losskit_options = void;

  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] squared_hinge with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &squared_hinge::reduction, std::move(value));
  }
  [[nodiscard]] squared_hinge with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &squared_hinge::input, std::move(value));
  }
  [[nodiscard]] squared_hinge with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &squared_hinge::target, std::move(value));
  }
  [[nodiscard]] squared_hinge with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &squared_hinge::sample_weight, std::move(value));
  }
  [[nodiscard]] squared_hinge with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &squared_hinge::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const squared_hinge defaults{};
    return losskit::detail::call_text("keras.squared_hinge")
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's CategoricalHinge.
///
///     max(0, 1 + max_c((1 - t_c)*x_c) - sum_c t_c*x_c)
///
/// Classes are on the last axis; targets are dense. The subgradient at the floor is 0; among equal maxima the first
/// class takes it.
///
/// Tasks: max-margin, multiclass. Reference: Keras 3, keras.losses.
struct categorical_hinge {
  using losskit_options = void;

  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] categorical_hinge with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &categorical_hinge::reduction, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_hinge::input, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &categorical_hinge::target, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_hinge::sample_weight, std::move(value));
  }
  [[nodiscard]] categorical_hinge with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &categorical_hinge::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const categorical_hinge defaults{};
    return losskit::detail::call_text("keras.categorical_hinge")
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's Dice.
///
///     1 - 2*I/(P + T + 1e-7), I = sum p*t, P = sum p, T = sum t
///
/// Without axis everything is summed, the batch and the classes too. With axis=[1, 2] masks of shape [batch, height,
/// width, class] give one loss element for each sample and class. An empty region that is predicted empty costs 1.
///
/// Tasks: segmentation. Reference: Keras 3, keras.losses.
struct dice {
  using losskit_options = void;

  /// The dimensions that are summed over; none means all.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_INTEGERS | LK_KIND_NONE> axis = losskit::none{};
  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] dice with_axis(losskit::parameter<LK_KIND_INTEGER | LK_KIND_INTEGERS | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::axis, std::move(value));
  }
  [[nodiscard]] dice with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &dice::reduction, std::move(value));
  }
  [[nodiscard]] dice with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &dice::input, std::move(value));
  }
  [[nodiscard]] dice with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &dice::target, std::move(value));
  }
  [[nodiscard]] dice with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::sample_weight, std::move(value));
  }
  [[nodiscard]] dice with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &dice::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const dice defaults{};
    return losskit::detail::call_text("keras.dice")
        .add("axis", axis, defaults.axis)
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

/// Keras's Tversky.
///
///     1 - I/(I + alpha*(T - I) + beta*(P - I) + 1e-7), I = sum p*t, P = sum p, T = sum t
///
/// alpha weighs false negatives T - I and beta false positives P - I: the reverse of tversky. Otherwise as
/// keras.dice.
///
/// Tasks: segmentation. Reference: Keras 3, keras.losses.
struct tversky {
  using losskit_options = void;

  /// The weight of false negatives. In [0, inf).
  double alpha = 0.5;
  /// The weight of false positives. In [0, inf).
  double beta = 0.5;
  /// The dimensions that are summed over; none means all.
  losskit::parameter<LK_KIND_INTEGER | LK_KIND_INTEGERS | LK_KIND_NONE> axis = losskit::none{};
  /// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
  /// One of sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
  losskit::keras::reduction reduction = losskit::keras::reduction::sum_over_batch_size;
  /// The operand that is differentiated.
  losskit::parameter<LK_KIND_OPERAND> input = losskit::operand("input");
  /// The operand that the input is compared with.
  losskit::parameter<LK_KIND_OPERAND> target = losskit::operand("target");
  /// A factor for each loss element, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> sample_weight = losskit::operand("sample_weight");
  /// Zero where a loss element is left out, where the call has it.
  losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> mask = losskit::operand("mask");

  [[nodiscard]] tversky with_alpha(double value) const {
    return losskit::detail::with(*this, &tversky::alpha, std::move(value));
  }
  [[nodiscard]] tversky with_beta(double value) const {
    return losskit::detail::with(*this, &tversky::beta, std::move(value));
  }
  [[nodiscard]] tversky with_axis(losskit::parameter<LK_KIND_INTEGER | LK_KIND_INTEGERS | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::axis, std::move(value));
  }
  [[nodiscard]] tversky with_reduction(losskit::keras::reduction value) const {
    return losskit::detail::with(*this, &tversky::reduction, std::move(value));
  }
  [[nodiscard]] tversky with_input(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &tversky::input, std::move(value));
  }
  [[nodiscard]] tversky with_target(losskit::parameter<LK_KIND_OPERAND> value) const {
    return losskit::detail::with(*this, &tversky::target, std::move(value));
  }
  [[nodiscard]] tversky with_sample_weight(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::sample_weight, std::move(value));
  }
  [[nodiscard]] tversky with_mask(losskit::parameter<LK_KIND_OPERAND | LK_KIND_NONE> value) const {
    return losskit::detail::with(*this, &tversky::mask, std::move(value));
  }

  /// The text of the loss, with each parameter that differs from its default.
  [[nodiscard]] std::string spec() const {
    const tversky defaults{};
    return losskit::detail::call_text("keras.tversky")
        .add("alpha", alpha, defaults.alpha)
        .add("beta", beta, defaults.beta)
        .add("axis", axis, defaults.axis)
        .add("reduction", reduction, defaults.reduction)
        .add("input", input, defaults.input)
        .add("target", target, defaults.target)
        .add("sample_weight", sample_weight, defaults.sample_weight)
        .add("mask", mask, defaults.mask)
        .finish();
  }
};

} // namespace keras

LOSSKIT_NAMESPACE_END

#endif
