/* How often a call asks for memory: allocations CALLS SPEC DTYPE TARGET DIMENSION... prints the count of the last of so
 * many calls on a NULL context, and of the last of as many on a context with threads. A profiler may watch the calls.
 *
 * DTYPE is the number of the header; TARGET is `same` for targets of the input's shape and type, `labels` for labels
 * along axis 1, `none` for none. The whole program's malloc is counted, so also what the library's threads ask for. */
#define _GNU_SOURCE
#include "losskit.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_long count;

/* glibc's own, which the functions of the same meaning below stand in front of. */
void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static void counted(void) { atomic_fetch_add(&count, 1); }
void *malloc(size_t size) {
  counted();
  return __libc_malloc(size);
}
void *calloc(size_t number, size_t size) {
  counted();
  return __libc_calloc(number, size);
}
void *realloc(void *memory, size_t size) {
  counted();
  return __libc_realloc(memory, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  counted();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void **memory, size_t alignment, size_t size) {
  counted();
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

static void stop(const char *message) {
  fprintf(stderr, "allocations: %s\n", message);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc < 6 || argc - 5 > LK_MAX_RANK) stop("expected CALLS SPEC DTYPE TARGET DIMENSION...");
  const size_t sizes[] = {0, 4, 8, 2, 2};
  lk_tensor input = {.dtype = (lk_dtype)atoi(argv[3]), .rank = (uint32_t)argc - 5};
  if (input.dtype < LK_F32 || input.dtype > LK_BF16) stop("expected a floating-point type");
  size_t elements = 1;
  for (uint32_t i = 0; i < input.rank; i++) elements *= (size_t)(input.shape[i] = atoll(argv[5 + i]));
  input.data = calloc(elements, sizes[input.dtype]);
  lk_tensor target = input, gradient = input;
  gradient.data = calloc(elements, sizes[input.dtype]);
  if (!strcmp(argv[4], "labels")) {
    target.dtype = LK_I64;
    target.rank--;
    for (uint32_t i = 1; i < target.rank; i++) target.shape[i] = input.shape[i + 1];
    target.data = calloc(elements, sizeof(int64_t));
  }

  const lk_tensor *targets = strcmp(argv[4], "none") ? &target : NULL;

  lk_error error = {.struct_size = sizeof error};
  lk_loss *loss = NULL;
  if (lk_loss_create(argv[2], &loss, &error)) stop(error.message);
  for (int pooled = 0; pooled < 2; pooled++) {
    lk_context *context = NULL;
    lk_context_options options = {.struct_size = sizeof options, .threads = 2};
    if (pooled && lk_context_create(&options, &context, &error)) stop(error.message);
    double value;
    long before = 0;
    for (int call = 0; call < atoi(argv[1]); call++) {
      before = count;
      if (lk_loss_eval_pair(loss, context, &input, targets, &gradient, &value, &error)) stop(error.message);
    }
    printf("%ld\n", count - before);
    lk_context_destroy(context);
  }
  lk_loss_destroy(loss);
  return 0;
}
