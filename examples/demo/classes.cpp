// Ten classes: which digit is it? A small network with one hidden layer.
#include "metrics.hpp"
#include "tasks.hpp"
#include "training.hpp"

namespace demo {

void ten_classes(const std::filesystem::path &data, Report &report) {
  report.section("2/5 Ten classes",
                 "1797 images of handwritten digits, 8 by 8 pixels: which digit is it? One hidden layer of 32; every "
                 "score is the mean of three trainings. Naive is the squared error against one-hot targets.");
  const Table table(data / "digits.csv");
  const std::vector<std::size_t> train_rows = table.rows_of("train");
  const std::vector<std::size_t> test_rows = table.rows_of("test");
  Problem problem;
  problem.train_inputs = table.features(train_rows, "p0");
  problem.test_inputs = table.features(test_rows, "p0");
  scale(problem.train_inputs, 1.0f / 16);
  scale(problem.test_inputs, 1.0f / 16);
  const std::vector<float> labels = table.column(train_rows, "label");
  problem.labels.assign(labels.begin(), labels.end());
  problem.logits_shape = {10};
  const std::vector<float> test_labels = table.column(test_rows, "label");

  Problem one_hot = problem;
  one_hot.labels.clear();
  one_hot.target.assign(labels.size() * 10, 0.0f);
  for (std::size_t i = 0; i < labels.size(); ++i) one_hot.target[i * 10 + static_cast<std::size_t>(labels[i])] = 1;
  one_hot.target_shape = {10};

  const losskit::advice advice(losskit::advise_options(losskit::task::multiclass)
                                   .output(losskit::model_output::logits)
                                   .target(problem.labels));
  report.advice("the labels", advice);

  std::vector<Candidate> candidates = {advised(advice)};
  add(candidates, {"cross_entropy", "cross_entropy", Role::compared});
  add(candidates, {"mse", "mse", Role::naive});
  const Figure figure{"classes", "Ten classes", "accuracy",
                      report.references().find("ten classes", "cross_entropy", "accuracy")};
  Schedule schedule;
  schedule.epochs = 60;
  schedule.batch = 32;
  schedule.rate = 0.005;
  schedule.seeds = 3;
  for (const Candidate &candidate : candidates) {
    const Problem &given = candidate.role == Role::naive ? one_hot : problem;
    std::vector<Network> networks =
        train(given, {64, 32, 10}, schedule, candidate, figure,
              [&](const Matrix &logits) { return accuracy(logits, test_labels); }, report);
    const auto right = [&](Network &network) { return accuracy(network.forward(problem.test_inputs), test_labels); };
    report.result("ten classes", candidate, "accuracy", mean(networks, right), candidate.spec);
  }
}

}  // namespace demo
