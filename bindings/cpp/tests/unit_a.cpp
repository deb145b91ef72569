// One of two translation units of one program: every header alone compiles and none defines anything twice.
#include <losskit/losskit.hpp>
#include <losskit/losskit.hpp>

double evaluate_elsewhere(const losskit::loss &loss, const losskit::view &input, const losskit::view &target);

int main() {
  const float input[2] = {1, 2};
  const float target[2] = {1, 4};
  losskit::loss loss;
  if (!losskit::loss::try_create(losskit::mse{}, loss).ok()) {
    return 1;
  }
#if __cplusplus >= 202002L
  if ((losskit::cross_entropy{.label_smoothing = 0.1}).spec() != "cross_entropy(label_smoothing=0.1)") {
    return 2;
  }
#endif
  return evaluate_elsewhere(loss, {input, 2}, {target, 2}) == 2 ? 0 : 3;
}
