/* losskit beside hand-written C, one thread, value and gradient, on the same buffers in one run.
 *
 * The small sister of benches/suite: no interpreter, a few cases, some seconds. Turns alternate, so that what else the
 * machine does falls on both; medians are printed. It fails if the two disagree. */
#include "hand.h"
#include "losskit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 15 };

double time_calls(void (*call)(void *), void *argument, long count); /* driver.c */

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *times) {
  qsort(times, ROUNDS, sizeof *times, by_size);
  return times[ROUNDS / 2];
}

static void stop(const char *message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static void *room(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes)) stop("no memory");
  return memory;
}

typedef struct {
  const char *spec;
  int64_t outer, classes, inner; /* classes 1: elementwise */
  void (*hand)(hand_problem *);
} benchmark;

typedef struct {
  const lk_loss *loss;
  lk_tensor input, target, gradient;
  double value;
  lk_error error;
} losskit_call;

static void call_losskit(void *argument) {
  losskit_call *c = argument;
  if (lk_loss_eval_pair(c->loss, NULL, &c->input, &c->target, &c->gradient, &c->value, &c->error))
    stop(c->error.message);
}

static void fill(float *input, void *target, const benchmark *b, size_t count) {
  uint32_t state = 12345;
  for (size_t i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    input[i] = (float)(state >> 8) / 2097152.0f - 4.0f;
    if (b->classes == 1) ((float *)target)[i] = (float)(state >> 31);
  }
  if (b->classes > 1)
    for (int64_t i = 0; i < b->outer * b->inner; i++) ((int64_t *)target)[i] = i * 7919 % b->classes;
}

static void compare(const benchmark *b, const losskit_call *ours, const hand_problem *theirs, const float *slopes,
                    size_t count) {
  const float *gradient = ours->gradient.data;
  float apart = 0, largest = 0;
  for (size_t i = 0; i < count; i++) {
    apart = fmaxf(apart, fabsf(gradient[i] - slopes[i]));
    largest = fmaxf(largest, fabsf(slopes[i]));
  }
  if (fabs(ours->value - theirs->value) <= 1e-4 * fabs(theirs->value) && apart <= 1e-4f * largest) return;
  fprintf(stderr, "%s: found %g, by hand %g; gradients up to %g apart\n", b->spec, ours->value, theirs->value, apart);
  exit(1);
}

static void run(const benchmark *b) {
  size_t count = (size_t)(b->outer * b->classes * b->inner);
  float *input = room(count * 4), *gradient = room(count * 4), *slopes = room(count * 4);
  void *target = room(count * 8);
  fill(input, target, b, count);

  lk_loss *loss = NULL;
  lk_error error = {.struct_size = sizeof error};
  if (lk_loss_create(b->spec, &loss, &error)) stop(error.message);
  uint32_t rank = b->classes == 1 ? 1 : b->inner == 1 ? 2 : 3;
  losskit_call ours = {loss, {input, LK_F32, rank, {b->outer, b->classes, b->inner}, {0}}, {0}, {0}, 0, error};
  ours.gradient = ours.target = ours.input;
  ours.gradient.data = gradient;
  ours.target.data = target;
  if (b->classes > 1) ours.target = (lk_tensor){target, LK_I64, rank - 1, {b->outer, b->inner}, {0}};
  hand_problem theirs = {input, target, slopes, NULL, (size_t)b->outer, (size_t)b->classes, (size_t)b->inner, 0, 0};
  theirs.scale = 1.0 / ((double)b->outer * (double)b->inner);

  call_losskit(&ours);
  b->hand(&theirs);
  compare(b, &ours, &theirs, slopes, count);
  double us[ROUNDS], them[ROUNDS];
  long calls = count < 200000 ? (long)(200000 / count) + 1 : 1; /* a turn takes a tenth of a millisecond or more */
  for (int round = 0; round < ROUNDS; round++) {
    us[round] = time_calls(call_losskit, &ours, calls);
    them[round] = time_calls((void (*)(void *))b->hand, &theirs, calls);
  }
  double here = median(us) * 1e6, there = median(them) * 1e6;
  printf("| %-18s %6lld x %6lld x %6lld | %10.2f | %10.2f | %5.2f |\n", b->spec, (long long)b->outer,
         (long long)b->classes, (long long)b->inner, here, there, there / here);
  lk_loss_destroy(loss);
  free(input), free(gradient), free(slopes), free(target);
}

int main(void) {
  const benchmark benchmarks[] = {
      {"mse", 100, 1, 1, hand_mse_f32},
      {"mse", 1000000, 1, 1, hand_mse_f32},
      {"bce", 100, 1, 1, hand_bce_f32},
      {"bce", 1000000, 1, 1, hand_bce_f32},
      {"cross_entropy", 64, 10, 1, hand_cross_entropy_f32},
      {"cross_entropy", 4096, 1000, 1, hand_cross_entropy_f32},
      {"cross_entropy", 2, 4, 65536, hand_cross_entropy_f32},
  };
  printf("| value and gradient, f32, one thread          | losskit us | by hand us | ratio |\n|---|---|---|---|\n");
  for (size_t i = 0; i < sizeof benchmarks / sizeof *benchmarks; i++) run(&benchmarks[i]);
  return 0;
}
