// One rare class against the rest: is it an 8? Only 24 of the training images are. Logistic regression, with the penalty
// that scikit-learn's default C=1 means.
#include <cstdio>

#include "metrics.hpp"
#include "tasks.hpp"
#include "training.hpp"

namespace demo {

void one_rare_class(const std::filesystem::path &data, Report &report) {
  report.section("3/5 One rare class against the rest",
                 "The digits again: is it an 8? All but 24 of the 8s were taken out of the training data (synthetic "
                 "rarity); the held-out images have all of theirs. Logistic regression with an l2 penalty. PR-AUC judges "
                 "the ranking, F1 the decisions at probability 0.5.");
  const Table table(data / "digits.csv");
  std::vector<std::size_t> train_rows;
  for (const std::size_t row : table.rows_of("train")) {
    if (table.text(row, "rare_task") == "1") train_rows.push_back(row);
  }
  const std::vector<std::size_t> test_rows = table.rows_of("test");
  Problem problem;
  problem.train_inputs = table.features(train_rows, "p0");
  problem.test_inputs = table.features(test_rows, "p0");
  scale(problem.train_inputs, 1.0f / 16);
  scale(problem.test_inputs, 1.0f / 16);
  problem.logits_shape = {1};
  problem.target_shape = {1};
  const auto is_eight = [&](const std::vector<std::size_t> &rows) {
    std::vector<float> labels = table.column(rows, "label");
    for (float &label : labels) label = label == 8 ? 1.0f : 0.0f;
    return labels;
  };
  problem.target = is_eight(train_rows);
  const std::vector<float> test_labels = is_eight(test_rows);

  const losskit::advice advice(losskit::advise_options(losskit::task::binary)
                                   .output(losskit::model_output::logits)
                                   .target(problem.target));
  report.advice("the labels", advice);

  double positives = 0;
  for (const float label : problem.target) positives += label;
  char ratio[64];
  std::snprintf(ratio, sizeof ratio, "bce(pos_weight=%.6g)",
                (static_cast<double>(problem.target.size()) - positives) / positives);
  const std::string weighted = find_spec(advice, "bce(pos_weight=", ratio);
  const std::string focal = find_spec(advice, "focal", "focal");
  std::vector<Candidate> candidates = {advised(advice)};
  add(candidates, {"bce", "bce", Role::naive});
  add(candidates, {short_label(weighted), weighted, Role::compared});
  add(candidates, {short_label(focal), focal, Role::compared});

  char penalty[64];
  std::snprintf(penalty, sizeof penalty, " + %.9g*l2(input=@weights)", 0.5 / static_cast<double>(train_rows.size()));
  const Figure figure{"rare", "One rare class against the rest", "PR-AUC",
                      report.references().find("rare class", "weighted bce", "PR-AUC")};
  Schedule schedule;
  schedule.epochs = 3000;
  schedule.rate = 0.2;
  for (Candidate candidate : candidates) {
    const bool is_weighted = candidate.spec.find("pos_weight") != std::string::npos;
    const std::string reference = is_weighted ? "weighted bce" : candidate.spec;
    candidate.spec += penalty;
    std::vector<Network> networks =
        train(problem, {64, 1}, schedule, candidate, figure,
              [&](const Matrix &logits) { return average_precision(logits, test_labels); }, report);
    const Matrix &logits = networks[0].forward(problem.test_inputs);
    report.result("rare class", candidate, "PR-AUC", average_precision(logits, test_labels), reference);
    report.result("rare class", candidate, "F1", f1(logits, test_labels, 0), reference);
  }
}

}  // namespace demo
