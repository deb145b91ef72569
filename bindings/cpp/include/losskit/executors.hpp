/// \file
/// Adapters that lend losskit the threads a program already has. Each must outlive the contexts made on it.
///
///     losskit::thread_pool pool(4);                                         // std::thread
///     auto pool = losskit::pthreadpool_executor(pthreadpool);               // include <pthreadpool.h> first
///     auto pool = losskit::onnxruntime_executor(kernel_context, threads);   // Ort::KernelContext
///     auto pool = losskit::tbb_executor();                                  // with LOSSKIT_WITH_TBB defined
///     auto pool = losskit::openmp_executor();                               // compiled with -fopenmp
///     auto pool = losskit::executor(loop, threads);                         // any loop(count, task)
///
///     losskit::context context = losskit::context::on(pool);
#ifndef LOSSKIT_EXECUTORS_HPP
#define LOSSKIT_EXECUTORS_HPP

#include <losskit/context.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#ifdef LOSSKIT_WITH_TBB
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#endif
#ifdef _OPENMP
#include <omp.h>
#endif

LOSSKIT_NAMESPACE_BEGIN

/// The work of a parallel loop: task(index) does the piece of that index, on any thread, in any order.
/// `function(argument, index)` is the same for pools with a C interface.
struct parallel_task {
  void (*function)(void *argument, std::size_t index) = nullptr;
  void *argument = nullptr;
  void operator()(std::size_t index) const noexcept { function(argument, index); }
};

/// A host's parallel loop as an executor. `loop(count, task)` runs a parallel_task for every index below count and
/// returns when all have run; it may be called from several threads at once. Should it throw or run too few, the calling
/// thread finishes the work, so that results are whole whatever the pool did; what it threw is kept.
template <class Loop> class executor {
public:
  /// `concurrency` is how many tasks the pool runs at a time. A hint: results never depend on it.
  explicit executor(Loop loop, std::uint32_t concurrency) noexcept(std::is_nothrow_move_constructible_v<Loop>)
      : loop_(std::move(loop)), raw_{} {
    raw_.struct_size = sizeof raw_;
    raw_.concurrency = concurrency;
    raw_.user = this;
    raw_.parallel_for = &executor::parallel_for;
  }
  executor(const executor &) = delete; // contexts hold its address
  executor &operator=(const executor &) = delete;

  /// The executor of the C API, pointing into this object.
  [[nodiscard]] const lk_executor *raw() const noexcept { return &raw_; }

#if LOSSKIT_EXCEPTIONS
  /// What the loop threw last, which is then forgotten; empty if it never threw.
  [[nodiscard]] std::exception_ptr take_exception() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(exception_, nullptr);
  }
#endif

private:
  /// Each call of claim() by the pool runs the next piece. The index that the pool passes is not used: so the pieces
  /// left over by a pool that gave up are known.
  struct claims {
    parallel_task task;
    std::size_t count;
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> finished{0};

    claims(parallel_task work, std::size_t pieces) noexcept : task(work), count(pieces) {}

    bool claim() noexcept {
      const std::size_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) {
        return false;
      }
      task(index);
      finished.fetch_add(1, std::memory_order_release);
      return true;
    }

    static void run(void *self, std::size_t) noexcept { static_cast<claims *>(self)->claim(); }
  };

  static void parallel_for(void *user, std::size_t count, void (*function)(void *, std::size_t),
                           void *argument) noexcept {
    auto *self = static_cast<executor *>(user);
    claims work(parallel_task{function, argument}, count);
#if LOSSKIT_EXCEPTIONS
    try {
      self->loop_(count, parallel_task{&claims::run, &work});
    } catch (...) {
      const std::lock_guard<std::mutex> lock(self->mutex_);
      self->exception_ = std::current_exception();
    }
#else
    self->loop_(count, parallel_task{&claims::run, &work});
#endif
    while (work.claim()) {
    }
    while (work.finished.load(std::memory_order_acquire) != count) {
      std::this_thread::yield();
    }
  }

  Loop loop_;
  lk_executor raw_;
#if LOSSKIT_EXCEPTIONS
  std::mutex mutex_;
  std::exception_ptr exception_;
#endif
};

namespace detail {

/// Persistent std::threads that share one loop at a time. The caller works too; a caller that finds the threads busy, or
/// is one of them, does its loop alone.
class thread_loop {
public:
  explicit thread_loop(std::uint32_t threads) : shared_(new shared_state) {
    for (std::uint32_t worker = 1; worker < threads; ++worker) {
#if LOSSKIT_EXCEPTIONS
      try {
        workers_.emplace_back([state = shared_.get()] { work(*state); });
      } catch (...) {
        break; // fewer threads are slower, not wrong
      }
#else
      workers_.emplace_back([state = shared_.get()] { work(*state); });
#endif
    }
  }
  thread_loop(thread_loop &&) noexcept = default;
  thread_loop &operator=(thread_loop &&) = delete;
  ~thread_loop() {
    if (!shared_) {
      return;
    }
    {
      const std::lock_guard<std::mutex> lock(shared_->mutex);
      shared_->stop = true;
    }
    shared_->wake.notify_all();
    for (std::thread &worker : workers_) {
      worker.join();
    }
  }

