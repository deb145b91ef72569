/* What the benchmark times from C, so that no call through an interpreter is in a figure: losskit's own call, and a
 * clock around any number of calls of anything. Loaded by benches/suite. */
#define _POSIX_C_SOURCE 200809L
#include "losskit.h"

#include <time.h>

typedef struct {
  const lk_loss *loss;
  lk_context *context;
  const lk_tensor *input, *target, *gradient;
  double value;
  lk_status status;
  lk_error error;
} losskit_problem;

void losskit_call(losskit_problem *p) {
  p->status = lk_loss_eval_pair(p->loss, p->context, p->input, p->target, p->gradient, &p->value, &p->error);
}

/* The seconds that one of `count` calls took. */
double time_calls(void (*call)(void *), void *argument, long count) {
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (long i = 0; i < count; i++) call(argument);
  clock_gettime(CLOCK_MONOTONIC, &end);
  return ((double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec)) / (double)count;
}
