/* Host executors of every temper: each runs all tasks before it returns, in its own order and on its own threads. */
#ifndef LOSSKIT_TESTS_EXECUTORS_H
#define LOSSKIT_TESTS_EXECUTORS_H

#include "losskit.h"

/* How often an executor was asked, and for how many tasks in all; counted by the calling thread. */
typedef struct executor_log {
  unsigned long calls, tasks;
} executor_log;

typedef void parallel_for(void *log, size_t count, void (*task)(void *arg, size_t index), void *arg);

typedef struct named_executor {
  const char *name;
  parallel_for *run;
} named_executor;

extern const named_executor executors[];
extern const size_t executor_count;

/* A context on that executor; a failed check, and NULL, where there is none. */
lk_context *executor_context(parallel_for *run, executor_log *log, uint32_t concurrency);
/* A context with a pool of its own. */
lk_context *pool_context(uint32_t threads);

/* The threads of this process. */
long thread_count(void);
/* The same, after waiting up to two seconds for it to come down to `expected`. */
long thread_count_settled(long expected);

#endif
