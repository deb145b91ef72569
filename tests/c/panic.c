/* A panic inside each exported function, one after the other: it comes back as LK_INTERNAL with a message, or as the
   documented nothing where there is no status; nothing is printed, no output is written, and the next call works.
   Built against a library with the cargo feature `fault-injection`. The argument is the list of exported functions. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check.h"

/* The next call of that function panics inside its guard. Only a library for tests exports this. */
void lk_test_inject_panic(const char *function_name);

/* What every call below may use: all of it valid, and made anew by each call that makes something. */
static struct {
  lk_loss *loss;
  lk_advice *advice;
  float numbers[4], gradient[4];
  lk_tensor input, target, output;
  lk_operand operands[2];
  lk_advise_options advise;
} given;

static const float paint = -7.25f;

static void prepare(void) {
  size_t i;
  memset(&given, 0, sizeof given);
  for (i = 0; i < 4; i += 1) {
    given.numbers[i] = (float)i;
    given.gradient[i] = paint;
  }
  given.input.data = given.numbers;
  given.input.dtype = LK_F32;
  given.input.rank = 1;
  given.input.shape[0] = 4;
  given.target = given.output = given.input;
  given.output.data = given.gradient;
  given.operands[0].name = "input";
  given.operands[0].tensor = &given.input;
  given.operands[0].gradient = &given.output;
  given.operands[1].name = "target";
  given.operands[1].tensor = &given.target;
  given.advise.struct_size = sizeof given.advise;
  given.advise.task = LK_TASK_REGRESSION;
  CHECK(lk_loss_create("mse", &given.loss, NULL) == LK_OK);
  CHECK(lk_advise(&given.advise, &given.advice, NULL) == LK_OK);
}

static void put_away(void) {
  lk_loss_destroy(given.loss);
  lk_advice_destroy(given.advice);
}

static int gradient_untouched(void) {
  size_t i;
  for (i = 0; i < 4; i += 1)
    if (given.gradient[i] != paint) return 0;
  return 1;
}

/* Whether the call wrote its outputs exactly if it succeeded. It is noted here and checked later, because what a
   failed check prints would be taken for output of the library. */
static int outputs_kept;

#define KEEPS(condition) (outputs_kept = outputs_kept && (condition))

/* Each gives the status of one call. */
static lk_status call_create(lk_error *error) {
  lk_loss *made = NULL;
  lk_status status = lk_loss_create("mse", &made, error);
  KEEPS((status == LK_OK) == (made != NULL));
  lk_loss_destroy(made);
  return status;
}

static lk_status call_spec(lk_error *error) {
  char text[16] = "#";
  size_t length = 99;
  lk_status status = lk_loss_spec(given.loss, text, sizeof text, &length, error);
  KEEPS(status == LK_OK ? length == 3 && strcmp(text, "mse") == 0 : text[0] == '#');
  return status;
}

static lk_status call_eval(lk_error *error) {
  lk_status status = lk_loss_eval(given.loss, NULL, given.operands, 2, NULL, error);
  KEEPS(status == LK_OK || gradient_untouched());
  return status;
}

static lk_status call_eval_pair(lk_error *error) {
  double value = 7;
  lk_status status = lk_loss_eval_pair(given.loss, NULL, &given.input, &given.target, &given.output, &value, error);
  KEEPS(status == LK_OK ? value == 0 : value == 7 && gradient_untouched());
  return status;
}

static lk_status call_scalar(lk_error *error) {
  double out[3] = {7, 7, 7};
  lk_status status = lk_loss_scalar(given.loss, 3, 1, out, error);
  KEEPS(status == LK_OK ? out[0] == 4 && out[2] == 2 : out[0] == 7 && out[1] == 7 && out[2] == 7);
  return status;
}

static lk_status call_operand_count(lk_error *error) {
  size_t count = 99;
  lk_status status = lk_loss_operand_count(given.loss, &count, error);
  KEEPS((status == LK_OK) == (count != 99));
  return status;
}

static lk_status call_operand_info(lk_error *error) {
  lk_operand_info info;
  lk_status status;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  status = lk_loss_operand_info(given.loss, 0, &info, error);
  KEEPS((status == LK_OK) == (info.name != NULL));
  return status;
}

