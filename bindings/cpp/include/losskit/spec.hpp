/// \file
/// What the typed options of options.hpp are made of: values of a parameter, their text, and weighted sums of losses.
#ifndef LOSSKIT_SPEC_HPP
#define LOSSKIT_SPEC_HPP

#include <losskit/operand.hpp>

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

LOSSKIT_NAMESPACE_BEGIN

/// The word none, for parameters that accept it.
struct none {
  friend constexpr bool operator==(none, none) noexcept { return true; }
};

namespace detail {

/// The name of an operand, written @name in a spec.
struct operand_name {
  std::string text;
  friend bool operator==(const operand_name &left, const operand_name &right) { return left.text == right.text; }
};

/// A word of a parameter that accepts other kinds of value too.
struct word {
  std::string_view text;
  friend bool operator==(const word &left, const word &right) { return left.text == right.text; }
};

using any_value = std::variant<none, double, std::int64_t, bool, word, std::vector<double>, std::vector<std::int64_t>,
                               operand_name>;

/// Shortest text that reads back as the same number, in every locale.
template <class Number> void append_number(std::string &text, Number number) {
  char digits[32];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof digits, number);
  text.append(digits, end.ptr);
}

inline void append_value(std::string &text, none) { text += "none"; }
inline void append_value(std::string &text, double number) { append_number(text, number); }
inline void append_value(std::string &text, std::int64_t number) { append_number(text, number); }
inline void append_value(std::string &text, bool truth) { text += truth ? "true" : "false"; }
inline void append_value(std::string &text, word name) { text += name.text; }
inline void append_value(std::string &text, const operand_name &name) {
  text += '@';
  text += name.text;
}
template <class Number> void append_value(std::string &text, const std::vector<Number> &numbers) {
  text += '[';
  const char *separator = "";
  for (const Number number : numbers) {
    text += separator;
    append_number(text, number);
    separator = ", ";
  }
  text += ']';
}
inline void append_value(std::string &text, const any_value &value) {
  std::visit([&text](const auto &held) { append_value(text, held); }, value);
}
/// An enumerator of options.hpp, by its word.
template <class Enum, class = std::enable_if_t<std::is_enum_v<Enum>>> void append_value(std::string &text, Enum value) {
  text += word_of(value);
}

} // namespace detail

/// A value of a parameter that accepts several kinds: `Kinds` are the LK_KIND_… bits, and `Word` is the enum of its
/// words, if it accepts words. It converts from each kind that is accepted and from nothing else.
template <std::uint32_t Kinds, class Word = void> class parameter {
  template <std::uint32_t Bit, class T> using accepts = std::enable_if_t<(Kinds & Bit) != 0 && !std::is_void_v<T>, int>;
  template <class T> static constexpr bool is_integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;
  template <class T>
  static constexpr bool is_number = std::is_floating_point_v<T> || (is_integer<T> && (Kinds & LK_KIND_INTEGER) == 0);

public:
  /// none
  template <class T = none, accepts<LK_KIND_NONE, T> = 0> parameter(none) : value_(none{}) {}
  /// A number; whole numbers too.
  template <class T, accepts<LK_KIND_NUMBER, T> = 0, std::enable_if_t<is_number<T>, int> = 0>
  parameter(T number) : value_(static_cast<double>(number)) {}
  /// A whole number.
  template <class T, accepts<LK_KIND_INTEGER, T> = 0, std::enable_if_t<is_integer<T>, int> = 0>
  parameter(T number) : value_(static_cast<std::int64_t>(number)) {}
  /// true or false
  template <class T, accepts<LK_KIND_BOOLEAN, T> = 0, std::enable_if_t<std::is_same_v<T, bool>, int> = 0>
  parameter(T truth) : value_(truth) {}
  /// One of the parameter's words.
  template <class T, accepts<LK_KIND_WORD, T> = 0, std::enable_if_t<std::is_same_v<T, Word>, int> = 0>
  parameter(T word) : value_(detail::word{word_of(word)}) {}
  /// A list of numbers.
  template <class T = double, accepts<LK_KIND_NUMBERS, T> = 0>
  parameter(std::initializer_list<double> numbers) : value_(std::vector<double>(numbers)) {}
  template <class T = double, accepts<LK_KIND_NUMBERS, T> = 0>
  parameter(std::vector<double> numbers) : value_(std::move(numbers)) {}
  /// A list of whole numbers.
  template <class T = int, accepts<LK_KIND_INTEGERS, T> = 0>
  parameter(std::initializer_list<std::int64_t> numbers) : value_(std::vector<std::int64_t>(numbers)) {}
  template <class T = int, accepts<LK_KIND_INTEGERS, T> = 0>
  parameter(std::vector<std::int64_t> numbers) : value_(std::move(numbers)) {}
  /// A tensor of the call, by its name.
  template <class T = operand, accepts<LK_KIND_OPERAND, T> = 0>
  parameter(const operand &tensor)
      : value_(detail::operand_name{tensor.name() != nullptr ? tensor.name() : ""}) {}

  /// The value as it stands.
  [[nodiscard]] const detail::any_value &value() const noexcept { return value_; }

  friend bool operator==(const parameter &left, const parameter &right) { return left.value_ == right.value_; }
  friend bool operator!=(const parameter &left, const parameter &right) { return !(left == right); }

private:
  detail::any_value value_;
};

