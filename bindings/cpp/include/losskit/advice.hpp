/// \file
/// The advisor: which loss to use for a task, a model and its data.
///
///     losskit::advice advice(losskit::advise_options(losskit::task::binary).output(losskit::model_output::logits).target(labels));
///     for (std::size_t rank = 0; rank < advice.size(); ++rank) std::puts(advice[rank].reason);
#ifndef LOSSKIT_ADVICE_HPP
#define LOSSKIT_ADVICE_HPP

#include <losskit/view.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

LOSSKIT_NAMESPACE_BEGIN

/// What is to be learned.
enum class task : std::uint32_t {
  regression = LK_TASK_REGRESSION,
  binary = LK_TASK_BINARY,
  multiclass = LK_TASK_MULTICLASS,
  multilabel = LK_TASK_MULTILABEL,
  segmentation = LK_TASK_SEGMENTATION,
  max_margin = LK_TASK_MAX_MARGIN,
};

/// What the model emits.
enum class model_output : std::uint32_t {
  unknown = LK_OUTPUT_UNKNOWN,
  scores = LK_OUTPUT_SCORES,
  logits = LK_OUTPUT_LOGITS,
  probabilities = LK_OUTPUT_PROBABILITIES,
};

/// The question: a task, and what can be shown of the model and the data.
class advise_options {
public:
  explicit advise_options(losskit::task task) noexcept : task_(task) {}

  /// What the model emits; unknown unless said.
  advise_options &output(model_output kind) noexcept {
    output_ = kind;
    return *this;
  }
  /// The number of classes; taken from the predictions' class axis or the largest label unless said.
  advise_options &class_count(std::uint32_t count) noexcept {
    class_count_ = count;
    return *this;
  }
  /// The targets to be learned from.
  advise_options &target(const view &values) noexcept {
    target_ = values;
    return *this;
  }
  /// Predictions of a model, of the target's shape for regression, and with classes on axis 1.
  advise_options &prediction(const view &values) noexcept {
    prediction_ = values;
    return *this;
  }

  /// The options for the C API, pointing into this object.
  [[nodiscard]] lk_advise_options raw() const noexcept {
    lk_advise_options result = {};
    result.struct_size = sizeof result;
    result.task = static_cast<std::uint32_t>(task_);
    result.output = static_cast<std::uint32_t>(output_);
    result.class_count = class_count_;
    result.target = target_ ? target_->raw() : nullptr;
    result.prediction = prediction_ ? prediction_->raw() : nullptr;
    return result;
  }

  /// Whether the views can be used.
  [[nodiscard]] status check() const noexcept {
    status outcome = target_ ? target_->check("target") : status();
    return outcome.ok() && prediction_ ? prediction_->check("prediction") : outcome;
  }

private:
  losskit::task task_;
  model_output output_ = model_output::unknown;
  std::uint32_t class_count_ = 0;
  std::optional<view> target_;
  std::optional<view> prediction_;
};

/// One recommendation. The text lives as long as the advice.
struct recommendation {
  const char *spec = "";   ///< ready for losskit::loss
  const char *reason = ""; ///< in words, with the numbers it rests on
};

/// One number that a reason rests on. The text lives as long as the advice.
struct evidence {
  const char *name = "";
  double value = 0;
};

namespace detail {

struct advice_deleter {
  void operator()(lk_advice *advice) const noexcept { lk_advice_destroy(advice); }
};

} // namespace detail

/// Recommendations, the best first, and the numbers behind them. Move-only.
class advice {
public:
  /// No advice yet.
  advice() noexcept = default;

  /// Looks at the data and ranks the losses.
  [[nodiscard]] static status try_create(const advise_options &options, advice &result) noexcept {
    status outcome = check_version();
    if (outcome.ok()) {
      outcome = options.check();
    }
    if (outcome.ok()) {
      const lk_advise_options raw_options = options.raw();
      lk_advice *handle = nullptr;
      outcome.returned(lk_advise(&raw_options, &handle, outcome.raw()));
      if (outcome.ok()) {
        result.handle_.reset(handle);
      }
    }
    return outcome;
  }

#if LOSSKIT_EXCEPTIONS
  /// As try_create; throws losskit::error.
  explicit advice(const advise_options &options) { detail::require(try_create(options, *this)); }
#endif

  /// Number of recommendations.
  [[nodiscard]] std::size_t size() const noexcept { return handle_ ? lk_advice_count(handle_.get()) : 0; }

  /// A recommendation; with empty texts at or beyond size().
  [[nodiscard]] recommendation operator[](std::size_t rank) const noexcept {
    recommendation result;
    if (rank < size()) {
      static_cast<void>(lk_advice_item(handle_.get(), rank, &result.spec, &result.reason, nullptr));
    }
    return result;
  }

  /// Number of pieces of evidence.
  [[nodiscard]] std::size_t evidence_size() const noexcept {
    return handle_ ? lk_advice_evidence_count(handle_.get()) : 0;
  }

  /// A piece of evidence; with an empty name at or beyond evidence_size().
  [[nodiscard]] losskit::evidence evidence(std::size_t position) const noexcept {
    losskit::evidence result;
    if (position < evidence_size()) {
      static_cast<void>(lk_advice_evidence(handle_.get(), position, &result.name, &result.value, nullptr));
    }
    return result;
  }

  /// The object of the C API.
  [[nodiscard]] const lk_advice *raw() const noexcept { return handle_.get(); }

private:
  std::unique_ptr<lk_advice, detail::advice_deleter> handle_;
};

LOSSKIT_NAMESPACE_END

#endif
