// Scores on held-out data, each as scikit-learn defines it.
#pragma once

#include <cstddef>
#include <vector>

#include "data.hpp"

namespace demo {

double mean_absolute_error(const std::vector<float> &target, const std::vector<float> &predicted);
double r_squared(const std::vector<float> &target, const std::vector<float> &predicted);

// The share of rows whose largest score is at the label.
double accuracy(const Matrix &scores, const std::vector<float> &labels);

// One score a row; a row counts as positive above `threshold`. `labels` are 0 or 1.
double binary_accuracy(const Matrix &scores, const std::vector<float> &labels, float threshold);
double f1(const Matrix &scores, const std::vector<float> &labels, float threshold);

// Area under precision over recall: sum of (recall step)·precision over the falling distinct scores.
double average_precision(const Matrix &scores, const std::vector<float> &labels);

struct Overlap {
  double dice = 0;
  double jaccard = 0;
};

// The mean over images of Dice and of intersection over union; `pixels` masks of 0 and 1 an image. Two empty masks
// agree fully.
Overlap mean_overlap(const std::vector<float> &predicted, const std::vector<float> &truth, std::size_t pixels);

}  // namespace demo
