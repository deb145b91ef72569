/* The same bits wherever the work runs: on the calling thread, in pools of any size, on host executors of every
   temper; at sizes that really split, for every loss. */
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/executors.h"
#include "support/sample.h"

#define MAX_CONTEXTS 24

typedef struct place {
  char name[64];
  lk_context *context;
  executor_log log;
} place;

static place places[MAX_CONTEXTS];
static size_t place_count;

static void open_places(void) {
  static const uint32_t pools[] = {1, 2, 3, 7, 0};
  size_t i;
  for (i = 0; i < sizeof pools / sizeof pools[0]; i += 1) {
    place *next = &places[place_count++];
    snprintf(next->name, sizeof next->name, "own pool of %u", (unsigned)pools[i]);
    next->context = pool_context(pools[i]);
  }
  for (i = 0; i < executor_count; i += 1) {
    place *next = &places[place_count++];
    snprintf(next->name, sizeof next->name, "executor %s", executors[i].name);
    next->context = executor_context(executors[i].run, &next->log, (uint32_t)(i * 3));
  }
}

static void close_places(void) {
  size_t i;
  for (i = 0; i < place_count; i += 1) lk_context_destroy(places[i].context);
}

/* Fewer rows than threads, more rows than blocks, and rows that are long. */
static const struct {
  int64_t rows, classes, pixels;
} sizes[] = {{6007, 37, 4}, {3, 5, 60013}, {2, 70001, 1}, {40, 11, 301}};

#define SIZES (sizeof sizes / sizeof sizes[0])

static int create(sample *made, const sample_kind *kind, lk_dtype dtype, size_t size) {
  return sample_create(made, kind, dtype, sizes[size].rows, sizes[size].classes, sizes[size].pixels,
                       LAYOUT_CONTIGUOUS);
}

static void same_bits_everywhere(const sample_kind *kind, lk_dtype dtype, size_t size) {
  sample made, moved;
  size_t i;
  lk_error error = check_error();
  const char *type = dtype == LK_F32 ? "f32" : "f64";
  check_scope("%s, %s, size %lu", kind->spec, type, (unsigned long)size);
  if (create(&made, kind, dtype, size) && create(&moved, kind, dtype, size)) {
    sample_reference(&made);
    for (i = 0; i < place_count; i += 1) {
      check_scope("%s, %s, size %lu, %s", kind->spec, type, (unsigned long)size, places[i].name);
      sample_repaint(&moved);
      if (!CHECK_OK(sample_eval(&moved, places[i].context, &error), &error)) continue;
      CHECK_THAT(sample_same_bits(&made, &moved), "other bits than on the calling thread");
      CHECK(buffer_gaps_untouched(&moved.value) && buffer_gaps_untouched(&moved.gradient) &&
            buffer_gaps_untouched(&moved.hessian));
    }
    sample_destroy(&moved);
  }
  sample_destroy(&made);
}

/* In place the input is gone once a gradient is written: no task may need what another has overwritten. */
static void same_bits_in_place(const sample_kind *kind) {
  sample made;
  size_t i;
  lk_error error = check_error();
  check_scope("%s, in place", kind->spec);
  if (sample_create(&made, kind, LK_F32, 6007, 37, 4, LAYOUT_CONTIGUOUS)) {
    sample_reference(&made);
    for (i = 0; i < place_count; i += 1) {
      sample over;
      lk_operand operands[SAMPLE_OPERANDS];
      check_scope("%s, in place, %s", kind->spec, places[i].name);
      if (sample_create(&over, kind, LK_F32, 6007, 37, 4, LAYOUT_CONTIGUOUS)) {
        size_t count = sample_operands(&over, operands);
        operands[0].gradient = &over.input.view;
        CHECK_OK(lk_loss_eval(over.loss, places[i].context, operands, count, &over.value.view, &error), &error);
        CHECK(buffer_same_bits(&over.input, &made.gradient) && buffer_same_bits(&over.value, &made.value));
      }
      sample_destroy(&over);
    }
  }
  sample_destroy(&made);
}