static lk_status call_value_shape(lk_error *error) {
  uint32_t rank = 99;
  int64_t shape[8];
  lk_status status = lk_loss_value_shape(given.loss, given.operands, 2, &rank, shape, error);
  KEEPS((status == LK_OK) == (rank == 0));
  return status;
}

static lk_status call_context_create(lk_error *error) {
  lk_context *made = NULL;
  lk_status status = lk_context_create(NULL, &made, error);
  KEEPS((status == LK_OK) == (made != NULL));
  lk_context_destroy(made);
  return status;
}

static lk_status call_catalog_loss(lk_error *error) {
  lk_loss_info info;
  lk_status status;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  status = lk_catalog_loss(0, &info, error);
  KEEPS((status == LK_OK) == (info.name != NULL));
  return status;
}

static lk_status call_catalog_parameter(lk_error *error) {
  lk_parameter_info info;
  lk_status status;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  status = lk_catalog_parameter(0, 0, &info, error);
  KEEPS((status == LK_OK) == (info.name != NULL));
  return status;
}

static lk_status call_advise(lk_error *error) {
  lk_advice *made = NULL;
  lk_status status = lk_advise(&given.advise, &made, error);
  KEEPS((status == LK_OK) == (made != NULL));
  lk_advice_destroy(made);
  return status;
}

static lk_status call_advice_item(lk_error *error) {
  const char *spec = NULL, *reason = NULL;
  lk_status status = lk_advice_item(given.advice, 0, &spec, &reason, error);
  KEEPS((status == LK_OK) == (spec != NULL));
  return status;
}

/* Without data there is no evidence to ask for, so that the advice here is given on the numbers. */
static lk_status call_advice_evidence(lk_error *error) {
  lk_advise_options options = given.advise;
  lk_advice *advice = NULL;
  const char *name = NULL;
  double value = 7;
  lk_status status;
  options.target = &given.target;
  options.prediction = &given.input;
  KEEPS(lk_advise(&options, &advice, NULL) == LK_OK);
  status = lk_advice_evidence(advice, 0, &name, &value, error);
  KEEPS((status == LK_OK) == (name != NULL));
  lk_advice_destroy(advice);
  return status;
}

static const struct {
  const char *name;
  lk_status (*call)(lk_error *error);
} with_status[] = {{"lk_loss_create", call_create},
                   {"lk_loss_spec", call_spec},
                   {"lk_loss_eval", call_eval},
                   {"lk_loss_eval_pair", call_eval_pair},
                   {"lk_loss_scalar", call_scalar},
                   {"lk_loss_operand_count", call_operand_count},
                   {"lk_loss_operand_info", call_operand_info},
                   {"lk_loss_value_shape", call_value_shape},
                   {"lk_context_create", call_context_create},
                   {"lk_catalog_loss", call_catalog_loss},
                   {"lk_catalog_parameter", call_catalog_parameter},
                   {"lk_advise", call_advise},
                   {"lk_advice_item", call_advice_item},
                   {"lk_advice_evidence", call_advice_evidence}};

#define WITH_STATUS (sizeof with_status / sizeof with_status[0])

/* Functions that return no status: whether the call gave what is documented for a failure, and for success. */
static int call_version(int panics) { return lk_version() == (panics ? 0 : (uint32_t)LK_VERSION); }

static int call_status_string(int panics) {
  const char *text = lk_status_string(LK_EMPTY);
  return panics ? text == NULL || text[0] != 0 : text != NULL;
}

static int call_catalog_count(int panics) { return (lk_catalog_count() == 0) == panics; }

static int call_advice_count(int panics) { return (lk_advice_count(given.advice) == 0) == panics; }

static int call_advice_evidence_count(int panics) {
  size_t count = lk_advice_evidence_count(given.advice);
  return !panics || count == 0;
}

static int call_loss_destroy(int panics) {
  lk_loss *made = NULL;
  (void)panics;
  if (lk_loss_create("mse", &made, NULL) != LK_OK) return 0;
  lk_loss_destroy(made);
  return 1;
}

static int call_context_destroy(int panics) {
  lk_context *made = NULL;
  (void)panics;
  if (lk_context_create(NULL, &made, NULL) != LK_OK) return 0;
  lk_context_destroy(made);
  return 1;
}

static int call_advice_destroy(int panics) {
  lk_advice *made = NULL;
  (void)panics;
  if (lk_advise(&given.advise, &made, NULL) != LK_OK) return 0;
  lk_advice_destroy(made);
  return 1;
}

