/// \file
/// Where the work of a call runs: the calling thread, threads of the library's own, or the host's executor.
#ifndef LOSSKIT_CONTEXT_HPP
#define LOSSKIT_CONTEXT_HPP

#include <losskit/error.hpp>

#include <memory>

LOSSKIT_NAMESPACE_BEGIN

namespace detail {

struct context_deleter {
  void operator()(lk_context *context) const noexcept { lk_context_destroy(context); }
};

} // namespace detail

/// Threads and scratch memory. Move-only; destroying it joins its threads. One may serve many threads at once. The
/// results of a call never depend on it, not in a single bit.
class context {
public:
  /// The calling thread: no threads are made.
  context() noexcept = default;

  /// A pool of the context's own, of as many threads; 0 is what the machine and its limits allow.
  [[nodiscard]] static status try_create(unsigned threads, context &result) noexcept {
    lk_context_options options = {};
    options.struct_size = sizeof options;
    options.threads = threads;
    return make(options, result);
  }

  /// The host's own pool. `executor` is one of losskit/executors.hpp, or an lk_executor, and must outlive the context.
  template <class Executor>
  [[nodiscard]] static status try_create_on(const Executor &executor, context &result) noexcept {
    lk_context_options options = {};
    options.struct_size = sizeof options;
    options.executor = raw_executor(executor);
    return make(options, result);
  }

#if LOSSKIT_EXCEPTIONS
  /// As try_create; throws losskit::error.
  explicit context(unsigned threads) { detail::require(try_create(threads, *this)); }

  /// As try_create_on; throws losskit::error.
  template <class Executor> [[nodiscard]] static context on(const Executor &executor) {
    context result;
    detail::require(try_create_on(executor, result));
    return result;
  }
#endif

  /// The object of the C API; NULL for the calling thread.
  [[nodiscard]] lk_context *raw() const noexcept { return handle_.get(); }

private:
  static const lk_executor *raw_executor(const lk_executor &executor) noexcept { return &executor; }
  template <class Executor> static const lk_executor *raw_executor(const Executor &executor) noexcept {
    return executor.raw();
  }

  static status make(const lk_context_options &options, context &result) noexcept {
    status outcome = check_version();
    if (!outcome.ok()) {
      return outcome;
    }
    lk_context *handle = nullptr;
    outcome.returned(lk_context_create(&options, &handle, outcome.raw()));
    if (outcome.ok()) {
      result.handle_.reset(handle);
    }
    return outcome;
  }

  std::unique_ptr<lk_context, detail::context_deleter> handle_;
};

LOSSKIT_NAMESPACE_END

#endif