static void executors_were_used(void) {
  size_t i;
  for (i = 0; i < place_count; i += 1) {
    if (strncmp(places[i].name, "executor", 8) != 0) continue;
    check_scope("%s", places[i].name);
    CHECK_THAT(places[i].log.calls >= sample_kind_count && places[i].log.tasks >= 2 * places[i].log.calls,
               "asked %lu times for %lu tasks", places[i].log.calls, places[i].log.tasks);
  }
}

/* Small work never leaves the calling thread. */
static void small_work_stays(void) {
  size_t row;
  for (row = 0; row < sample_kind_count; row += 1) {
    executor_log log = {0, 0};
    lk_context *context = executor_context(executors[0].run, &log, 8);
    lk_error error = check_error();
    sample made;
    check_scope("%s on a few elements", sample_kinds[row].spec);
    if (sample_create(&made, &sample_kinds[row], LK_F32, 4, 5, 5, LAYOUT_CONTIGUOUS)) {
      CHECK_OK(sample_eval(&made, context, &error), &error);
      CHECK_THAT(log.calls == 0, "the executor was asked %lu times", log.calls);
    }
    sample_destroy(&made);
    lk_context_destroy(context);
  }
}

static void run_none(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg) {
  executor_log *log = user;
  (void)task;
  (void)arg;
  log->calls += 1;
  log->tasks += count;
}

static void run_all_but_the_last(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg) {
  executor_log *log = user;
  size_t index;
  log->calls += 1;
  log->tasks += count;
  for (index = 0; index + 1 < count; index += 1) task(arg, index);
}

/* Indices past the count are no tasks, and must not be run. */
static void run_too_many(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg) {
  executor_log *log = user;
  size_t index;
  log->calls += 1;
  log->tasks += count;
  for (index = 0; index < count + 3; index += 1) task(arg, index);
  task(arg, SIZE_MAX);
}

/* An executor that forgets tasks must not make the library crash or report success over unwritten outputs. */
static void forgotten_tasks_are_noticed(parallel_for *run, const char *what) {
  executor_log log = {0, 0};
  lk_context *context = executor_context(run, &log, 2);
  size_t row;
  for (row = 0; row < sample_kind_count; row += 1) {
    lk_error error = check_error();
    sample made;
    unsigned long calls = log.calls;
    check_scope("%s on an executor that %s", sample_kinds[row].spec, what);
    if (sample_create(&made, &sample_kinds[row], LK_F32, 6007, 37, 4, LAYOUT_CONTIGUOUS)) {
      lk_status status = sample_eval(&made, context, &error);
      if (CHECK_THAT(log.calls > calls, "the executor was not asked"))
        CHECK_REFUSED(status, &error, LK_INTERNAL, ANY_INDEX, "executor");
    }
    sample_destroy(&made);
  }
  lk_context_destroy(context);
}

static void superfluous_tasks_do_nothing(void) {
  executor_log log = {0, 0};
  lk_context *context = executor_context(run_too_many, &log, 2);
  size_t row;
  for (row = 0; row < sample_kind_count; row += 1) {
    lk_error error = check_error();
    sample made, over;
    check_scope("%s on an executor that runs tasks past the count", sample_kinds[row].spec);
    if (create(&made, &sample_kinds[row], LK_F32, 0) && create(&over, &sample_kinds[row], LK_F32, 0)) {
      sample_reference(&made);
      CHECK_OK(sample_eval(&over, context, &error), &error);
      CHECK(sample_same_bits(&made, &over));
      sample_destroy(&over);
    }
    sample_destroy(&made);
  }
  lk_context_destroy(context);
}

int main(void) {
  size_t row, size;
  open_places();
  for (row = 0; row < sample_kind_count; row += 1) {
    for (size = 0; size < SIZES; size += 1) same_bits_everywhere(&sample_kinds[row], LK_F32, size);
    same_bits_everywhere(&sample_kinds[row], LK_F64, 0);
    same_bits_in_place(&sample_kinds[row]);
  }
  executors_were_used();
  close_places();
  small_work_stays();
  forgotten_tasks_are_noticed(run_none, "runs nothing");
  forgotten_tasks_are_noticed(run_all_but_the_last, "forgets the last task");
  superfluous_tasks_do_nothing();
  return check_finish();
}
