#define _POSIX_C_SOURCE 200809L
#include "executors.h"

#include <dirent.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "check.h"

static void count_call(void *user, size_t count) {
  executor_log *log = user;
  log->calls += 1;
  log->tasks += count;
}

static void in_order(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg) {
  size_t index;
  count_call(user, count);
  for (index = 0; index < count; index += 1) task(arg, index);
}

static void in_reverse(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg) {
  size_t index;
  count_call(user, count);
  for (index = count; index-- > 0;) task(arg, index);
}

/* Not what the contract allows, and yet what a retrying scheduler may do. */
static void each_twice(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg) {
  size_t index;
  count_call(user, count);
  for (index = 0; index < count; index += 1) {
    task(arg, index);
    task(arg, index);
  }
}

typedef struct shared_work {
  pthread_mutex_t lock;
  size_t next, count;
  void (*task)(void *arg, size_t index);
  void *arg;
} shared_work;

static void *take_tasks(void *data) {
  shared_work *work = data;
  for (;;) {
    size_t index;
    pthread_mutex_lock(&work->lock);
    index = work->next++;
    pthread_mutex_unlock(&work->lock);
    if (index >= work->count) return NULL;
    work->task(work->arg, index);
  }
}

static void run_on_threads(shared_work *work, int helpers) {
  pthread_t threads[4];
  int started = 0, i;
  pthread_mutex_init(&work->lock, NULL);
  while (started < helpers && pthread_create(&threads[started], NULL, take_tasks, work) == 0) started += 1;
  take_tasks(work);
  for (i = 0; i < started; i += 1) pthread_join(threads[i], NULL);
  pthread_mutex_destroy(&work->lock);
}

static void on_threads(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg) {
  shared_work work;
  memset(&work, 0, sizeof work);
  work.count = count;
  work.task = task;
  work.arg = arg;
  count_call(user, count);
  run_on_threads(&work, 4);
}

/* Returns to its own thread first and starts the work late, on a thread that nobody has seen before. */
static void *take_tasks_late(void *data) {
  struct timespec pause;
  pause.tv_sec = 0;
  pause.tv_nsec = 2000000;
  nanosleep(&pause, NULL);
  return take_tasks(data);
}

static void late(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg) {
  shared_work work;
  pthread_t thread;
  memset(&work, 0, sizeof work);
  work.count = count;
  work.task = task;
  work.arg = arg;
  count_call(user, count);
  pthread_mutex_init(&work.lock, NULL);
  if (pthread_create(&thread, NULL, take_tasks_late, &work) == 0) pthread_join(thread, NULL);
  else take_tasks(&work);
  pthread_mutex_destroy(&work.lock);
}

const named_executor executors[] = {{"in order", in_order},
                                    {"in reverse", in_reverse},
                                    {"on five threads", on_threads},
                                    {"each task twice", each_twice},
                                    {"late, on a new thread", late}};

const size_t executor_count = sizeof executors / sizeof executors[0];

lk_context *executor_context(parallel_for *run, executor_log *log, uint32_t concurrency) {
  lk_context_options options;
  lk_executor executor;
  lk_context *context = NULL;
  lk_error error = check_error();
  memset(&options, 0, sizeof options);
  memset(&executor, 0, sizeof executor);
  options.struct_size = sizeof options;
  options.executor = &executor;
  executor.struct_size = sizeof executor;
  executor.concurrency = concurrency;
  executor.user = log;
  executor.parallel_for = run;
  CHECK_OK(lk_context_create(&options, &context, &error), &error);
  /* The context must have copied what it needs. */
  memset(&executor, 0xee, sizeof executor);
  return context;
}

lk_context *pool_context(uint32_t threads) {
  lk_context_options options;
  lk_context *context = NULL;
  lk_error error = check_error();
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.threads = threads;
  CHECK_OK(lk_context_create(&options, &context, &error), &error);
  return context;
}

long thread_count(void) {
  DIR *folder = opendir("/proc/self/task");
  struct dirent *entry;
  long count = 0;
  if (folder == NULL) return -1;
  while ((entry = readdir(folder)) != NULL) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

long thread_count_settled(long expected) {
  struct timespec pause;
  int tries;
  pause.tv_sec = 0;
  pause.tv_nsec = 10000000;
  for (tries = 0; tries < 200 && thread_count() != expected; tries += 1) nanosleep(&pause, NULL);
  return thread_count();
}
