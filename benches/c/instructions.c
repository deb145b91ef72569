/* A loop of hand.h for a profiler to watch: instructions LIBRARY FUNCTION CALLS ITEM OUTER CLASSES INNER calls it so often
 * on zeros, of a type of ITEM bytes. */
#include "hand.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void stop(const char *message) {
  fprintf(stderr, "instructions: %s\n", message);
  exit(1);
}

int main(int argc, char **argv) {
  enum { PIXELS = 256 }; /* as in hand.c */
  if (argc != 8) stop("expected LIBRARY FUNCTION CALLS ITEM OUTER CLASSES INNER");
  void *library = dlopen(argv[1], RTLD_NOW);
  if (!library) stop(dlerror());
  void (*loop)(hand_problem *) = (void (*)(hand_problem *))dlsym(library, argv[2]);
  if (!loop) stop(dlerror());
  size_t item = strtoul(argv[4], NULL, 10), outer = strtoul(argv[5], NULL, 10);
  size_t classes = strtoul(argv[6], NULL, 10), inner = strtoul(argv[7], NULL, 10);
  size_t elements = outer * classes * inner;
  hand_problem problem = {.outer = outer, .classes = classes, .inner = inner, .scale = 1};
  problem.input = calloc(elements, item);
  problem.target = calloc(elements, sizeof(int64_t));
  problem.gradient = calloc(elements, item);
  problem.scratch = calloc(2 * classes * PIXELS, sizeof(double));
  if (!problem.input || !problem.target || !problem.gradient || !problem.scratch) stop("no memory");
  for (long call = atol(argv[3]); call > 0; call--) loop(&problem);
  return 0;
}
