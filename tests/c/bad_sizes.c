/* Structs of the wrong size: smaller ones are refused, larger ones are accepted while their unknown tail is zero, and
   an error that is too small is never written. */
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/refuses.h"

/* A struct of a later version of the header: a known part, and a tail that this library does not know. */
#define TAIL 16
#define GROWN(type)          \
  struct {                   \
    type known;              \
    unsigned char tail[TAIL]; \
  }

static void no_work(void *user, size_t count, void (*task)(void *arg, size_t index), void *arg) {
  size_t index;
  (void)user;
  for (index = 0; index < count; index += 1) task(arg, index);
}

static void sizes_of_options(void) {
  GROWN(lk_context_options) options;
  GROWN(lk_executor) executor;
  GROWN(lk_advise_options) advise;
  lk_context *context = NULL;
  lk_advice *advice = NULL;
  memset(&options, 0, sizeof options);
  memset(&executor, 0, sizeof executor);
  memset(&advise, 0, sizeof advise);
  advise.known.task = LK_TASK_REGRESSION;
  executor.known.parallel_for = no_work;
  REFUSES(lk_context_create(&options.known, &context, &error), LK_INVALID_ARGUMENT, "struct_size");
  REFUSES(lk_advise(&advise.known, &advice, &error), LK_INVALID_ARGUMENT, "struct_size");
  options.known.struct_size = 4;
  advise.known.struct_size = 4;
  REFUSES(lk_context_create(&options.known, &context, &error), LK_INVALID_ARGUMENT, "struct_size");
  REFUSES(lk_advise(&advise.known, &advice, &error), LK_INVALID_ARGUMENT, "struct_size");
  options.known.struct_size = sizeof options.known;
  options.known.executor = &executor.known;
  REFUSES(lk_context_create(&options.known, &context, &error), LK_INVALID_ARGUMENT, "struct_size");
  executor.known.struct_size = 8;
  REFUSES(lk_context_create(&options.known, &context, &error), LK_INVALID_ARGUMENT, "struct_size");
  executor.known.struct_size = sizeof executor.known;
  executor.known.parallel_for = NULL;
  REFUSES(lk_context_create(&options.known, &context, &error), LK_INVALID_ARGUMENT, "parallel_for");
  executor.known.parallel_for = no_work;

  options.known.struct_size = sizeof options;
  executor.known.struct_size = sizeof executor;
  advise.known.struct_size = sizeof advise;
  check_scope("larger structs with zero tails");
  if (CHECK(lk_context_create(&options.known, &context, NULL) == LK_OK)) lk_context_destroy(context);
  if (CHECK(lk_advise(&advise.known, &advice, NULL) == LK_OK)) lk_advice_destroy(advice);
  context = NULL;
  advice = NULL;
  executor.tail[TAIL - 1] = 1;
  REFUSES(lk_context_create(&options.known, &context, &error), LK_INVALID_ARGUMENT, "executor");
  executor.tail[TAIL - 1] = 0;
  options.tail[0] = 1;
  advise.tail[TAIL - 1] = 1;
  REFUSES(lk_context_create(&options.known, &context, &error), LK_INVALID_ARGUMENT, "options");
  REFUSES(lk_advise(&advise.known, &advice, &error), LK_INVALID_ARGUMENT, "options");
  check_scope("refused options");
  CHECK(context == NULL && advice == NULL);
}

static void sizes_of_answers(const lk_loss *loss) {
  static const uint32_t too_small[] = {0, 1, 4, 8};
  GROWN(lk_operand_info) operand;
  GROWN(lk_loss_info) info;
  GROWN(lk_parameter_info) parameter;
  size_t i;
  for (i = 0; i < sizeof too_small / sizeof too_small[0]; i += 1) {
    memset(&operand, 0, sizeof operand);
    memset(&info, 0, sizeof info);
    memset(&parameter, 0, sizeof parameter);
    operand.known.struct_size = info.known.struct_size = parameter.known.struct_size = too_small[i];
    REFUSES(lk_loss_operand_info(loss, 0, &operand.known, &error), LK_INVALID_ARGUMENT, "struct_size");
    REFUSES(lk_catalog_loss(0, &info.known, &error), LK_INVALID_ARGUMENT, "struct_size");
    REFUSES(lk_catalog_parameter(0, 0, &parameter.known, &error), LK_INVALID_ARGUMENT, "struct_size");
    CHECK(operand.known.name == NULL && info.known.name == NULL && parameter.known.name == NULL);
  }
  operand.known.struct_size = sizeof operand;
  info.known.struct_size = sizeof info;
  parameter.known.struct_size = sizeof parameter;
  check_scope("answers with zero tails");
  CHECK(lk_loss_operand_info(loss, 0, &operand.known, NULL) == LK_OK && operand.known.name != NULL);
  CHECK(lk_catalog_loss(0, &info.known, NULL) == LK_OK && info.known.name != NULL);
  CHECK(lk_catalog_parameter(0, 0, &parameter.known, NULL) == LK_OK && parameter.known.name != NULL);
  operand.tail[3] = info.tail[3] = parameter.tail[3] = 1;
  REFUSES(lk_loss_operand_info(loss, 0, &operand.known, &error), LK_INVALID_ARGUMENT, "info");
  REFUSES(lk_catalog_loss(0, &info.known, &error), LK_INVALID_ARGUMENT, "info");
  REFUSES(lk_catalog_parameter(0, 0, &parameter.known, &error), LK_INVALID_ARGUMENT, "info");
}

