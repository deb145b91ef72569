/* NULL in every pointer position of every function, and operands that are not what they should be. Nothing crashes,
   and everything that returns a status names the argument. */
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/refuses.h"
#include "support/scene.h"

static void null_in_creation(void) {
  lk_loss *loss = (lk_loss *)&loss, *untouched = loss;
  lk_context *context = NULL;
  REFUSES(lk_loss_create(NULL, &loss, &error), LK_INVALID_ARGUMENT, "spec");
  CHECK_THAT(loss == untouched || loss == NULL, "a failed creation leaves a pointer that means nothing");
  REFUSES(lk_loss_create("mse", NULL, &error), LK_INVALID_ARGUMENT, "loss");
  REFUSES_SILENTLY(lk_loss_create(NULL, &loss, NULL), LK_INVALID_ARGUMENT);
  REFUSES_SILENTLY(lk_loss_create(NULL, NULL, NULL), LK_INVALID_ARGUMENT);
  REFUSES_SILENTLY(lk_loss_create("no_such_loss", &loss, NULL), LK_INVALID_SPEC);
  REFUSES(lk_context_create(NULL, NULL, &error), LK_INVALID_ARGUMENT, "context");
  REFUSES_SILENTLY(lk_context_create(NULL, NULL, NULL), LK_INVALID_ARGUMENT);
  check_scope("NULL options mean defaults");
  CHECK(lk_context_create(NULL, &context, NULL) == LK_OK && context != NULL);
  lk_context_destroy(context);
  check_scope("destroying NULL");
  lk_context_destroy(NULL);
  lk_loss_destroy(NULL);
  lk_advice_destroy(NULL);
  CHECK(1);
}

static void null_in_calls(const lk_loss *loss) {
  static float numbers[2] = {1, 2};
  lk_tensor tensor, value;
  lk_operand operands[2];
  double out[3] = {7, 7, 7}, sum = 7;
  memset(&tensor, 0, sizeof tensor);
  memset(operands, 0, sizeof operands);
  tensor.data = numbers;
  tensor.dtype = LK_F32;
  tensor.rank = 1;
  tensor.shape[0] = 2;
  value = tensor;
  value.rank = 0;
  operands[0].name = "input";
  operands[0].tensor = &tensor;
  operands[1].name = "target";
  operands[1].tensor = &tensor;
  REFUSES(lk_loss_eval(NULL, NULL, operands, 2, &value, &error), LK_INVALID_ARGUMENT, "loss");
  REFUSES(lk_loss_eval(loss, NULL, NULL, 2, &value, &error), LK_INVALID_ARGUMENT, "operands");
  REFUSES(lk_loss_eval(loss, NULL, NULL, 0, &value, &error), LK_INVALID_ARGUMENT, "input");
  REFUSES(lk_loss_eval(loss, NULL, operands, 1, &value, &error), LK_INVALID_ARGUMENT, "target");
  REFUSES_SILENTLY(lk_loss_eval(loss, NULL, operands, 1, &value, NULL), LK_INVALID_ARGUMENT);
  operands[1].name = NULL;
  REFUSES(lk_loss_eval(loss, NULL, operands, 2, &value, &error), LK_INVALID_ARGUMENT, "name");
  operands[1].name = "target";
  operands[1].tensor = NULL;
  REFUSES(lk_loss_eval(loss, NULL, operands, 2, &value, &error), LK_INVALID_ARGUMENT, "target");
  REFUSES(lk_loss_eval_pair(NULL, NULL, &tensor, &tensor, NULL, &sum, &error), LK_INVALID_ARGUMENT, "loss");
  REFUSES(lk_loss_eval_pair(loss, NULL, NULL, &tensor, NULL, &sum, &error), LK_INVALID_ARGUMENT, "input");
  REFUSES(lk_loss_eval_pair(loss, NULL, &tensor, NULL, NULL, &sum, &error), LK_INVALID_ARGUMENT, "target");
  REFUSES_SILENTLY(lk_loss_eval_pair(loss, NULL, NULL, NULL, NULL, NULL, NULL), LK_INVALID_ARGUMENT);
  REFUSES(lk_loss_scalar(NULL, 0.5, 0.5, out, &error), LK_INVALID_ARGUMENT, "loss");
  REFUSES(lk_loss_scalar(loss, 0.5, 0.5, NULL, &error), LK_INVALID_ARGUMENT, "out");
  REFUSES_SILENTLY(lk_loss_scalar(NULL, 0.5, 0.5, NULL, NULL), LK_INVALID_ARGUMENT);
  check_scope("outputs of refused calls");
  CHECK(out[0] == 7 && out[1] == 7 && out[2] == 7 && sum == 7 && numbers[0] == 1 && numbers[1] == 2);
}

