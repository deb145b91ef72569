/* How many instructions a call takes at the machine's own SIMD level, which a profiler may not know: steps LOSSKIT HAND
 * SPEC FUNCTION DTYPE TARGET OUTER CLASSES INNER prints those of losskit and of a loop of hand.h, on zeros; 0 for a loop
 * that HAND has not. A child makes the calls, and its parent lets it go one instruction at a time. One that clears or
 * copies a run counts for each step of it.
 *
 * DTYPE is the number of the header; TARGET is `same` for targets of the input's shape and type, `labels` for labels along
 * axis 1, `none` for none. CLASSES is 0 for elements, INNER 0 for rows. */
#define _GNU_SOURCE
#include "hand.h"
#include "losskit.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void stop(const char *message) {
  fprintf(stderr, "steps: %s\n", message);
  exit(1);
}

static void *library(const char *path) {
  void *opened = dlopen(path, RTLD_NOW);
  if (!opened) stop(dlerror());
  return opened;
}

typedef lk_status (*create_call)(const char *, lk_loss **, lk_error *);
typedef lk_status (*pair_call)(const lk_loss *, lk_context *, const lk_tensor *, const lk_tensor *, const lk_tensor *,
                               double *, lk_error *);

/* Three stretches between two stops each: nothing, a call of losskit, a call of the loop. */
static void calls(char **argv) {
  enum { PIXELS = 256 }; /* as in hand.c */
  const size_t sizes[] = {0, 4, 8, 2, 2};
  void *losskit = library(argv[1]), *hand = library(argv[2]);
  create_call create = (create_call)dlsym(losskit, "lk_loss_create");
  pair_call pair = (pair_call)dlsym(losskit, "lk_loss_eval_pair");
  void (*loop)(hand_problem *) = (void (*)(hand_problem *))dlsym(hand, argv[4]);
  if (!create || !pair) stop("the library is not losskit");
  int dtype = atoi(argv[5]);
  if (dtype < LK_F32 || dtype > LK_BF16) stop("expected a floating-point type");
  size_t outer = strtoul(argv[7], NULL, 10), classes = strtoul(argv[8], NULL, 10), inner = strtoul(argv[9], NULL, 10);
  size_t elements = outer * (classes ? classes : 1) * (inner ? inner : 1);
  lk_tensor input = {.data = calloc(elements, sizes[dtype]), .dtype = (lk_dtype)dtype, .rank = 1};
  input.shape[0] = (int64_t)outer;
  if (classes) input.shape[input.rank++] = (int64_t)classes;
  if (inner) input.shape[input.rank++] = (int64_t)inner;
  lk_tensor gradient = input, target = input;
  gradient.data = calloc(elements, sizes[dtype]);
  target.data = calloc(elements, sizeof(int64_t));
  if (!strcmp(argv[6], "labels")) {
    target.dtype = LK_I64;
    target.rank--;
    target.shape[1] = input.shape[2];
  }
  const lk_tensor *targets = strcmp(argv[6], "none") ? &target : NULL;
  hand_problem problem = {.outer = outer, .classes = classes ? classes : 1, .inner = inner ? inner : 1, .scale = 1};
  problem.input = input.data;
  problem.target = target.data;
  problem.gradient = gradient.data;
  problem.scratch = calloc(2 * problem.classes * PIXELS, sizeof(double));
  lk_error error = {.struct_size = sizeof error};
  lk_loss *loss = NULL;
  double value;
  if (create(argv[3], &loss, &error)) stop(error.message);
  ptrace(PTRACE_TRACEME, 0, NULL, NULL);
  raise(SIGSTOP);
  raise(SIGSTOP);
  for (int timed = 0; timed < 2; timed++) {
    if (timed) raise(SIGSTOP);
    if (pair(loss, NULL, &input, targets, &gradient, &value, &error)) stop(error.message);
    if (timed) raise(SIGSTOP);
  }
  for (int timed = 0; timed < 2; timed++) {
    if (timed) raise(SIGSTOP);
    if (loop) loop(&problem);
    if (timed) raise(SIGSTOP);
  }
}

int main(int argc, char **argv) {
  if (argc != 10) stop("expected LOSSKIT HAND SPEC FUNCTION DTYPE TARGET OUTER CLASSES INNER");
  pid_t child = fork();
  if (child < 0) stop("no second process");
  if (!child) {
    calls(argv);
    return 0;
  }
  long counts[3] = {0};
  int stops = 0, status;
  while (waitpid(child, &status, 0) == child && !WIFEXITED(status)) {
    if (WIFSIGNALED(status)) stop("the calls were ended by a signal");
    if (WSTOPSIG(status) == SIGSTOP) {
      stops++;
    } else if (WSTOPSIG(status) != SIGTRAP) {
      stop("the calls were stopped by a signal");
    }
    int counts_now = stops % 2 && stops < 6;
    if (counts_now) counts[stops / 2]++;
    ptrace(counts_now ? PTRACE_SINGLESTEP : PTRACE_CONT, child, NULL, NULL);
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) || stops != 6) stop("the calls were not made");
  printf("%ld %ld\n", counts[1] - counts[0], counts[2] - counts[0]);
  return 0;
}
