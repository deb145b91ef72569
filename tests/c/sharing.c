/* One loss and one context used by many threads at once; contexts that come and go; and processes that fork. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/check.h"
#include "support/executors.h"
#include "support/sample.h"

#define USERS 8
#define ROUNDS 6
#define CHILD_SECONDS 20

/* A rowwise, an elementwise and an overlap loss, at sizes that split. */
static const sample_kind shared_kinds[] = {
    {"cross_entropy(label_smoothing=0.1)", SHAPE_FLAT, INPUT_REAL, TARGET_LABELS},
    {"huber(delta=0.5)", SHAPE_FLAT, INPUT_REAL, TARGET_REAL},
    {"dice", SHAPE_IMAGE, INPUT_PROBABILITIES, TARGET_BINARY},
    {"0.5*cross_entropy + 0.5*l2", SHAPE_FLAT, INPUT_REAL, TARGET_LABELS},
};

#define SHARED_KINDS (sizeof shared_kinds / sizeof shared_kinds[0])

static int create(sample *made, size_t kind) {
  check_scope("%s", shared_kinds[kind].spec);
  return sample_create(made, &shared_kinds[kind], LK_F32, 4001, 31, 3, LAYOUT_CONTIGUOUS);
}

typedef struct user {
  const sample *reference;
  sample own; /* its outputs are its own; its loss is the reference's */
  lk_context *context;
  int failures, mismatches;
} user;

static void *use(void *data) {
  user *self = data;
  int round;
  for (round = 0; round < ROUNDS; round += 1) {
    lk_operand operands[SAMPLE_OPERANDS];
    lk_error error = check_error();
    size_t count = sample_operands(&self->own, operands);
    sample_repaint(&self->own);
    if (lk_loss_eval(self->reference->loss, self->context, operands, count, &self->own.value.view, &error) != LK_OK)
      self->failures += 1;
    else if (!sample_same_bits(self->reference, &self->own))
      self->mismatches += 1;
  }
  return NULL;
}

static void shared_by_threads(size_t kind, lk_context *context, const char *what) {
  user users[USERS];
  pthread_t threads[USERS];
  sample reference;
  int i, failures = 0, mismatches = 0;
  if (create(&reference, kind) && sample_reference(&reference)) {
    memset(users, 0, sizeof users);
    for (i = 0; i < USERS; i += 1) {
      users[i].reference = &reference;
      users[i].context = context;
      create(&users[i].own, kind);
    }
    for (i = 0; i < USERS; i += 1) CHECK(pthread_create(&threads[i], NULL, use, &users[i]) == 0);
    for (i = 0; i < USERS; i += 1) {
      pthread_join(threads[i], NULL);
      failures += users[i].failures;
      mismatches += users[i].mismatches;
      sample_destroy(&users[i].own);
    }
    check_scope("%s shared by %d threads, %s", shared_kinds[kind].spec, USERS, what);
    CHECK_THAT(failures == 0, "%d calls failed", failures);
    CHECK_THAT(mismatches == 0, "%d calls gave other bits", mismatches);
  }
  sample_destroy(&reference);
}

static void everything_is_shared(void) {
  lk_context *context = pool_context(3);
  size_t kind;
  for (kind = 0; kind < SHARED_KINDS; kind += 1) {
    shared_by_threads(kind, NULL, "no context");
    shared_by_threads(kind, context, "one context for all");
  }
  lk_context_destroy(context);
}

/* Two hundred contexts, each used, leave not one thread behind. */
static void contexts_come_and_go(void) {
  long before = thread_count();
  sample reference, made;
  lk_error error = check_error();
  int i, wrong = 0;
  if (create(&reference, 0) && create(&made, 0) && sample_reference(&reference)) {
    for (i = 0; i < 200; i += 1) {
      lk_context *context = pool_context((uint32_t)(i % 5));
      sample_repaint(&made);
      wrong += sample_eval(&made, context, &error) != LK_OK || !sample_same_bits(&reference, &made);
      lk_context_destroy(context);
    }
    check_scope("200 contexts, used");
    CHECK_THAT(wrong == 0, "%d calls failed or gave other bits", wrong);
    CHECK_THAT(before > 0 && thread_count_settled(before) == before, "%ld threads before, %ld after", before,
               thread_count());
    for (i = 0; i < 200; i += 1) lk_context_destroy(pool_context(4));
    check_scope("200 contexts, unused");
    CHECK_THAT(thread_count_settled(before) == before, "%ld threads before, %ld after", before, thread_count());
    sample_destroy(&made);
  }
  sample_destroy(&reference);
}

