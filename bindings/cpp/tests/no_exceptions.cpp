// The try_ forms in a program without exceptions and run-time type information, as engines are built.
#include <losskit/losskit.hpp>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#ifdef __cpp_exceptions
#error "this file must be compiled without exceptions"
#endif

namespace {

int failures = 0;

void check(bool condition, const char *what) {
  if (!condition) {
    ++failures;
    std::printf("FAILED: %s\n", what);
  }
}

} // namespace

int main() {
  losskit::loss loss;
  check(losskit::loss::try_create("mse", loss).ok(), "a loss is made from text");
  const std::vector<double> input = {1, 2, 3, 4};
  const std::vector<double> target = {0, 2, 5, 4};
  std::vector<double> gradient(4);
  double value = 0;
  static_assert(noexcept(loss.try_evaluate(input, target, gradient, value)));
  check(loss.try_evaluate(input, target, gradient, value).ok() && value == 1.25, "a value");
  check(gradient[2] == -1, "a gradient");
  check(loss.try_evaluate({{"input", input}, {"target", target}}, value).ok(), "operands");
  check(loss.try_differentiate({{"input", input, gradient}, {"target", target}}).ok(), "derivatives alone");

  check(losskit::loss::try_create(0.5 * losskit::huber{}.with_delta(2) + losskit::mae{}, loss).ok(), "typed options");
  losskit::derivatives point;
  check(loss.try_at(1, 0, point).ok() && std::abs(point.value - 1.25) < 1e-15, "a point");

  losskit::status refused = losskit::loss::try_create("mse(", loss);
  check(refused.code() == losskit::code::invalid_spec && *refused.message() != '\0', "a refusal with a message");
  check(loss.try_at(1, 0, point).ok(), "the loss from before the refusal");
  refused = loss.try_evaluate(input, {target, 3}, value);
  check(refused.code() == losskit::code::invalid_shape, "a shape that a container does not hold");

  losskit::context threads;
  losskit::context pool_threads;
  losskit::thread_pool pool(2);
  check(losskit::context::try_create(2, threads).ok(), "a context of two threads");
  check(losskit::context::try_create_on(pool, pool_threads).ok(), "a context on a pool");
  check(loss.try_evaluate(input, target, value, threads).ok(), "a value on threads");
  check(loss.try_evaluate(input, target, value, pool_threads).ok(), "a value on a pool");
  losskit::context moved = std::move(threads);
  check(threads.raw() == nullptr && moved.raw() != nullptr, "a context moves"); // NOLINT: empty by specification

  losskit::advice advice;
  check(losskit::advice::try_create(losskit::advise_options(losskit::task::regression).target(target), advice).ok() &&
            advice.size() > 0,
        "advice");
  check(losskit::catalog().size() > 0, "the catalog");

  std::printf("no_exceptions: %s\n", failures == 0 ? "passed" : "failed");
  return failures == 0 ? 0 : 1;
}
