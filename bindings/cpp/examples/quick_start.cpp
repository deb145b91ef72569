// A loss from a line of text: its value and gradient in one call.
#include <losskit/losskit.hpp>

#include <cstdio>
#include <vector>

int main() {
  const std::vector<float> logits = {2.0f, 0.5f, -1.0f, 0.1f, 0.2f, 3.0f}; // 2 rows, 3 classes
  const std::vector<int> labels = {0, 2};
  std::vector<float> gradient(logits.size());

  try {
    losskit::loss loss("cross_entropy(label_smoothing=0.1)");
    double value = loss.evaluate({logits, {2, 3}}, labels, {gradient, {2, 3}});
    std::printf("%s = %.6f\n", loss.spec().c_str(), value);
  } catch (const losskit::error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  for (float slope : gradient) {
    std::printf("%9.6f\n", static_cast<double>(slope));
  }

  // The same without exceptions.
  losskit::loss loss;
  if (losskit::status status = losskit::loss::try_create("cross_entropy(labelsmoothing=0.1)", loss); !status.ok()) {
    std::printf("byte %lld:\n%s\n", static_cast<long long>(status.index()), status.message());
  }
  return 0;
}
