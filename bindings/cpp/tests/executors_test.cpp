// The same bits on every executor, and executors that misbehave.
#ifdef LOSSKIT_TESTS_PTHREADPOOL
#include <pthreadpool.h>
#endif
#include <losskit/losskit.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <future>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t rows = 1500;
constexpr std::size_t classes = 97;

struct outcome {
  double value = 0;
  std::vector<float> gradient = std::vector<float>(rows * classes);
  bool operator==(const outcome &other) const {
    return std::memcmp(&value, &other.value, sizeof value) == 0 &&
           std::memcmp(gradient.data(), other.gradient.data(), gradient.size() * sizeof(float)) == 0;
  }
};

outcome evaluate(const losskit::context &context) {
  std::vector<float> logits(rows * classes);
  std::vector<std::int32_t> labels(rows);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    logits[i] = static_cast<float>(i * 7919 % 1009) / 101.0f - 5.0f;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    labels[i] = static_cast<std::int32_t>(i * 31 % classes);
  }
  static const losskit::loss loss("cross_entropy(label_smoothing=0.1)");
  outcome result;
  result.value = loss.evaluate({logits, {rows, classes}}, labels, {result.gradient, {rows, classes}}, context);
  return result;
}

template <class Executor> void expect_same_bits(const Executor &executor) {
  EXPECT_TRUE(evaluate(losskit::context::on(executor)) == evaluate(losskit::context()));
}

TEST(Executors, OwnThreads) {
  for (const unsigned threads : {1u, 2u, 3u, 7u}) {
    EXPECT_TRUE(evaluate(losskit::context(threads)) == evaluate(losskit::context())) << threads << " threads";
  }
}

TEST(Executors, ThreadPool) {
  for (const std::uint32_t threads : {0u, 1u, 2u, 7u}) {
    expect_same_bits(losskit::thread_pool(threads));
  }
}

TEST(Executors, ThreadPoolOfManyCallers) {
  losskit::thread_pool pool(3);
  const losskit::context context = losskit::context::on(pool);
  const outcome alone = evaluate(losskit::context());
  std::vector<std::future<bool>> callers;
  for (int caller = 0; caller < 6; ++caller) {
    callers.push_back(std::async(std::launch::async, [&] { return evaluate(context) == alone; }));
  }
  for (std::future<bool> &caller : callers) {
    EXPECT_TRUE(caller.get());
  }
}

// Runs every index of a loop exactly once, whatever its size and however often it is used.
TEST(Executors, ThreadPoolRunsEveryPieceOnce) {
  losskit::thread_pool pool(4);
  for (int round = 0; round < 200; ++round) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{37}}) {
      std::vector<std::atomic<int>> runs(count);
      pool.raw()->parallel_for(
          pool.raw()->user, count,
          [](void *argument, std::size_t index) {
            (*static_cast<std::vector<std::atomic<int>> *>(argument))[index].fetch_add(1);
          },
          &runs);
      EXPECT_TRUE(std::all_of(runs.begin(), runs.end(), [](const std::atomic<int> &times) { return times == 1; }));
    }
  }
}

// The interface of an ONNX Runtime kernel context.
struct kernel_context {
  void ParallelFor(void (*function)(void *, std::size_t), std::size_t total, std::size_t, void *argument) const {
    std::vector<std::thread> threads;
    for (std::size_t worker = 0; worker < 3; ++worker) {
      threads.emplace_back([=] {
        for (std::size_t index = worker; index < total; index += 3) {
          function(argument, index);
        }
      });
    }
    for (std::thread &thread : threads) {
      thread.join();
    }
    calls.fetch_add(1);
  }
  mutable std::atomic<int> calls{0};
};

TEST(Executors, OnnxRuntimeKernelContext) {
  const kernel_context kernel;
  const auto executor = losskit::onnxruntime_executor(kernel, 3);
  expect_same_bits(executor);
  EXPECT_GT(kernel.calls, 0) << "the work never reached the kernel's threads";
}

// pthreadpool's interface, in a namespace as its functions are found: by the type of the pool.
namespace imitation {
struct pool {
  int calls = 0;
};
inline void pthreadpool_parallelize_1d(pool *self, void (*function)(void *, std::size_t), void *argument,
                                       std::size_t range, std::uint32_t) {
  ++self->calls;
  for (std::size_t index = range; index-- > 0;) {
    function(argument, index);
  }
}
inline std::size_t pthreadpool_get_threads_count(pool *) { return 5; }
} // namespace imitation

TEST(Executors, PthreadpoolInterface) {
  imitation::pool pool;
  const auto executor = losskit::pthreadpool_executor(&pool);
  EXPECT_EQ(executor.raw()->concurrency, 5u);
  expect_same_bits(executor);
  EXPECT_GT(pool.calls, 0);
}

#ifdef LOSSKIT_TESTS_PTHREADPOOL
TEST(Executors, Pthreadpool) {
  pthreadpool_t pool = pthreadpool_create(3);
  expect_same_bits(losskit::pthreadpool_executor(pool));
  pthreadpool_destroy(pool);
}
#endif

#ifdef LOSSKIT_WITH_TBB
TEST(Executors, Tbb) { expect_same_bits(losskit::tbb_executor()); }
#endif

#ifdef _OPENMP
TEST(Executors, OpenMp) { expect_same_bits(losskit::openmp_executor()); }
#endif

TEST(Executors, AnyLoopInAnyOrder) {
  expect_same_bits(losskit::executor(
      [](std::size_t count, losskit::parallel_task task) {
        std::vector<std::size_t> order(count);
        std::iota(order.rbegin(), order.rend(), std::size_t{0});
        for (const std::size_t index : order) {
          task(index);
        }
      },
      3));
}

TEST(Executors, AThrowingLoopLosesNothing) {
  losskit::executor executor(
      [](std::size_t count, losskit::parallel_task task) {
        for (std::size_t index = 0; index < count / 2; ++index) {
          task(index);
        }
        throw std::runtime_error("the pool is gone");
      },
      2);
  expect_same_bits(executor);
  const std::exception_ptr thrown = executor.take_exception();
  ASSERT_TRUE(thrown);
  EXPECT_THROW(std::rethrow_exception(thrown), std::runtime_error);
  EXPECT_FALSE(executor.take_exception());
}

TEST(Executors, ALazyLoopLosesNothing) {
  expect_same_bits(losskit::executor([](std::size_t, losskit::parallel_task) {}, 2));
}

TEST(Executors, AreRefusedWhenIncomplete) {
  lk_executor raw = {};
  losskit::context context;
  EXPECT_EQ(losskit::context::try_create_on(raw, context).code(), losskit::code::invalid_argument);
  EXPECT_EQ(context.raw(), nullptr);
}

} // namespace