/* A pointer to a struct that is off by one byte, and more operands than any call has. */
static void pointers_that_cannot_be(const lk_loss *loss) {
  static unsigned char bytes[sizeof(lk_operand) + 1];
  const lk_operand *operand = (const lk_operand *)(const void *)(bytes + 1);
  lk_tensor tensor;
  float number = 7;
  lk_operand operands[2];
  memset(&tensor, 0, sizeof tensor);
  memset(operands, 0, sizeof operands);
  tensor.data = &number;
  tensor.dtype = LK_F32;
  operands[0].name = "input";
  operands[0].tensor = (const lk_tensor *)(const void *)(bytes + 1);
  operands[1].name = "target";
  operands[1].tensor = &tensor;
  REFUSES(lk_loss_eval(loss, NULL, operand, 1, NULL, &error), LK_INVALID_ARGUMENT, "operands");
  REFUSES(lk_loss_eval(loss, NULL, operands, 2, NULL, &error), LK_INVALID_ARGUMENT, "input");
  REFUSES(lk_loss_eval(loss, NULL, operands, SIZE_MAX, NULL, &error), LK_INVALID_ARGUMENT, "operand");
  REFUSES(lk_loss_eval(loss, NULL, operands, SIZE_MAX / sizeof *operands + 1, NULL, &error), LK_INVALID_ARGUMENT,
          "operand");
  REFUSES(lk_loss_value_shape(loss, operands, SIZE_MAX, &tensor.rank, tensor.shape, &error), LK_INVALID_ARGUMENT,
          "operand");
  CHECK(number == 7 && tensor.rank == 0);
}

static void null_in_questions(const lk_loss *loss) {
  char text[64];
  size_t length = 99, count = 99;
  uint32_t rank = 99;
  int64_t shape[8] = {99, 99, 99, 99, 99, 99, 99, 99};
  lk_operand_info info;
  lk_operand nameless;
  memset(&info, 0, sizeof info);
  memset(&nameless, 0, sizeof nameless);
  info.struct_size = sizeof info;
  REFUSES(lk_loss_spec(NULL, text, sizeof text, &length, &error), LK_INVALID_ARGUMENT, "loss");
  REFUSES(lk_loss_spec(loss, NULL, sizeof text, &length, &error), LK_INVALID_ARGUMENT, "buffer");
  REFUSES_SILENTLY(lk_loss_spec(NULL, NULL, 0, NULL, NULL), LK_INVALID_ARGUMENT);
  REFUSES(lk_loss_operand_count(NULL, &count, &error), LK_INVALID_ARGUMENT, "loss");
  REFUSES(lk_loss_operand_count(loss, NULL, &error), LK_INVALID_ARGUMENT, "count");
  REFUSES(lk_loss_operand_info(NULL, 0, &info, &error), LK_INVALID_ARGUMENT, "loss");
  REFUSES(lk_loss_operand_info(loss, 0, NULL, &error), LK_INVALID_ARGUMENT, "info");
  REFUSES(lk_loss_operand_info(loss, 1000, &info, &error), LK_INVALID_ARGUMENT, "1000");
  REFUSES(lk_loss_operand_info(loss, SIZE_MAX, &info, &error), LK_INVALID_ARGUMENT, "18446744073709551615");
  REFUSES(lk_loss_value_shape(NULL, NULL, 0, &rank, shape, &error), LK_INVALID_ARGUMENT, "loss");
  REFUSES(lk_loss_value_shape(loss, NULL, 1, &rank, shape, &error), LK_INVALID_ARGUMENT, "operands");
  REFUSES(lk_loss_value_shape(loss, &nameless, 1, &rank, shape, &error), LK_INVALID_ARGUMENT, "name");
  REFUSES(lk_loss_value_shape(loss, &nameless, 0, NULL, shape, &error), LK_INVALID_ARGUMENT, "rank");
  REFUSES(lk_loss_value_shape(loss, &nameless, 0, &rank, NULL, &error), LK_INVALID_ARGUMENT, "shape");
  check_scope("outputs of refused questions");
  CHECK(count == 99 && rank == 99 && shape[0] == 99 && shape[7] == 99 && info.name == NULL);
}

