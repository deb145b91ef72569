/* The advisor from C: every advised spec makes a loss, every reason and number is there, and the numbers are those of
   the data that was shown. Which loss is right for which data is tested beside the advisor itself. */
#include <math.h>
#include <string.h>

#include "support/buffer.h"
#include "support/check.h"
#include "support/scene.h"

static const struct {
  const char *name;
  uint32_t task;
} tasks[] = {{"regression", LK_TASK_REGRESSION},     {"binary", LK_TASK_BINARY},
             {"multiclass", LK_TASK_MULTICLASS},     {"multilabel", LK_TASK_MULTILABEL},
             {"segmentation", LK_TASK_SEGMENTATION}, {"max margin", LK_TASK_MAX_MARGIN}};

static lk_advice *advise(uint32_t task, uint32_t output, const buffer *target, const buffer *prediction) {
  lk_advise_options options;
  lk_advice *advice = NULL;
  lk_error error = check_error();
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.task = task;
  options.output = output;
  options.target = target == NULL ? NULL : &target->view;
  options.prediction = prediction == NULL ? NULL : &prediction->view;
  CHECK_OK(lk_advise(&options, &advice, &error), &error);
  return advice;
}

static void every_item_is_usable(const lk_advice *advice, int has_data) {
  size_t count = lk_advice_count(advice), evidence = lk_advice_evidence_count(advice), i;
  CHECK_THAT(count >= 1, "no advice");
  CHECK_THAT(!has_data || evidence >= 1, "no evidence from the data");
  for (i = 0; i < count; i += 1) {
    const char *spec = NULL, *reason = NULL;
    lk_loss *loss = NULL;
    lk_error error = check_error();
    if (!CHECK_OK(lk_advice_item(advice, i, &spec, &reason, &error), &error)) continue;
    CHECK(spec != NULL && reason != NULL && strlen(reason) > 20);
    CHECK_OK(lk_loss_create(spec, &loss, &error), &error);
    lk_loss_destroy(loss);
  }
  for (i = 0; i < evidence; i += 1) {
    const char *name = NULL;
    double value = NAN;
    lk_error error = check_error();
    if (!CHECK_OK(lk_advice_evidence(advice, i, &name, &value, &error), &error)) continue;
    CHECK_THAT(name != NULL && strlen(name) > 2 && !isnan(value), "evidence %lu", (unsigned long)i);
  }
  CHECK(lk_advice_item(advice, count, NULL, NULL, NULL) == LK_INVALID_ARGUMENT);
  CHECK(lk_advice_evidence(advice, evidence, NULL, NULL, NULL) == LK_INVALID_ARGUMENT);
}

static void without_data(void) {
  size_t i;
  uint32_t output;
  for (i = 0; i < sizeof tasks / sizeof tasks[0]; i += 1) {
    for (output = LK_OUTPUT_UNKNOWN; output <= LK_OUTPUT_PROBABILITIES; output += 1) {
      lk_advice *advice;
      check_scope("%s without data, output %u", tasks[i].name, (unsigned)output);
      advice = advise(tasks[i].task, output, NULL, NULL);
      if (advice != NULL) every_item_is_usable(advice, 0);
      lk_advice_destroy(advice);
    }
  }
}

/* Some evidence must carry the number that only the data can have given. */
static void some_evidence_is(const lk_advice *advice, const char *what, double expected) {
  size_t count = lk_advice_evidence_count(advice), i, found = 0;
  for (i = 0; i < count; i += 1) {
    const char *name = NULL;
    double value = NAN;
    if (lk_advice_evidence(advice, i, &name, &value, NULL) == LK_OK) found += fabs(value - expected) < 1e-9;
  }
  CHECK_THAT(found > 0, "no evidence holds %s = %g", what, expected);
}

static void with_rare_positives(void) {
  buffer target = buffer_create(LK_I64, DIMENSIONS(1001), LAYOUT_STRIDED);
  lk_advice *advice;
  buffer_fill(&target, 0);
  buffer_set(&target, 400, 1);
  check_scope("one positive in 1001");
  advice = advise(LK_TASK_BINARY, LK_OUTPUT_LOGITS, &target, NULL);
  if (advice != NULL) {
    every_item_is_usable(advice, 1);
    some_evidence_is(advice, "positives", 1);
  }
  lk_advice_destroy(advice);
  buffer_destroy(&target);
}

static void with_residuals(void) {
  buffer target = buffer_create(LK_F32, DIMENSIONS(200), LAYOUT_CONTIGUOUS);
  buffer prediction = buffer_create(LK_F32, DIMENSIONS(200), LAYOUT_STRIDED);
  lk_advice *advice;
  size_t i;
  for (i = 0; i < 200; i += 1) {
    buffer_set(&prediction, i, 0);
    buffer_set(&target, i, i % 10 == 0 ? 500 : (double)(i % 9) - 4);
  }
  check_scope("a tenth of the residuals far out");
  advice = advise(LK_TASK_REGRESSION, LK_OUTPUT_SCORES, &target, &prediction);
  if (advice != NULL) every_item_is_usable(advice, 1);
  lk_advice_destroy(advice);
  buffer_destroy(&target);
  buffer_destroy(&prediction);
}

/* Data that the advisor cannot read is refused like that of any call. */
static void bad_data_is_refused(void) {
  buffer target = buffer_create(LK_F32, DIMENSIONS(4), LAYOUT_CONTIGUOUS);
  lk_advise_options options;
  lk_advice *advice = NULL;
  lk_error error = check_error();
  buffer_fill(&target, 1);
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.task = LK_TASK_BINARY;
  options.target = &target.view;
  target.view.rank = 9;
  check_scope("target of rank 9");
  CHECK_REFUSED(lk_advise(&options, &advice, &error), &error, LK_INVALID_SHAPE, ANY_INDEX, "target");
  target.view.rank = 1;
  target.view.data = NULL;
  error = check_error();
  check_scope("target without data");
  CHECK_REFUSED(lk_advise(&options, &advice, &error), &error, LK_INVALID_ARGUMENT, ANY_INDEX, "target");
  target.view.data = target.memory + 9 * sizeof(float);
  target.view.dtype = 77;
  error = check_error();
  check_scope("target of dtype 77");
  CHECK_REFUSED(lk_advise(&options, &advice, &error), &error, LK_INVALID_DTYPE, ANY_INDEX, "target");
  CHECK(advice == NULL);
  target.view.dtype = LK_F32;
  buffer_destroy(&target);
}

static void empty_data_is_no_crash(void) {
  size_t i;
  for (i = 0; i < sizeof tasks / sizeof tasks[0]; i += 1) {
    buffer target = buffer_create(LK_F32, DIMENSIONS(0), LAYOUT_CONTIGUOUS);
    lk_advise_options options;
    lk_advice *advice = NULL;
    lk_error error = check_error();
    lk_status status;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.task = tasks[i].task;
    options.target = &target.view;
    check_scope("%s, target without elements", tasks[i].name);
    status = lk_advise(&options, &advice, &error);
    if (status == LK_OK) every_item_is_usable(advice, 0);
    else CHECK_THAT(status != LK_INTERNAL && check_message_is_text(&error), "status %d", (int)status);
    lk_advice_destroy(advice);
    buffer_destroy(&target);
  }
}

int main(void) {
  without_data();
  with_rare_positives();
  with_residuals();
  bad_data_is_refused();
  empty_data_is_no_crash();
  return check_finish();
}
