/* losskit beside hand-written C, one thread, value and gradient, on the same buffers in one run.
 *
 * Repetitions of the two alternate, so that what else the machine does falls on both; medians are printed. */
#define _POSIX_C_SOURCE 200809L
#include "losskit.h"
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REPETITIONS = 31 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *times) {
  qsort(times, REPETITIONS, sizeof *times, by_size);
  return times[REPETITIONS / 2];
}

static void stop(const char *message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static lk_loss *make(const char *spec) {
  lk_error error = {sizeof error};
  lk_loss *loss = NULL;
  if (lk_loss_create(spec, &loss, &error)) stop(error.message);
  return loss;
}

typedef struct {
  const char *name, *spec;
  int64_t rows, classes; /* classes 0: elementwise */
  double (*pair)(const float *, const float *, float *, size_t);
} problem;

static void *room(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes)) stop("no memory");
  return memory;
}

static void run(const problem *p) {
  size_t count = (size_t)(p->rows * (p->classes ? p->classes : 1));
  float *input = room(count * 4), *gradient = room(count * 4), *target = room(count * 4);
  int64_t *labels = room((size_t)p->rows * 8);
  uint32_t state = 12345;
  for (size_t i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    input[i] = (float)(state >> 8) / 2097152.0f - 4.0f;
    target[i] = (float)(state >> 31);
    gradient[i] = 0;
  }
  for (int64_t i = 0; i < p->rows; i++) labels[i] = p->classes ? i * 7919 % p->classes : 0;

  lk_loss *loss = make(p->spec);
  lk_tensor x = {input, LK_F32, p->classes ? 2 : 1, {p->rows, p->classes}, {0}};
  lk_tensor g = x, t = {target, LK_F32, 1, {p->rows}, {0}};
  g.data = gradient;
  if (p->classes) t.data = labels, t.dtype = LK_I64;
  lk_error error = {sizeof error};
  double ours[REPETITIONS], theirs[REPETITIONS], value = 0, peer = 0;
  /* Short calls are timed in groups that take about a millisecond. */
  int calls = count < 200000 ? (int)(200000 / count) + 1 : 1;
  for (int repetition = -2; repetition < REPETITIONS; repetition++) {
    double start = now();
    for (int call = 0; call < calls; call++)
      if (lk_loss_eval_pair(loss, NULL, &x, &t, &g, &value, &error)) stop(error.message);
    double middle = now();
    for (int call = 0; call < calls; call++)
      peer = p->classes ? peer_cross_entropy(input, labels, gradient, (size_t)p->rows, (size_t)p->classes)
                        : p->pair(input, target, gradient, count);
    double end = now();
    if (repetition >= 0) ours[repetition] = (middle - start) / calls, theirs[repetition] = (end - middle) / calls;
  }
  double us = median(ours), them = median(theirs);
  printf("| %-28s | %10.2f | %10.2f | %5.2f | %.6g / %.6g |\n", p->name, us * 1e6, them * 1e6, them / us, value, peer);
  lk_loss_destroy(loss);
  free(input), free(gradient), free(target), free(labels);
}

int main(void) {
  const problem problems[] = {
      {"cross_entropy 512 x 32000", "cross_entropy", 512, 32000, NULL},
      {"cross_entropy 4096 x 1000", "cross_entropy", 4096, 1000, NULL},
      {"cross_entropy 64 x 10", "cross_entropy", 64, 10, NULL},
      {"mse 100", "mse", 100, 0, peer_mse},
      {"mse 1000000", "mse", 1000000, 0, peer_mse},
      {"bce 100", "bce", 100, 0, peer_bce},
      {"bce 1000000", "bce", 1000000, 0, peer_bce},
  };
  printf("| value and gradient, f32      | losskit us | by hand us | ratio | values |\n|---|---|---|---|---|\n");
  for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) run(&problems[i]);
  return 0;
}
