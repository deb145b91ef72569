// Regression with outliers: a linear model of diabetes progression, where one recorded target in ten has a slipped
// decimal point. The test targets are clean.
#include <algorithm>
#include <cmath>

#include "metrics.hpp"
#include "tasks.hpp"
#include "training.hpp"

namespace demo {

namespace {

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void regression_with_outliers(const std::filesystem::path &data, Report &report) {
  report.section("1/5 Regression with outliers",
                 "442 diabetes patients, 10 measurements each: how far does the disease progress in a year? A tenth of the "
                 "training targets is wrong by a factor of 10 (synthetic); the held-out targets are clean. Linear model.");
  const Table table(data / "diabetes.csv");
  const std::vector<std::size_t> train_rows = table.rows_of("train");
  const std::vector<std::size_t> test_rows = table.rows_of("test");
  Problem problem;
  problem.train_inputs = table.features(train_rows, "age");
  problem.test_inputs = table.features(test_rows, "age");
  standardize(problem.train_inputs, problem.test_inputs);
  problem.target = table.column(train_rows, "target");
  problem.logits_shape = {1};
  problem.target_shape = {1};
  const std::vector<float> test_target = table.column(test_rows, "clean_target");

  // Train in units of a spread that a few wild values cannot move. Every loss gets the same targets.
  const float center = median(problem.target);
  std::vector<float> distances;
  for (const float value : problem.target) distances.push_back(std::abs(value - center));
  const float unit = 1.4826f * median(distances);
  for (float &value : problem.target) value = (value - center) / unit;

  const auto predicted = [&](const Matrix &scores) {
    std::vector<float> values = scores.values;
    for (float &value : values) value = center + unit * value;
    return values;
  };
  const Figure figure{"regression", "Regression with outliers", "MAE",
                      report.references().find("regression", "huber", "MAE")};
  Schedule schedule;
  schedule.epochs = 1500;
  schedule.rate = 0.03;
  const auto train_and_score = [&](const Candidate &candidate) {
    std::vector<Network> networks =
        train(problem, {problem.train_inputs.columns, 1}, schedule, candidate, figure,
              [&](const Matrix &scores) { return mean_absolute_error(test_target, predicted(scores)); }, report);
    const std::vector<float> values = predicted(networks[0].forward(problem.test_inputs));
    const std::string reference = candidate.spec.substr(0, candidate.spec.find('('));
    report.result("regression", candidate, "MAE", mean_absolute_error(test_target, values), reference);
    report.result("regression", candidate, "R2", r_squared(test_target, values), reference);
    return networks[0].forward(problem.train_inputs).values;
  };
  const losskit::shape shape(problem.target.size(), 1);
  const auto ask = [&](const std::vector<float> &prediction) {
    return losskit::advice(losskit::advise_options(losskit::task::regression)
                               .output(losskit::model_output::scores)
                               .target({problem.target, shape})
                               .prediction({prediction, shape}));
  };

  // The first model anyone has: the same guess, the median, for everybody.
  const losskit::advice first = ask(std::vector<float>(problem.target.size(), 0.0f));
  report.advice("the targets and their median as the only prediction", first);
  train_and_score({"mse", "mse", Role::naive});
  const std::vector<float> fitted = train_and_score(advised(first));

  // A fitted model leaves smaller residuals, and so a smaller delta; asking again is worth it.
  const losskit::advice second = ask(fitted);
  report.advice("the residuals of that model", second);
  Candidate again = advised(second);
  again.role = Role::advised_again;
  train_and_score(again);
}

}  // namespace demo