namespace detail {

template <std::uint32_t Kinds, class Word> void append_value(std::string &text, const parameter<Kinds, Word> &value) {
  append_value(text, value.value());
}

/// Builds `name(key=value, …)` from the parameters that differ from their defaults.
class call_text {
public:
  explicit call_text(std::string_view name) : text_(name) {}

  template <class T> call_text &add(std::string_view key, const T &value, const T &default_value) {
    if (!(value == default_value)) {
      text_ += open_ ? ", " : "(";
      open_ = true;
      text_ += key;
      text_ += '=';
      append_value(text_, value);
    }
    return *this;
  }

  [[nodiscard]] std::string finish() const { return open_ ? text_ + ')' : text_; }

private:
  std::string text_;
  bool open_ = false;
};

/// A copy of the options in which one member has another value.
template <class Options, class T> Options with(Options options, T Options::*member, T value) {
  options.*member = std::move(value);
  return options;
}

template <class T, class = void> inline constexpr bool is_options = false;
template <class T> inline constexpr bool is_options<T, std::void_t<typename T::losskit_options>> = true;

} // namespace detail

/// Losses with weights, as `0.7 * cross_entropy{} + 0.3 * dice{}` makes it. Evaluates where a loss is made from it.
class weighted_sum {
public:
  using losskit_options = void;

  weighted_sum() = default;
  template <class Options, std::enable_if_t<detail::is_options<Options>, int> = 0>
  weighted_sum(const Options &options) : terms_{{1.0, options.spec()}} {}

  /// The text of the sum: terms in order, weights that are not 1 in front.
  [[nodiscard]] std::string spec() const {
    std::string text;
    for (const term &entry : terms_) {
      const bool negative = entry.weight < 0;
      if (text.empty()) {
        text += negative ? "-" : "";
      } else {
        text += negative ? " - " : " + ";
      }
      const double magnitude = negative ? -entry.weight : entry.weight;
      if (!(magnitude == 1.0)) {
        detail::append_number(text, magnitude);
        text += '*';
      }
      text += entry.spec;
    }
    return text;
  }

  weighted_sum &operator+=(const weighted_sum &other) {
    terms_.reserve(terms_.size() + other.terms_.size());
    const std::size_t added = other.terms_.size(); // other may be *this
    for (std::size_t position = 0; position < added; ++position) {
      terms_.push_back(other.terms_[position]);
    }
    return *this;
  }
  weighted_sum &operator*=(double factor) {
    for (term &entry : terms_) {
      entry.weight *= factor;
    }
    return *this;
  }
  weighted_sum &operator-=(const weighted_sum &other) {
    weighted_sum negated = other;
    return *this += negated *= -1.0;
  }

private:
  struct term {
    double weight;
    std::string spec;
  };
  std::vector<term> terms_;
};

namespace detail {
template <class... T> using if_options = std::enable_if_t<(is_options<T> && ...), int>;
}

template <class Left, class Right, detail::if_options<Left, Right> = 0>
[[nodiscard]] weighted_sum operator+(const Left &left, const Right &right) {
  weighted_sum sum(left);
  return sum += weighted_sum(right);
}
template <class Left, class Right, detail::if_options<Left, Right> = 0>
[[nodiscard]] weighted_sum operator-(const Left &left, const Right &right) {
  weighted_sum sum(left);
  return sum -= weighted_sum(right);
}
template <class Options, detail::if_options<Options> = 0>
[[nodiscard]] weighted_sum operator-(const Options &options) {
  weighted_sum sum(options);
  return sum *= -1.0;
}
template <class Options, detail::if_options<Options> = 0>
[[nodiscard]] weighted_sum operator*(double weight, const Options &options) {
  weighted_sum sum(options);
  return sum *= weight;
}
template <class Options, detail::if_options<Options> = 0>
[[nodiscard]] weighted_sum operator*(const Options &options, double weight) {
  return weight * options;
}

LOSSKIT_NAMESPACE_END

#endif