static const struct {
  const char *name;
  int (*call)(int panics);
} without_status[] = {{"lk_version", call_version},
                      {"lk_status_string", call_status_string},
                      {"lk_catalog_count", call_catalog_count},
                      {"lk_advice_count", call_advice_count},
                      {"lk_advice_evidence_count", call_advice_evidence_count},
                      {"lk_loss_destroy", call_loss_destroy},
                      {"lk_context_destroy", call_context_destroy},
                      {"lk_advice_destroy", call_advice_destroy}};

#define WITHOUT_STATUS (sizeof without_status / sizeof without_status[0])

/* What the process prints between silence_begin and silence_end goes to a file; its length must be 0. */
static FILE *heard;
static int kept[2];

static void silence_begin(void) {
  fflush(NULL);
  heard = tmpfile();
  if (!CHECK(heard != NULL)) exit(EXIT_FAILURE);
  kept[0] = dup(STDOUT_FILENO);
  kept[1] = dup(STDERR_FILENO);
  dup2(fileno(heard), STDOUT_FILENO);
  dup2(fileno(heard), STDERR_FILENO);
}

static void silence_end(void) {
  long length;
  fflush(NULL);
  length = lseek(fileno(heard), 0, SEEK_END);
  dup2(kept[0], STDOUT_FILENO);
  dup2(kept[1], STDERR_FILENO);
  close(kept[0]);
  close(kept[1]);
  fclose(heard);
  CHECK_THAT(length == 0, "%ld bytes were printed", length);
}

static void panic_with_status(size_t i) {
  lk_error error = check_error();
  lk_status status;
  prepare();
  outputs_kept = 1;
  check_scope("a panic in %s", with_status[i].name);
  silence_begin();
  lk_test_inject_panic(with_status[i].name);
  status = with_status[i].call(&error);
  silence_end();
  CHECK_REFUSED(status, &error, LK_INTERNAL, -1, with_status[i].name);
  check_scope("a panic in %s without an error to fill in", with_status[i].name);
  silence_begin();
  lk_test_inject_panic(with_status[i].name);
  status = with_status[i].call(NULL);
  silence_end();
  CHECK(status == LK_INTERNAL);
  check_scope("%s after its panics", with_status[i].name);
  error = check_error();
  CHECK_OK(with_status[i].call(&error), &error);
  CHECK_THAT(outputs_kept, "outputs were written by a call that failed, or left by one that succeeded");
  put_away();
}

static void panic_without_status(size_t i) {
  int as_documented;
  prepare();
  check_scope("a panic in %s", without_status[i].name);
  silence_begin();
  lk_test_inject_panic(without_status[i].name);
  as_documented = without_status[i].call(1);
  silence_end();
  CHECK(as_documented);
  check_scope("%s after its panic", without_status[i].name);
  CHECK(without_status[i].call(0));
  put_away();
}

/* A function that is exported and not tried above is a failure. */
static void every_export_is_tried(const char *path) {
  FILE *file = fopen(path, "r");
  char name[128];
  size_t count = 0, i;
  check_scope("%s", path);
  if (!CHECK_THAT(file != NULL, "cannot be read")) return;
  while (fscanf(file, "%127s", name) == 1) {
    size_t found = 0;
    for (i = 0; i < WITH_STATUS; i += 1) found += strcmp(with_status[i].name, name) == 0;
    for (i = 0; i < WITHOUT_STATUS; i += 1) found += strcmp(without_status[i].name, name) == 0;
    CHECK_THAT(found == 1, "%s is tried %lu times", name, (unsigned long)found);
    count += 1;
  }
  fclose(file);
  CHECK_THAT(count == WITH_STATUS + WITHOUT_STATUS, "%lu functions are listed", (unsigned long)count);
}

int main(int argument_count, char **arguments) {
  size_t i;
  if (argument_count != 2) {
    fprintf(stderr, "usage: %s LIST_OF_FUNCTIONS\n", arguments[0]);
    return EXIT_FAILURE;
  }
  every_export_is_tried(arguments[1]);
  for (i = 0; i < WITH_STATUS; i += 1) panic_with_status(i);
  for (i = 0; i < WITHOUT_STATUS; i += 1) panic_without_status(i);
  return check_finish();
}
