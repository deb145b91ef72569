#include "peer.h"

#include <math.h>

double peer_cross_entropy(const float *logits, const int64_t *labels, float *gradient, size_t rows, size_t classes) {
  double total = 0;
  float share = 1.0f / (float)rows;
  for (size_t row = 0; row < rows; row++) {
    const float *x = logits + row * classes;
    float *g = gradient + row * classes;
    float max = x[0];
    for (size_t c = 1; c < classes; c++) max = x[c] > max ? x[c] : max;
    float sum = 0;
    for (size_t c = 0; c < classes; c++) {
      g[c] = expf(x[c] - max);
      sum += g[c];
    }
    total += logf(sum) + max - x[labels[row]];
    float factor = share / sum;
    for (size_t c = 0; c < classes; c++) g[c] *= factor;
    g[labels[row]] -= share;
  }
  return total / (double)rows;
}

double peer_mse(const float *input, const float *target, float *gradient, size_t count) {
  float total = 0, factor = 2.0f / (float)count;
  for (size_t i = 0; i < count; i++) {
    float error = input[i] - target[i];
    total += error * error;
    gradient[i] = factor * error;
  }
  return total / (double)count;
}

double peer_bce(const float *logits, const float *target, float *gradient, size_t count) {
  float total = 0, share = 1.0f / (float)count;
  for (size_t i = 0; i < count; i++) {
    float x = logits[i], e = expf(-fabsf(x));
    total += (x > 0 ? x : 0) - x * target[i] + log1pf(e);
    float p = (x >= 0 ? 1 : e) / (1 + e);
    gradient[i] = share * (p - target[i]);
  }
  return total / (double)count;
}
