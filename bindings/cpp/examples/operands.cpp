// A weighted sum with a regulariser: typed options, named operands, and gradients with respect to two of them.
#include <losskit/losskit.hpp>

#include <cstdio>
#include <vector>

int main() {
  const std::vector<double> scores = {0.3, -1.2, 2.5, 0.4};
  const std::vector<double> targets = {1, 0, 1, 0};
  const std::vector<double> sample_weight = {1, 1, 0.5, 2};
  const std::vector<double> weights = {0.7, -0.2, 0.1};
  std::vector<double> score_gradient(scores.size());
  std::vector<double> score_hessian(scores.size());
  std::vector<double> weight_gradient(weights.size(), 1.0);

  try {
    losskit::loss loss = losskit::bce{}.with_pos_weight(3) +
                         1e-2 * losskit::l2{}.with_input(losskit::operand("weights"));
    double value = loss.evaluate({
        losskit::operand("input", scores).gradient(score_gradient),
        {"target", targets},
        {"sample_weight", sample_weight},
        losskit::operand("weights", weights).gradient(weight_gradient).accumulate(),
    });
    std::printf("%s\n= %.6f\n", loss.spec().c_str(), value);

    // The diagonal of the second derivative, for boosting and Newton steps.
    losskit::loss objective = losskit::bce{}.with_reduction(losskit::reduction::sum);
    objective.differentiate({
        losskit::operand("input", scores).gradient(score_gradient).hessian(score_hessian),
        {"target", targets},
    });
    for (std::size_t row = 0; row < scores.size(); ++row) {
      std::printf("row %zu: gradient %9.6f, hessian %.6f\n", row, score_gradient[row], score_hessian[row]);
    }
  } catch (const losskit::error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