  void operator()(std::size_t count, parallel_task task) {
    shared_state &state = *shared_;
    std::unique_lock<std::mutex> lock(state.mutex);
    if (state.busy || workers_.empty()) {
      lock.unlock();
      for (std::size_t index = 0; index < count; ++index) {
        task(index);
      }
      return;
    }
    state.busy = true;
    state.task = task;
    state.next = 0;
    state.count = count;
    lock.unlock();
    state.wake.notify_all();
    lock.lock();
    take_pieces(state, lock);
    state.done.wait(lock, [&state] { return state.running == 0; });
    state.busy = false;
  }

private:
  struct shared_state {
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable done;
    parallel_task task;
    std::size_t next = 0;
    std::size_t count = 0;
    std::size_t running = 0;
    bool busy = false;
    bool stop = false;
  };

  /// Runs pieces until none is left. The lock is held between pieces: they are blocks of work, far longer than a lock.
  static void take_pieces(shared_state &state, std::unique_lock<std::mutex> &lock) noexcept {
    while (state.next < state.count) {
      const std::size_t index = state.next++;
      const parallel_task task = state.task;
      ++state.running;
      lock.unlock();
      task(index);
      lock.lock();
      --state.running;
    }
  }

  static void work(shared_state &state) noexcept {
    std::unique_lock<std::mutex> lock(state.mutex);
    while (true) {
      state.wake.wait(lock, [&state] { return state.stop || state.next < state.count; });
      if (state.stop) {
        return;
      }
      take_pieces(state, lock);
      if (state.running == 0) {
        state.done.notify_all();
      }
    }
  }

  std::unique_ptr<shared_state> shared_;
  std::vector<std::thread> workers_;
};

inline std::uint32_t hardware_threads(std::uint32_t asked) noexcept {
  if (asked != 0) {
    return asked;
  }
  const unsigned available = std::thread::hardware_concurrency();
  return available != 0 ? available : 1;
}

/// The function is found in the pool's namespace when the template is used, so its header is not needed here.
template <class Pool> struct pthreadpool_loop {
  Pool pool;
  void operator()(std::size_t count, parallel_task task) const {
    pthreadpool_parallelize_1d(pool, task.function, task.argument, count, 0u);
  }
};

template <class KernelContext> struct onnxruntime_loop {
  const KernelContext *kernel;
  void operator()(std::size_t count, parallel_task task) const {
    kernel->ParallelFor(task.function, count, 0, task.argument);
  }
};

} // namespace detail

/// A pool of std::threads: `threads` in all with the calling one, as many as the machine has for 0.
class thread_pool : public executor<detail::thread_loop> {
public:
  explicit thread_pool(std::uint32_t threads = 0)
      : executor(detail::thread_loop(detail::hardware_threads(threads)), detail::hardware_threads(threads)) {}
};

/// A `pthreadpool_t` of <pthreadpool.h>, which must be included before this is used.
template <class Pool> [[nodiscard]] executor<detail::pthreadpool_loop<Pool>> pthreadpool_executor(Pool pool) {
  return executor<detail::pthreadpool_loop<Pool>>({pool}, static_cast<std::uint32_t>(pthreadpool_get_threads_count(pool)));
}

/// The intra-op threads of the ONNX Runtime kernel that is being computed: an `Ort::KernelContext`, or anything with its
/// ParallelFor(function, total, num_batch, argument). `concurrency` is the session's number of threads.
template <class KernelContext>
[[nodiscard]] executor<detail::onnxruntime_loop<KernelContext>> onnxruntime_executor(const KernelContext &kernel,
                                                                                   std::uint32_t concurrency) {
  return executor<detail::onnxruntime_loop<KernelContext>>({&kernel}, concurrency);
}

#ifdef LOSSKIT_WITH_TBB
namespace detail {
struct tbb_loop {
  void operator()(std::size_t count, parallel_task task) const { tbb::parallel_for(std::size_t{0}, count, task); }
};
} // namespace detail

/// oneTBB's arena of the calling thread.
[[nodiscard]] inline executor<detail::tbb_loop> tbb_executor() {
  return executor<detail::tbb_loop>({}, static_cast<std::uint32_t>(tbb::this_task_arena::max_concurrency()));
}
#endif

#ifdef _OPENMP
namespace detail {
struct openmp_loop {
  void operator()(std::size_t count, parallel_task task) const {
    // OpenMP before 5.0 wants a signed loop variable.
    const auto last = static_cast<std::ptrdiff_t>(count);
#pragma omp parallel for schedule(dynamic)
    for (std::ptrdiff_t index = 0; index < last; ++index) {
      task(static_cast<std::size_t>(index));
    }
  }
};
} // namespace detail

/// OpenMP's team of the calling thread.
[[nodiscard]] inline executor<detail::openmp_loop> openmp_executor() {
  return executor<detail::openmp_loop>({}, static_cast<std::uint32_t>(omp_get_max_threads()));
}
#endif

LOSSKIT_NAMESPACE_END

#endif
