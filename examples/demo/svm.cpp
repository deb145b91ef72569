// A linear support vector machine: the hinge loss and a penalty on the weights are one line of text, and one call gives
// the gradients by the scores and by the weights.
#include <cstdio>

#include "metrics.hpp"
#include "tasks.hpp"
#include "training.hpp"

namespace demo {

void linear_svm(const std::filesystem::path &data, Report &report) {
  report.section("4/5 Linear SVM",
                 "569 tumours, 30 measurements each: malignant or benign? Labels are 1 and -1. Naive is the squared error "
                 "against the labels; every loss has a penalty on the weights. The objective is hinge + l2 over the "
                 "training data, where the reference is the exact optimum.");
  const Table table(data / "breast_cancer.csv");
  const std::vector<std::size_t> train_rows = table.rows_of("train");
  const std::vector<std::size_t> test_rows = table.rows_of("test");
  Problem problem;
  problem.train_inputs = table.features(train_rows, "mean_radius");
  problem.test_inputs = table.features(test_rows, "mean_radius");
  standardize(problem.train_inputs, problem.test_inputs);
  problem.target = table.column(train_rows, "malignant");
  for (float &label : problem.target) label = 2 * label - 1;
  problem.logits_shape = {1};
  problem.target_shape = {1};
  const std::vector<float> test_labels = table.column(test_rows, "malignant");

  // 1/(2n) is what C=1 means where the objective is C times a sum of losses and half the squared weights.
  char penalty[64];
  std::snprintf(penalty, sizeof penalty, " + %.9g*l2(input=@weights)", 0.5 / static_cast<double>(train_rows.size()));
  const std::string objective = std::string("hinge") + penalty;

  const losskit::advice advice(losskit::advise_options(losskit::task::max_margin)
                                   .output(losskit::model_output::scores)
                                   .target(problem.target));
  report.advice("the labels", advice);

  Candidate best = advised(advice);
  if (best.spec.find("@weights") == std::string::npos) best.spec += penalty;
  best.label = short_label(best.spec);
  const bool advised_svm = best.label == "hinge + l2";
  std::vector<Candidate> candidates = {best};
  if (!advised_svm) add(candidates, {"hinge + l2", objective, Role::compared});
  add(candidates, {"mse + l2", std::string("mse") + penalty, Role::naive});

  const Figure figure{"svm", "Linear SVM", "accuracy", report.references().find("linear SVM", "hinge + l2", "accuracy")};
  Schedule schedule;
  schedule.epochs = 3000;
  schedule.rate = 0.02;
  for (const Candidate &candidate : candidates) {
    std::vector<Network> networks =
        train(problem, {problem.train_inputs.columns, 1}, schedule, candidate, figure,
              [&](const Matrix &scores) { return binary_accuracy(scores, test_labels, 0); }, report);
    report.result("linear SVM", candidate, "accuracy",
                  binary_accuracy(networks[0].forward(problem.test_inputs), test_labels, 0), candidate.label);
    report.result("linear SVM", candidate, "objective", value_of(objective, problem, networks[0]), candidate.label);
  }
}

}  // namespace demo