/* An error that is too small cannot be filled in: the call does nothing at all, and its status is all it says. */
static void sizes_of_errors(void) {
  static const uint32_t sizes[] = {0, 3, 4, 8, 15, 16, 17, 100, 255};
  unsigned char memory[2 * sizeof(lk_error)];
  lk_error *error = (lk_error *)(void *)memory;
  size_t i, byte, written;
  for (i = 0; i < sizeof sizes / sizeof sizes[0]; i += 1) {
    lk_loss *loss = NULL;
    memset(memory, 0x5a, sizeof memory);
    error->struct_size = sizes[i];
    check_scope("lk_error with struct_size %u", (unsigned)sizes[i]);
    CHECK(lk_loss_create("mse", &loss, error) == LK_INVALID_ARGUMENT && loss == NULL);
    CHECK(lk_loss_create("no_such_loss", &loss, error) == LK_INVALID_ARGUMENT && loss == NULL);
    CHECK(error->struct_size == sizes[i]);
    written = 0;
    for (byte = sizeof error->struct_size; byte < sizeof memory; byte += 1) written += memory[byte] != 0x5a;
    CHECK_THAT(written == 0, "%lu bytes of the error were written", (unsigned long)written);
  }
}

/* A later version's error is filled in as far as this version knows it. */
static void larger_errors(void) {
  unsigned char memory[2 * sizeof(lk_error)];
  lk_error *error = (lk_error *)(void *)memory;
  lk_loss *loss = NULL;
  size_t byte, written = 0;
  memset(memory, 0, sizeof memory);
  error->struct_size = sizeof memory;
  check_scope("lk_error of a later version");
  CHECK(lk_loss_create("no_such_loss", &loss, error) == LK_INVALID_SPEC && loss == NULL);
  CHECK(error->status == LK_INVALID_SPEC && strstr(error->message, "no_such_loss") != NULL);
  CHECK(error->struct_size == sizeof memory);
  for (byte = sizeof(lk_error); byte < sizeof memory; byte += 1) written += memory[byte] != 0;
  CHECK_THAT(written == 0, "%lu bytes past what is known were written", (unsigned long)written);
}

/* A success leaves an error that says so. */
static void errors_of_success(void) {
  lk_error error = check_error();
  lk_loss *loss = NULL;
  check_scope("lk_error after a success");
  CHECK(lk_loss_create("mse", &loss, &error) == LK_OK);
  CHECK(error.status == LK_OK && error.index == -1 && error.message[0] == 0);
  lk_loss_destroy(loss);
}

/* An absurd size must not make the library look at all those bytes. */
static void absurd_sizes(void) {
  lk_context_options options;
  lk_context *context = NULL;
  lk_loss_info info;
  memset(&options, 0, sizeof options);
  memset(&info, 0, sizeof info);
  options.struct_size = UINT32_MAX;
  info.struct_size = UINT32_MAX;
  REFUSES(lk_context_create(&options, &context, &error), LK_INVALID_ARGUMENT, "struct_size");
  REFUSES(lk_catalog_loss(0, &info, &error), LK_INVALID_ARGUMENT, "struct_size");
  CHECK(context == NULL && info.name == NULL);
}

int main(void) {
  lk_loss *loss = NULL;
  lk_error error = check_error();
  check_scope("mse");
  if (CHECK_OK(lk_loss_create("mse", &loss, &error), &error)) sizes_of_answers(loss);
  lk_loss_destroy(loss);
  sizes_of_options();
  sizes_of_errors();
  larger_errors();
  errors_of_success();
  absurd_sizes();
  return check_finish();
}
