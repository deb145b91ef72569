// One training loop for all tasks. What differs is the data, the network's sizes, and a line of text: the loss.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "network.hpp"
#include "report.hpp"

namespace demo {

// Examples to learn from, and how the loss sees the network's output for them.
struct Problem {
  Matrix train_inputs;               // [examples·rows_per_example, inputs]
  Matrix test_inputs;
  std::size_t rows_per_example = 1;  // an image's pixels are rows of their own

  std::vector<float> target;         // dense targets of the training examples, or
  std::vector<std::int64_t> labels;  // class labels; the other one stays empty

  // One example's logits and targets, as the loss sees them; the batch dimension comes before. The steps are those of
  // the network's output, [rows_per_example, outputs] in memory: for an image that keeps its classes side by side in a
  // pixel, they let a loss that wants [class, height, width] read it where it lies. No steps: row-major.
  std::vector<std::int64_t> logits_shape;
  std::vector<std::int64_t> logits_steps;
  std::vector<std::int64_t> target_shape;

  std::size_t example_count() const { return train_inputs.rows / rows_per_example; }
};

struct Schedule {
  std::size_t epochs = 100;
  std::size_t batch = 0;    // examples a step; 0: all of them
  double rate = 0.01;       // Adam's; falls to 0 along half a cosine
  std::uint64_t seeds = 1;  // how often to train, from other weights and in another order; 1 is enough if convex
};

// Trains a network of `sizes` with the candidate's loss, once for each seed. `score` judges the logits of the test inputs;
// it is called some hundred times along the way, for progress and for the curve, averaged over seeds, of `figure`.
std::vector<Network> train(const Problem &problem, const std::vector<std::size_t> &sizes, const Schedule &schedule,
                           const Candidate &candidate, const Figure &figure,
                           const std::function<double(const Matrix &)> &score, Report &report);

// The mean of a score over trained networks.
double mean(std::vector<Network> &networks, const std::function<double(Network &)> &score);

// The value of another loss at a trained network, over the training data.
double value_of(const std::string &spec, const Problem &problem, Network &network);

// The first spec of the advice, to train with.
Candidate advised(const losskit::advice &advice);

// The first advised spec that begins with `beginning`, or `otherwise` where none does.
std::string find_spec(const losskit::advice &advice, const std::string &beginning, const std::string &otherwise);

// Adds a candidate, unless one of the same loss is there.
void add(std::vector<Candidate> &candidates, const Candidate &candidate);

}  // namespace demo
