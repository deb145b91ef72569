/// \file
/// How a call says that it failed: `status` everywhere, `error` where there are exceptions, and the check that the
/// library at run time is the one that these headers describe.
#ifndef LOSSKIT_ERROR_HPP
#define LOSSKIT_ERROR_HPP

#include <losskit/config.hpp>

#include <cstdint>
#include <cstdio>
#include <stdexcept>

LOSSKIT_NAMESPACE_BEGIN

/// Why a call failed. The numbers are the C API's and are only ever added to; a newer library may return one that
/// has no name here yet.
enum class code : lk_status {
  ok = LK_OK,
  invalid_argument = LK_INVALID_ARGUMENT,
  invalid_spec = LK_INVALID_SPEC,
  invalid_shape = LK_INVALID_SHAPE,
  invalid_dtype = LK_INVALID_DTYPE,
  invalid_target = LK_INVALID_TARGET,
  overlap = LK_OVERLAP,
  unsupported = LK_UNSUPPORTED,
  empty = LK_EMPTY,
  out_of_memory = LK_OUT_OF_MEMORY,
  internal = LK_INTERNAL,
};

/// The short name of a code, such as "invalid shape". Static text.
[[nodiscard]] inline const char *name(code value) noexcept { return lk_status_string(static_cast<lk_status>(value)); }

/// The outcome of a call: a code, the offending position and a sentence. 256 bytes, copied freely, never allocates.
class [[nodiscard]] status {
public:
  /// Success.
  status() noexcept : raw_{} {
    raw_.struct_size = sizeof(lk_error);
    raw_.index = -1;
  }

  /// A failure found by the binding itself, before the library was asked. The message is cut to 239 bytes.
  template <class... Values>
  static status failure(losskit::code code, std::int64_t index, const char *format, Values... values) noexcept {
    status failed;
    failed.raw_.status = static_cast<lk_status>(code);
    failed.raw_.index = index;
    if constexpr (sizeof...(Values) == 0) {
      std::snprintf(failed.raw_.message, sizeof failed.raw_.message, "%s", format);
    } else {
      std::snprintf(failed.raw_.message, sizeof failed.raw_.message, format, values...);
    }
    return failed;
  }

  /// Whether the call succeeded. After a failure nothing was written to any output.
  [[nodiscard]] bool ok() const noexcept { return raw_.status == LK_OK; }

  /// What kind of failure it was.
  [[nodiscard]] losskit::code code() const noexcept { return static_cast<losskit::code>(raw_.status); }

  /// The offending element, row, operand or byte of the spec; -1 if there is none.
  [[nodiscard]] std::int64_t index() const noexcept { return raw_.index; }

  /// A sentence: what was found, what was expected, where. Empty after success; lives as long as this object.
  [[nodiscard]] const char *message() const noexcept { return raw_.message; }

  /// For passing to the C API.
  [[nodiscard]] lk_error *raw() noexcept { return &raw_; }

  /// Takes over the code that a C function returned, which also covers a failure that wrote no lk_error.
  status &returned(lk_status value) noexcept {
    raw_.status = value;
    return *this;
  }

private:
  lk_error raw_;
};

#if LOSSKIT_EXCEPTIONS
/// What the throwing forms throw. `what()` is the status's sentence.
class error : public std::runtime_error {
public:
  explicit error(const losskit::status &status)
      : std::runtime_error(*status.message() != '\0' ? status.message() : losskit::name(status.code())),
        status_(status) {}

  /// The whole outcome.
  [[nodiscard]] const losskit::status &status() const noexcept { return status_; }
  /// What kind of failure it was.
  [[nodiscard]] losskit::code code() const noexcept { return status_.code(); }
  /// The offending element, row, operand or byte of the spec; -1 if there is none.
  [[nodiscard]] std::int64_t index() const noexcept { return status_.index(); }

private:
  losskit::status status_;
};
#endif

namespace detail {

#if LOSSKIT_EXCEPTIONS
inline void require(const status &outcome) {
  if (!outcome.ok()) {
    throw error(outcome);
  }
}
#endif

/// Layouts are stable within a major version, and within a minor one while the major is 0.
constexpr bool compatible(std::uint32_t header, std::uint32_t library) noexcept {
  const bool same_major = (header >> 16) == (library >> 16);
  const bool same_minor = ((header >> 8) & 0xff) == ((library >> 8) & 0xff);
  return same_major && (same_minor || (header >> 16) != 0);
}

inline status check_version(std::uint32_t library) noexcept {
  constexpr std::uint32_t header = LK_VERSION;
  if (compatible(header, library)) {
    return {};
  }
  return status::failure(code::unsupported, -1,
                         "the losskit library is version %u.%u.%u, but this program was compiled with the headers of "
                         "version %u.%u.%u; install the library of that release or compile again",
                         library >> 16, (library >> 8) & 0xff, library & 0xff, header >> 16, (header >> 8) & 0xff,
                         header & 0xff);
}

} // namespace detail

/// Whether the library that is loaded is one that these headers describe; the message names both versions. Everything
/// that makes a loss, a context or advice asks this first, so that a mismatch is a sentence and not a crash.
inline const status &check_version() noexcept {
  static const status outcome = detail::check_version(lk_version());
  return outcome;
}

LOSSKIT_NAMESPACE_END

#endif
