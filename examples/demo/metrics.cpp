#include "metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace demo {

double mean_absolute_error(const std::vector<float> &target, const std::vector<float> &predicted) {
  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) sum += std::abs(double{target[i]} - predicted[i]);
  return sum / static_cast<double>(target.size());
}

double r_squared(const std::vector<float> &target, const std::vector<float> &predicted) {
  const double mean = std::accumulate(target.begin(), target.end(), 0.0) / static_cast<double>(target.size());
  double residual = 0;
  double total = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    residual += std::pow(double{target[i]} - predicted[i], 2);
    total += std::pow(target[i] - mean, 2);
  }
  return 1 - residual / total;
}

double accuracy(const Matrix &scores, const std::vector<float> &labels) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < scores.rows; ++i) {
    const float *row = scores.row(i);
    const auto best = std::max_element(row, row + scores.columns) - row;
    right += best == static_cast<std::ptrdiff_t>(labels[i]);
  }
  return static_cast<double>(right) / static_cast<double>(scores.rows);
}

double binary_accuracy(const Matrix &scores, const std::vector<float> &labels, float threshold) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < scores.rows; ++i) right += (scores.values[i] > threshold) == (labels[i] == 1);
  return static_cast<double>(right) / static_cast<double>(scores.rows);
}

double f1(const Matrix &scores, const std::vector<float> &labels, float threshold) {
  double hits = 0;
  double claimed = 0;
  double positive = 0;
  for (std::size_t i = 0; i < scores.rows; ++i) {
    const bool claim = scores.values[i] > threshold;
    claimed += claim;
    positive += labels[i];
    hits += claim && labels[i] == 1;
  }
  return claimed + positive > 0 ? 2 * hits / (claimed + positive) : 0;
}

double average_precision(const Matrix &scores, const std::vector<float> &labels) {
  std::vector<std::size_t> order(scores.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::vector<float> &score = scores.values;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] > score[b]; });
  const double positives = std::accumulate(labels.begin(), labels.end(), 0.0);
  double area = 0;
  double hits = 0;
  double recall = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    hits += labels[order[i]];
    const bool tied_with_next = i + 1 < order.size() && score[order[i]] == score[order[i + 1]];
    if (tied_with_next) continue;
    area += (hits / positives - recall) * hits / static_cast<double>(i + 1);
    recall = hits / positives;
  }
  return area;
}

Overlap mean_overlap(const std::vector<float> &predicted, const std::vector<float> &truth, std::size_t pixels) {
  Overlap sum;
  const std::size_t images = truth.size() / pixels;
  for (std::size_t image = 0; image < images; ++image) {
    double both = 0;
    double size = 0;  // of the prediction and the truth together
    for (std::size_t i = image * pixels; i < (image + 1) * pixels; ++i) {
      both += predicted[i] * truth[i];
      size += predicted[i] + truth[i];
    }
    sum.dice += size > 0 ? 2 * both / size : 1;
    sum.jaccard += size > 0 ? both / (size - both) : 1;
  }
  return {sum.dice / static_cast<double>(images), sum.jaccard / static_cast<double>(images)};
}

}  // namespace demo
