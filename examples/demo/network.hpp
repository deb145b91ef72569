// A small fully connected network and its optimiser: all the "framework" that a host of losskit needs to bring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data.hpp"

namespace demo {

// Numbers that are the same on every machine and with every standard library, unlike <random>'s distributions.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next();
  float uniform(float low, float high);
  // 0, 1, ..., count - 1 in random order.
  std::vector<std::size_t> permutation(std::size_t count);

 private:
  std::uint64_t state_;
};

// Dense layers with ReLU between them; the last layer's output is the logits. With two sizes it is a linear model.
class Network {
 public:
  // sizes: inputs, hidden layers, outputs. Weights start uniform in He's range, biases at 0; a linear model at 0.
  Network(const std::vector<std::size_t> &sizes, std::uint64_t seed);

  std::size_t outputs() const { return sizes_.back(); }

  // [rows, inputs] -> logits [rows, outputs]. Keeps what backward needs.
  const Matrix &forward(const Matrix &inputs);

  // From the gradient of the loss by the last forward's logits to the gradient by every parameter.
  void backward(const Matrix &inputs, const Matrix &logits_gradient);

  // All weights first, then all biases, so that a penalty on the weights alone sees one contiguous block.
  std::vector<float> &parameters() { return parameters_; }
  std::vector<float> &gradient() { return gradient_; }
  std::size_t weight_count() const { return weight_count_; }

 private:
  struct Layer {
    std::size_t inputs, outputs, weights, biases;  // weights, biases: where they begin in parameters_
  };

  std::vector<std::size_t> sizes_;
  std::vector<Layer> layers_;
  std::vector<float> parameters_;
  std::vector<float> gradient_;
  std::size_t weight_count_ = 0;
  std::vector<Matrix> activations_;  // the output of every layer, after ReLU where there is one
};

// Adam, as Kingma and Ba (2015) give it.
class Adam {
 public:
  explicit Adam(std::size_t parameter_count) : mean_(parameter_count), square_(parameter_count) {}

  void step(std::vector<float> &parameters, const std::vector<float> &gradient, double rate);

 private:
  std::vector<float> mean_;
  std::vector<float> square_;
  double mean_decay_ = 1;
  double square_decay_ = 1;
};

}  // namespace demo
