#include "network.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace demo {

namespace {

void resize(Matrix &matrix, std::size_t rows, std::size_t columns) {
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.values.assign(rows * columns, 0.0f);
}

// sum[j] += factor·row[j]. The inner loop of everything below; vector code without reordering a single sum.
inline void add_multiple(float *__restrict sum, const float *__restrict row, float factor, std::size_t count) {
  for (std::size_t j = 0; j < count; ++j) sum[j] += factor * row[j];
}

// The same for four rows at once, which reads and writes the sum once instead of four times.
inline void add_multiples(float *__restrict sum, const float *const rows[4], const float factors[4], std::size_t count) {
  const float *__restrict a = rows[0];
  const float *__restrict b = rows[1];
  const float *__restrict c = rows[2];
  const float *__restrict d = rows[3];
  const float p = factors[0], q = factors[1], r = factors[2], s = factors[3];
  for (std::size_t j = 0; j < count; ++j) sum[j] += (p * a[j] + q * b[j]) + (r * c[j] + s * d[j]);
}

// sum[j] += Σ_k factors[k]·rows[k·count + j], for `terms` rows of `count`.
void add_rows(float *sum, const float *rows, const float *factors, std::size_t terms, std::size_t count) {
  std::size_t k = 0;
  for (; k + 4 <= terms; k += 4) {
    const float *row = rows + k * count;
    const float *const four[4] = {row, row + count, row + 2 * count, row + 3 * count};
    add_multiples(sum, four, factors + k, count);
  }
  for (; k < terms; ++k) add_multiple(sum, rows + k * count, factors[k], count);
}

}  // namespace

// SplitMix64 (Steele, Lea and Flood, 2014).
std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

float Random::uniform(float low, float high) {
  const float unit = static_cast<float>(next() >> 40) / 16777216.0f;
  return low + (high - low) * unit;
}

std::vector<std::size_t> Random::permutation(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[next() % i]);
  return order;
}

Network::Network(const std::vector<std::size_t> &sizes, std::uint64_t seed) : sizes_(sizes) {
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    layers_.push_back({sizes[i], sizes[i + 1], weight_count_, 0});
    weight_count_ += sizes[i] * sizes[i + 1];
  }
  std::size_t parameter_count = weight_count_;
  for (Layer &layer : layers_) {
    layer.biases = parameter_count;
    parameter_count += layer.outputs;
  }
  parameters_.assign(parameter_count, 0.0f);
  gradient_.assign(parameter_count, 0.0f);
  activations_.resize(layers_.size());

  if (layers_.size() == 1) return;  // a convex problem needs no luck
  Random random(seed);
  for (const Layer &layer : layers_) {
    const float range = std::sqrt(6.0f / static_cast<float>(layer.inputs));
    for (std::size_t i = 0; i < layer.inputs * layer.outputs; ++i) {
      parameters_[layer.weights + i] = random.uniform(-range, range);
    }
  }
}

const Matrix &Network::forward(const Matrix &inputs) {
  const Matrix *input = &inputs;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer &layer = layers_[l];
    const float *weights = parameters_.data() + layer.weights;  // [inputs, outputs]
    const float *biases = parameters_.data() + layer.biases;
    Matrix &output = activations_[l];
    resize(output, input->rows, layer.outputs);
    for (std::size_t i = 0; i < input->rows; ++i) {
      const float *x = input->row(i);
      float *y = output.row(i);
      std::copy(biases, biases + layer.outputs, y);
      add_rows(y, weights, x, layer.inputs, layer.outputs);
      if (l + 1 < layers_.size()) {
        for (std::size_t j = 0; j < layer.outputs; ++j) y[j] = std::max(y[j], 0.0f);
      }
    }
    input = &output;
  }
  return *input;
}

void Network::backward(const Matrix &inputs, const Matrix &logits_gradient) {
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  Matrix output_gradient = logits_gradient;
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer &layer = layers_[l];
    const Matrix &input = l == 0 ? inputs : activations_[l - 1];
    float *weights_gradient = gradient_.data() + layer.weights;
    float *biases_gradient = gradient_.data() + layer.biases;
    std::size_t i = 0;
    for (; i + 4 <= input.rows; i += 4) {
      const float *const dy[4] = {output_gradient.row(i), output_gradient.row(i + 1), output_gradient.row(i + 2),
                                  output_gradient.row(i + 3)};
      for (std::size_t k = 0; k < layer.inputs; ++k) {
        const float x[4] = {input.row(i)[k], input.row(i + 1)[k], input.row(i + 2)[k], input.row(i + 3)[k]};
        add_multiples(weights_gradient + k * layer.outputs, dy, x, layer.outputs);
      }
    }
    for (; i < input.rows; ++i) {
      for (std::size_t k = 0; k < layer.inputs; ++k) {
        add_multiple(weights_gradient + k * layer.outputs, output_gradient.row(i), input.row(i)[k], layer.outputs);
      }
    }
    for (i = 0; i < input.rows; ++i) add_multiple(biases_gradient, output_gradient.row(i), 1, layer.outputs);
    if (l == 0) break;

    std::vector<float> transposed(layer.inputs * layer.outputs);  // [outputs, inputs]
    for (std::size_t k = 0; k < layer.inputs; ++k) {
      for (std::size_t j = 0; j < layer.outputs; ++j) {
        transposed[j * layer.inputs + k] = parameters_[layer.weights + k * layer.outputs + j];
      }
    }
    Matrix input_gradient(input.rows, layer.inputs);
    for (i = 0; i < input.rows; ++i) {
      const float *x = input.row(i);
      float *dx = input_gradient.row(i);
      add_rows(dx, transposed.data(), output_gradient.row(i), layer.outputs, layer.inputs);
      for (std::size_t k = 0; k < layer.inputs; ++k) dx[k] = x[k] > 0 ? dx[k] : 0.0f;
    }
    output_gradient = std::move(input_gradient);
  }
}

void Adam::step(std::vector<float> &parameters, const std::vector<float> &gradient, double rate) {
  constexpr float kMean = 0.9f;
  constexpr float kSquare = 0.999f;
  constexpr float kEpsilon = 1e-8f;
  mean_decay_ *= kMean;
  square_decay_ *= kSquare;
  const float mean_correction = static_cast<float>(1 / (1 - mean_decay_));
  const float square_correction = static_cast<float>(1 / (1 - square_decay_));
  const float step = static_cast<float>(rate);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    mean_[i] = kMean * mean_[i] + (1 - kMean) * gradient[i];
    square_[i] = kSquare * square_[i] + (1 - kSquare) * gradient[i] * gradient[i];
    parameters[i] -= step * mean_[i] * mean_correction / (std::sqrt(square_[i] * square_correction) + kEpsilon);
  }
}

}  // namespace demo