static void null_in_catalog_and_advisor(void) {
  lk_loss_info loss;
  lk_parameter_info parameter;
  lk_advice *advice = NULL;
  const char *spec = NULL, *reason = NULL;
  double number = 7;
  memset(&loss, 0, sizeof loss);
  memset(&parameter, 0, sizeof parameter);
  loss.struct_size = sizeof loss;
  parameter.struct_size = sizeof parameter;
  REFUSES(lk_catalog_loss(0, NULL, &error), LK_INVALID_ARGUMENT, "info");
  REFUSES(lk_catalog_loss(lk_catalog_count(), &loss, &error), LK_INVALID_ARGUMENT, "");
  REFUSES(lk_catalog_loss(SIZE_MAX, &loss, &error), LK_INVALID_ARGUMENT, "18446744073709551615");
  REFUSES(lk_catalog_parameter(0, 0, NULL, &error), LK_INVALID_ARGUMENT, "info");
  REFUSES(lk_catalog_parameter(lk_catalog_count(), 0, &parameter, &error), LK_INVALID_ARGUMENT, "");
  REFUSES(lk_catalog_parameter(0, 1000, &parameter, &error), LK_INVALID_ARGUMENT, "1000");
  REFUSES_SILENTLY(lk_catalog_parameter(SIZE_MAX, SIZE_MAX, NULL, NULL), LK_INVALID_ARGUMENT);
  REFUSES(lk_advise(NULL, &advice, &error), LK_INVALID_ARGUMENT, "options");
  REFUSES_SILENTLY(lk_advise(NULL, NULL, NULL), LK_INVALID_ARGUMENT);
  REFUSES(lk_advice_item(NULL, 0, &spec, &reason, &error), LK_INVALID_ARGUMENT, "advice");
  REFUSES(lk_advice_evidence(NULL, 0, &spec, &number, &error), LK_INVALID_ARGUMENT, "advice");
  check_scope("counts of nothing");
  CHECK(lk_advice_count(NULL) == 0 && lk_advice_evidence_count(NULL) == 0);
  CHECK(loss.name == NULL && parameter.name == NULL && number == 7 && spec == NULL && reason == NULL);
}

static void null_in_advice(void) {
  lk_advise_options options;
  lk_advice *advice = NULL;
  lk_error error = check_error();
  const char *text = NULL;
  double number = 0;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.task = LK_TASK_BINARY;
  REFUSES(lk_advise(&options, NULL, &error), LK_INVALID_ARGUMENT, "advice");
  check_scope("lk_advise without data");
  if (!CHECK_OK(lk_advise(&options, &advice, &error), &error)) return;
  check_scope("an advice's spec or reason alone");
  CHECK(lk_advice_item(advice, 0, &text, NULL, NULL) == LK_OK && text != NULL);
  text = NULL;
  CHECK(lk_advice_item(advice, 0, NULL, &text, NULL) == LK_OK && text != NULL);
  CHECK(lk_advice_item(advice, 0, NULL, NULL, NULL) == LK_OK);
  REFUSES(lk_advice_item(advice, 1000, &text, &text, &error), LK_INVALID_ARGUMENT, "1000");
  REFUSES(lk_advice_evidence(advice, 1000, &text, &number, &error), LK_INVALID_ARGUMENT, "1000");
  lk_advice_destroy(advice);
  options.task = 0;
  REFUSES(lk_advise(&options, &advice, &error), LK_INVALID_ARGUMENT, "task");
  options.task = 99;
  REFUSES(lk_advise(&options, &advice, &error), LK_INVALID_ARGUMENT, "task");
  options.task = LK_TASK_BINARY;
  options.output = 99;
  REFUSES(lk_advise(&options, &advice, &error), LK_INVALID_ARGUMENT, "output");
}

static void operands_must_be_known(void) {
  scene made;
  if (scene_open_pair(&made, "mse", LK_F32)) {
    scene_add(&made, "wieghts", LK_F32, DIMENSIONS(2, 3), NULL);
    check_scope("unknown operand");
    REFUSED(&made, LK_INVALID_ARGUMENT, 2, "wieghts");
    made.operands[2].name = "";
    check_scope("operand with an empty name");
    REFUSED(&made, LK_INVALID_ARGUMENT, 2, "operand ''");
    made.operands[2].name = "\xff\xfe";
    check_scope("operand with a name that is not UTF-8");
    REFUSED(&made, LK_INVALID_ARGUMENT, ANY_INDEX, "UTF-8");
    made.operands[2].name = "input";
    check_scope("input twice");
    REFUSED(&made, LK_INVALID_ARGUMENT, 2, "input");
    made.operands[2].name = "target";
    check_scope("target twice");
    REFUSED(&made, LK_INVALID_ARGUMENT, 2, "target");
    scene_close(&made);
  }
}

