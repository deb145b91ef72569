/* The loops that a C programmer would write by hand, compiled apart with -O3 -march=native -ffast-math. */
#ifndef LOSSKIT_BENCHES_PEER_H
#define LOSSKIT_BENCHES_PEER_H
#include <stddef.h>
#include <stdint.h>

/* Mean cross-entropy of logits [rows, classes] against labels, and its gradient. */
double peer_cross_entropy(const float *logits, const int64_t *labels, float *gradient, size_t rows, size_t classes);

/* Mean squared error and its gradient. */
double peer_mse(const float *input, const float *target, float *gradient, size_t count);

/* Mean binary cross-entropy of logits and its gradient. */
double peer_bce(const float *logits, const float *target, float *gradient, size_t count);

#endif
