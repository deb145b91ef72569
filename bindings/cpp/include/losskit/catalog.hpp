/// \file
/// The catalog: every loss and parameter that a spec may name, as the library itself declares them.
///
///     for (const losskit::loss_info &loss : losskit::catalog()) std::puts(loss.name);
#ifndef LOSSKIT_CATALOG_HPP
#define LOSSKIT_CATALOG_HPP

#include <losskit/error.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>

LOSSKIT_NAMESPACE_BEGIN

/// One parameter of a loss. All text is static.
struct parameter_info {
  const char *name = "";
  std::uint32_t kinds = 0;        ///< what it accepts: LK_KIND_… or-ed
  const char *default_value = ""; ///< as spec text: "1e-5", "logits", "none", "@input"
  const char *range = "";         ///< "(0, inf)", "[0, 1)", "logits | probs", or empty
  const char *summary = "";
};

/// One loss. All text is static.
struct loss_info {
  const char *name = ""; ///< as written in a spec: "huber", "keras.huber"
  const char *summary = "";
  const char *formula = "";
  const char *details = "";   ///< subgradients, clamps, divisor, conventions
  const char *tasks = "";     ///< "regression", "binary, multilabel", …
  const char *reference = ""; ///< where the definition comes from
  std::size_t position = 0;   ///< its index in the catalog
  std::size_t parameter_count = 0;
};

/// The loss at a position of the catalog.
[[nodiscard]] inline status try_catalog_loss(std::size_t position, loss_info &result) noexcept {
  lk_loss_info info = {};
  info.struct_size = sizeof info;
  status outcome = check_version();
  if (!outcome.ok()) {
    return outcome;
  }
  outcome.returned(lk_catalog_loss(position, &info, outcome.raw()));
  if (outcome.ok()) {
    result = {info.name,  info.summary,   info.formula, info.details,
              info.tasks, info.reference, position,     info.parameter_count};
  }
  return outcome;
}

/// A parameter of the loss at a position of the catalog, in canonical order.
[[nodiscard]] inline status try_catalog_parameter(std::size_t loss, std::size_t position,
                                                  parameter_info &result) noexcept {
  lk_parameter_info info = {};
  info.struct_size = sizeof info;
  status outcome = check_version();
  if (!outcome.ok()) {
    return outcome;
  }
  outcome.returned(lk_catalog_parameter(loss, position, &info, outcome.raw()));
  if (outcome.ok()) {
    result = {info.name, info.kinds, info.default_value, info.range, info.summary};
  }
  return outcome;
}

namespace detail {

/// A range whose elements are fetched by position. Positions below its size cannot fail.
template <class Info, class Fetch> class fetched_range {
public:
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Info;
    using difference_type = std::ptrdiff_t;
    using pointer = const Info *;
    using reference = Info;

    iterator(Fetch fetch, std::size_t position) noexcept : fetch_(fetch), position_(position) {}
    [[nodiscard]] Info operator*() const noexcept { return fetch_(position_); }
    iterator &operator++() noexcept {
      ++position_;
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator before = *this;
      ++position_;
      return before;
    }
    friend bool operator==(const iterator &left, const iterator &right) noexcept {
      return left.position_ == right.position_;
    }
    friend bool operator!=(const iterator &left, const iterator &right) noexcept { return !(left == right); }

  private:
    Fetch fetch_;
    std::size_t position_;
  };

  fetched_range(Fetch fetch, std::size_t size) noexcept : fetch_(fetch), size_(size) {}
  [[nodiscard]] iterator begin() const noexcept { return iterator(fetch_, 0); }
  [[nodiscard]] iterator end() const noexcept { return iterator(fetch_, size_); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] Info operator[](std::size_t position) const noexcept { return fetch_(position); }

private:
  Fetch fetch_;
  std::size_t size_;
};

struct fetch_loss {
  loss_info operator()(std::size_t position) const noexcept {
    loss_info info;
    static_cast<void>(try_catalog_loss(position, info).ok());
    return info;
  }
};

struct fetch_parameter {
  std::size_t loss;
  parameter_info operator()(std::size_t position) const noexcept {
    parameter_info info;
    static_cast<void>(try_catalog_parameter(loss, position, info).ok());
    return info;
  }
};

} // namespace detail

/// All losses, in the order of the documentation. Empty when the library's version does not fit the headers.
[[nodiscard]] inline detail::fetched_range<loss_info, detail::fetch_loss> catalog() noexcept {
  return {detail::fetch_loss{}, check_version().ok() ? lk_catalog_count() : 0};
}

/// The parameters of one loss of the catalog.
[[nodiscard]] inline detail::fetched_range<parameter_info, detail::fetch_parameter>
parameters(const loss_info &loss) noexcept {
  return {detail::fetch_parameter{loss.position}, loss.parameter_count};
}

LOSSKIT_NAMESPACE_END

#endif
