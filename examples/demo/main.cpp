// losskit's demo: for five questions that users have, ask the advisor which loss to take, train with it and with the naive
// choice, and compare on held-out data.
//
//   losskit_demo [--data <folder of the CSV files>] [--output <folder for curves>]
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include <losskit/losskit.hpp>

#include "tasks.hpp"

namespace {

int run(const std::filesystem::path &data, const std::filesystem::path &output) {
  const auto began = std::chrono::steady_clock::now();
  const std::uint32_t version = lk_version();
  std::printf("losskit %u.%u.%u: which loss should I use?\n", version >> 16, version >> 8 & 0xff, version & 0xff);

  const demo::References references(data / "reference.csv");
  demo::Report report(output, references);
  demo::regression_with_outliers(data, report);
  demo::ten_classes(data, report);
  demo::one_rare_class(data, report);
  demo::linear_svm(data, report);
  demo::segmentation_mask(data, report);

  report.section("Held-out scores", "The reference was computed by scikit-learn on the same split. MAE: smaller is better, as "
                                    "for the objective, which is on the training data; otherwise larger is better.");
  report.table();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  std::printf("\nFive tasks in %.1f s; the curves are in %s\n", seconds.count(), (output / "curves").string().c_str());
  return 0;
}

}  // namespace

int main(int count, char **arguments) {
  std::filesystem::path data = "examples/demo/data";
  std::filesystem::path output = "demo-output";
  for (int i = 1; i < count; ++i) {
    const std::string option = arguments[i];
    if (i + 1 < count && option == "--data") {
      data = arguments[++i];
    } else if (i + 1 < count && option == "--output") {
      output = arguments[++i];
    } else {
      std::fprintf(stderr, "found \"%s\"; expected --data <folder> or --output <folder>\n", option.c_str());
      return 2;
    }
  }
  try {
    return run(data, output);
  } catch (const std::exception &failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