static void long_names_are_no_danger(void) {
  size_t length = 1000000;
  char *name = malloc(length + 1);
  scene made;
  if (name == NULL || !CHECK(name != NULL)) return;
  memset(name, 'x', length);
  name[length] = 0;
  if (scene_open_pair(&made, "mse", LK_F32)) {
    scene_add(&made, name, LK_F32, DIMENSIONS(2, 3), NULL);
    check_scope("operand with a name of a million letters");
    REFUSED(&made, LK_INVALID_ARGUMENT, ANY_INDEX, "xxxxxxxx");
    scene_close(&made);
  }
  free(name);
}

static void flags_must_be_known(void) {
  int bit;
  for (bit = 0; bit < 64; bit += 1) {
    scene made;
    if (!scene_open_pair(&made, "mse", LK_F32)) return;
    made.operands[0].flags = UINT64_C(1) << bit;
    check_scope("flag bit %d", bit);
    if (made.operands[0].flags == LK_ACCUMULATE) {
      buffer_fill(&made.gradients[0], 0);
      buffer_fill(&made.hessians[0], 0);
      SUCCEEDS(&made);
    } else {
      REFUSED(&made, LK_INVALID_ARGUMENT, ANY_INDEX, "flag");
    }
    scene_close(&made);
  }
}

/* What is not offered is refused by name, and never left unwritten in silence. */
static void derivatives_must_be_offered(void) {
  scene made;
  if (scene_open(&made, "dice")) {
    scene_add(&made, "input", LK_F32, DIMENSIONS(1, 1, 4), NULL);
    scene_add(&made, "target", LK_F32, DIMENSIONS(1, 1, 4), NULL);
    scene_want_hessian(&made, 0, LK_F32);
    scene_want_value(&made, LK_F32, SCALAR);
    check_scope("hessian of dice");
    REFUSED(&made, LK_UNSUPPORTED, 0, "hessian of operand 'input'");
    scene_close(&made);
  }
  if (scene_open_labels(&made, "cross_entropy", LK_I64)) {
    scene_want_gradient(&made, 1, LK_F32);
    check_scope("gradient of the labels");
    REFUSED(&made, LK_UNSUPPORTED, ANY_INDEX, "target");
    scene_close(&made);
  }
  if (scene_open_pair(&made, "mse", LK_F32)) {
    scene_add(&made, "sample_weight", LK_F32, DIMENSIONS(2, 3), NULL);
    scene_want_hessian(&made, 2, LK_F32);
    check_scope("hessian of the weights");
    REFUSED(&made, LK_UNSUPPORTED, ANY_INDEX, "sample_weight");
    scene_close(&made);
  }
}

/* The everyday call returns a double, which cannot hold the value of reduction=none. */
static void pair_wants_a_reduced_loss(void) {
  float numbers[2] = {1, 2};
  double sum = 7;
  lk_loss *loss = NULL;
  lk_tensor tensor;
  memset(&tensor, 0, sizeof tensor);
  tensor.data = numbers;
  tensor.dtype = LK_F32;
  tensor.rank = 1;
  tensor.shape[0] = 2;
  check_scope("mse(reduction=none)");
  if (!CHECK(lk_loss_create("mse(reduction=none)", &loss, NULL) == LK_OK)) return;
  REFUSES(lk_loss_eval_pair(loss, NULL, &tensor, &tensor, NULL, &sum, &error), LK_UNSUPPORTED, "reduction");
  CHECK(sum == 7);
  lk_loss_destroy(loss);
}

static void every_status_has_words(void) {
  static const lk_status unknown[] = {-1, 11, 1000, INT32_MIN, INT32_MAX};
  lk_status status;
  size_t i;
  check_scope("lk_status_string");
  for (status = LK_OK; status <= LK_INTERNAL; status += 1) {
    const char *text = lk_status_string(status);
    CHECK_THAT(text != NULL && strlen(text) >= 5, "status %d", (int)status);
    if (status > LK_OK) CHECK(strcmp(text, lk_status_string(status - 1)) != 0);
  }
  for (i = 0; i < sizeof unknown / sizeof unknown[0]; i += 1) {
    const char *text = lk_status_string(unknown[i]);
    CHECK_THAT(text != NULL && strlen(text) >= 5, "status %d", (int)unknown[i]);
  }
}

int main(void) {
  lk_loss *loss = NULL;
  lk_error error = check_error();
  null_in_creation();
  check_scope("mse");
  if (CHECK_OK(lk_loss_create("mse", &loss, &error), &error)) {
    null_in_calls(loss);
    pointers_that_cannot_be(loss);
    null_in_questions(loss);
  }
  lk_loss_destroy(loss);
  null_in_catalog_and_advisor();
  null_in_advice();
  operands_must_be_known();
  long_names_are_no_danger();
  flags_must_be_known();
  derivatives_must_be_offered();
  pair_wants_a_reduced_loss();
  every_status_has_words();
  return check_finish();
}