/* Gives the child's exit status, or -1 where it died or had to be killed after CHILD_SECONDS. */
static int wait_for(pid_t child) {
  struct timespec pause;
  int tries, status = 0;
  pause.tv_sec = 0;
  pause.tv_nsec = 10000000;
  for (tries = 0; tries < CHILD_SECONDS * 100; tries += 1) {
    if (waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    nanosleep(&pause, NULL);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return -1;
}

/* A context that asks for far more threads than there can be is a context, or a refusal; never the end. It is tried in
   a child whose memory is limited, so that the machine never has to hold those threads. */
static int ask_for_threads(uint32_t threads) {
  struct rlimit limit;
  lk_context_options options;
  lk_context *context = NULL;
  lk_error error = check_error();
  lk_status status;
  limit.rlim_cur = limit.rlim_max = (rlim_t)1 << 30;
  if (setrlimit(RLIMIT_AS, &limit) != 0) return 2;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.threads = threads;
  status = lk_context_create(&options, &context, &error);
  if ((status == LK_OK) != (context != NULL)) return 3;
  if (status != LK_OK && status != LK_OUT_OF_MEMORY && status != LK_INVALID_ARGUMENT) return 4;
  if (status != LK_OK && !check_message_is_text(&error)) return 5;
  lk_context_destroy(context);
  return thread_count_settled(1) == 1 ? 0 : 6;
}

static void absurd_thread_counts(void) {
  static const uint32_t counts[] = {1000, 100000, UINT32_MAX};
  size_t i;
  for (i = 0; i < sizeof counts / sizeof counts[0]; i += 1) {
    pid_t child;
    int status;
    fflush(NULL);
    child = fork();
    if (child == 0) _exit(ask_for_threads(counts[i]));
    check_scope("a context of %u threads", (unsigned)counts[i]);
    status = child < 0 ? -2 : wait_for(child);
    CHECK_THAT(status == 0,
               "the child ended with %d (-1: died or hung; 3: no context and no refusal; 4: another status; 5: no "
               "message; 6: threads were left behind)",
               status);
  }
}

/* What a child does: the inherited context computes, a new one does, and both are destroyed. */
static int child_work(const sample *reference, sample *made, lk_context *inherited) {
  lk_context_options options;
  lk_context *fresh = NULL;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.threads = 2;
  sample_repaint(made);
  if (sample_eval(made, inherited, NULL) != LK_OK) return 2;
  if (!sample_same_bits(reference, made)) return 3;
  if (sample_eval(made, inherited, NULL) != LK_OK || !sample_same_bits(reference, made)) return 4;
  if (lk_context_create(&options, &fresh, NULL) != LK_OK) return 5;
  if (sample_eval(made, fresh, NULL) != LK_OK || !sample_same_bits(reference, made)) return 6;
  lk_context_destroy(fresh);
  lk_context_destroy(inherited);
  return 0;
}

static void fork_and_compute(const char *what, int use_before, uint32_t threads) {
  lk_context *context = pool_context(threads);
  sample reference, made;
  lk_error error = check_error();
  if (create(&reference, 0) && create(&made, 0) && sample_reference(&reference)) {
    pid_t child;
    int status;
    if (use_before) CHECK_OK(sample_eval(&made, context, &error), &error);
    fflush(NULL);
    child = fork();
    if (child == 0) _exit(child_work(&reference, &made, context));
    check_scope("fork %s, %u threads", what, (unsigned)threads);
    status = child < 0 ? -2 : wait_for(child);
    CHECK_THAT(status == 0, "the child ended with %d (-1: died or hung; 2, 3, 4: the inherited context; 5, 6: its own)",
               status);
    sample_repaint(&made);
    CHECK_OK(sample_eval(&made, context, &error), &error);
    CHECK_THAT(sample_same_bits(&reference, &made), "the parent's context gives other bits after the fork");
    sample_destroy(&made);
  }
  sample_destroy(&reference);
  lk_context_destroy(context);
}

/* A child that never touches its context can destroy it, and a grandchild is a child like any other. */
static void fork_and_destroy(void) {
  lk_context *context = pool_context(3);
  sample reference, made;
  if (create(&reference, 0) && create(&made, 0) && CHECK(sample_eval(&reference, context, NULL) == LK_OK)) {
    pid_t child;
    fflush(NULL);
    child = fork();
    if (child == 0) {
      lk_context_destroy(context);
      _exit(0);
    }
    check_scope("fork, and destroy the context in the child");
    CHECK(child > 0 && wait_for(child) == 0);
    fflush(NULL);
    child = fork();
    if (child == 0) {
      pid_t grandchild = sample_eval(&made, context, NULL) == LK_OK ? fork() : -1;
      if (grandchild == 0) _exit(child_work(&reference, &made, context));
      _exit(grandchild < 0 ? 9 : wait_for(grandchild));
    }
    check_scope("fork in a fork");
    CHECK(child > 0 && wait_for(child) == 0);
    sample_destroy(&made);
  }
  sample_destroy(&reference);
  lk_context_destroy(context);
}

int main(void) {
  lk_context_destroy(NULL);
  lk_loss_destroy(NULL);
  fork_and_compute("while idle", 0, 3);
  fork_and_compute("after the pool was used", 1, 3);
  fork_and_compute("after a pool of the machine's size was used", 1, 0);
  fork_and_destroy();
  everything_is_shared();
  contexts_come_and_go();
  absurd_thread_counts();
  return check_finish();
}
