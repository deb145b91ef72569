// The same bits wherever the work runs: on the calling thread, on threads of the library's own, on the program's pool.
#include <losskit/losskit.hpp>

#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

int main() {
  const std::size_t rows = 4096;
  const std::size_t classes = 64;
  std::vector<float> logits(rows * classes);
  std::vector<int> labels(rows);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    logits[i] = static_cast<float>(i % 251) / 50.0f - 2.5f;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    labels[row] = static_cast<int>(row % classes);
  }

  try {
    losskit::loss loss("cross_entropy");
    losskit::view input(logits, {rows, classes});

    losskit::context own_threads(3);
    losskit::thread_pool pool(3);
    losskit::context pool_threads = losskit::context::on(pool);

    // Any parallel loop will do: this one hands every task a thread.
    losskit::executor loop(
        [](std::size_t count, losskit::parallel_task task) {
          std::vector<std::thread> threads;
          for (std::size_t index = 0; index < count; ++index) {
            threads.emplace_back(task, index);
          }
          for (std::thread &thread : threads) {
            thread.join();
          }
        },
        4);
    losskit::context loop_threads = losskit::context::on(loop);

    double here = loss.evaluate(input, labels);
    for (const losskit::context *context : {&own_threads, &pool_threads, &loop_threads}) {
      double there = loss.evaluate(input, labels, *context);
      bool same = std::memcmp(&here, &there, sizeof here) == 0;
      std::printf("%.17g %s\n", there, same ? "same bits" : "DIFFERENT");
      if (!same) {
        return 1;
      }
    }
  } catch (const losskit::error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
