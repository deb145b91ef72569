// A program that knows losskit only by its installed headers: log 3 is the loss of three equal logits.
#include <losskit/losskit.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

int main() {
  const std::vector<float> logits(6);
  const std::vector<int> labels = {0, 2};
  std::vector<float> gradient(6);
  try {
    const losskit::context context(2);
    const losskit::loss loss = losskit::cross_entropy{}.with_reduction(losskit::reduction::mean);
    const double value = loss.evaluate({logits, {2, 3}}, labels, {gradient, {2, 3}}, context);
    std::printf("%.6f\n", value);
    return std::abs(value - std::log(3.0)) < 1e-6 && std::abs(gradient[0] + 1.0f / 3) < 1e-6f ? 0 : 1;
  } catch (const losskit::error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
