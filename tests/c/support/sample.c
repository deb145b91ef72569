#include "sample.h"

#include <math.h>
#include <string.h>

#include "check.h"

const sample_kind sample_kinds[] = {
    {"mse", SHAPE_FLAT, INPUT_REAL, TARGET_REAL},
    {"mse(reduction=none)", SHAPE_IMAGE, INPUT_REAL, TARGET_REAL},
    {"mae(reduction=sum)", SHAPE_FLAT, INPUT_REAL, TARGET_REAL},
    {"huber(delta=0.5)", SHAPE_FLAT, INPUT_REAL, TARGET_REAL},
    {"cross_entropy", SHAPE_FLAT, INPUT_REAL, TARGET_LABELS},
    {"cross_entropy(reduction=none)", SHAPE_FLAT, INPUT_REAL, TARGET_LABELS},
    {"cross_entropy(label_smoothing=0.1, ignore_index=1)", SHAPE_IMAGE, INPUT_REAL, TARGET_LABELS},
    {"cross_entropy(label_smoothing=0.1)", SHAPE_IMAGE, INPUT_REAL, TARGET_ONE_HOT},
    {"cross_entropy(axis=-1)", SHAPE_IMAGE_LAST, INPUT_REAL, TARGET_LABELS},
    {"cross_entropy(from=probs)", SHAPE_FLAT, INPUT_PROBABILITIES, TARGET_LABELS},
    {"cross_entropy(from=log_probs)", SHAPE_FLAT, INPUT_LOG_PROBABILITIES, TARGET_ONE_HOT},
    {"linear_cross_entropy", SHAPE_FLAT, INPUT_REAL, TARGET_LABELS},
    {"linear_cross_entropy(softcap=4, z_loss=0.1, label_smoothing=0.1, reduction=none)", SHAPE_IMAGE_LAST, INPUT_REAL,
     TARGET_LABELS},
    {"bce", SHAPE_FLAT, INPUT_REAL, TARGET_BINARY},
    {"bce(from=probs)", SHAPE_FLAT, INPUT_PROBABILITIES, TARGET_BINARY},
    {"bce(pos_weight=3, label_smoothing=0.1)", SHAPE_IMAGE, INPUT_REAL, TARGET_BINARY},
    {"focal", SHAPE_FLAT, INPUT_REAL, TARGET_BINARY},
    {"focal(alpha=0.25, gamma=1.5)", SHAPE_FLAT, INPUT_REAL, TARGET_BINARY},
    {"categorical_focal", SHAPE_FLAT, INPUT_REAL, TARGET_LABELS},
    {"categorical_focal(gamma=1.5)", SHAPE_IMAGE, INPUT_REAL, TARGET_ONE_HOT},
    {"hinge", SHAPE_FLAT, INPUT_REAL, TARGET_SIGNED},
    {"hinge(labels=binary, margin=0.5)", SHAPE_IMAGE, INPUT_REAL, TARGET_BINARY},
    {"squared_hinge", SHAPE_FLAT, INPUT_REAL, TARGET_SIGNED},
    {"multiclass_hinge", SHAPE_FLAT, INPUT_REAL, TARGET_LABELS},
    {"multiclass_hinge(margin=0.5)", SHAPE_IMAGE, INPUT_REAL, TARGET_ONE_HOT},
    {"categorical_hinge", SHAPE_FLAT, INPUT_REAL, TARGET_LABELS},
    {"dice", SHAPE_IMAGE, INPUT_PROBABILITIES, TARGET_BINARY},
    {"dice(activation=softmax, reduction=none)", SHAPE_IMAGE, INPUT_REAL, TARGET_LABELS},
    {"dice(activation=sigmoid, squared=true, batch=true)", SHAPE_IMAGE, INPUT_REAL, TARGET_BINARY},
    {"dice(include_background=false)", SHAPE_IMAGE, INPUT_PROBABILITIES, TARGET_ONE_HOT},
    {"jaccard", SHAPE_IMAGE, INPUT_PROBABILITIES, TARGET_BINARY},
    {"tversky(alpha=0.3, beta=0.7, activation=sigmoid)", SHAPE_IMAGE, INPUT_REAL, TARGET_BINARY},
    {"l1", SHAPE_FLAT, INPUT_REAL, TARGET_NONE},
    {"l2", SHAPE_IMAGE, INPUT_REAL, TARGET_NONE},
    {"0.7*cross_entropy(label_smoothing=0.2) + 0.3*multiclass_hinge + 1e-4*l2", SHAPE_FLAT, INPUT_REAL,
     TARGET_LABELS},
    {"keras.mean_squared_error", SHAPE_FLAT, INPUT_REAL, TARGET_REAL},
    {"keras.mean_absolute_error", SHAPE_FLAT, INPUT_REAL, TARGET_REAL},
    {"keras.huber", SHAPE_FLAT, INPUT_REAL, TARGET_REAL},
    {"keras.binary_crossentropy", SHAPE_FLAT, INPUT_PROBABILITIES, TARGET_BINARY},
    {"keras.binary_focal_crossentropy", SHAPE_FLAT, INPUT_PROBABILITIES, TARGET_BINARY},
    {"keras.categorical_crossentropy", SHAPE_FLAT, INPUT_PROBABILITIES, TARGET_ONE_HOT},
    {"keras.categorical_crossentropy(from_logits=true)", SHAPE_IMAGE_LAST, INPUT_REAL, TARGET_ONE_HOT},
    {"keras.sparse_categorical_crossentropy", SHAPE_FLAT, INPUT_PROBABILITIES, TARGET_LABELS},
    {"keras.categorical_focal_crossentropy", SHAPE_FLAT, INPUT_PROBABILITIES, TARGET_ONE_HOT},
    {"keras.hinge", SHAPE_FLAT, INPUT_REAL, TARGET_SIGNED},
    {"keras.squared_hinge", SHAPE_FLAT, INPUT_REAL, TARGET_BINARY},
    {"keras.categorical_hinge", SHAPE_FLAT, INPUT_REAL, TARGET_ONE_HOT},
    {"keras.dice", SHAPE_IMAGE_LAST, INPUT_PROBABILITIES, TARGET_BINARY},
    {"keras.dice(axis=[1])", SHAPE_IMAGE_LAST, INPUT_PROBABILITIES, TARGET_BINARY},
    {"keras.tversky", SHAPE_IMAGE_LAST, INPUT_PROBABILITIES, TARGET_BINARY},
};

const size_t sample_kind_count = sizeof sample_kinds / sizeof sample_kinds[0];

double pseudo_random(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) / 9007199254740992.0;
}

static int names_loss(const char *spec, const char *name) {
  size_t length = strcspn(spec, "(");
  return strlen(name) == length && strncmp(spec, name, length) == 0;
}

void sample_table_is_complete(void) {
  size_t count = lk_catalog_count(), index;
  CHECK_THAT(count >= 29, "the catalog lists %lu losses", (unsigned long)count);
  for (index = 0; index < count; index += 1) {
    lk_loss_info info;
    lk_error error = check_error();
    size_t row, found = 0;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    if (!CHECK_OK(lk_catalog_loss(index, &info, &error), &error)) continue;
    for (row = 0; row < sample_kind_count; row += 1) found += (size_t)names_loss(sample_kinds[row].spec, info.name);
    CHECK_THAT(found > 0, "support/sample.c has no sample of %s", info.name);
  }
}

/* Which class and which row of classes an element of the input belongs to. */
static void locate(const sample_kind *kind, size_t position, int64_t classes, int64_t pixels, size_t *class_index,
                   size_t *row) {
  size_t class_count = (size_t)classes, pixel_count = (size_t)pixels;
  if (kind->shape == SHAPE_IMAGE) {
    *class_index = position / pixel_count % class_count;
    *row = position / (class_count * pixel_count) * pixel_count + position % pixel_count;
  } else {
    *class_index = position % class_count;
    *row = position / class_count;
  }
}

/* As many as the input has numbers, unless that would make a matrix of gigabytes. */
static int64_t layer_classes(int64_t width) { return width < 60 ? width : 60; }

static size_t label_of(size_t row, int64_t classes) { return (row * 7 + row / 5) % (size_t)classes; }

static double input_number(const sample_kind *kind, size_t class_index, size_t row, int64_t classes,
                           uint64_t *state) {
  /* Rows of probabilities sum to 1: weights 1..classes in an order that turns with the row. */
  double total = (double)classes * ((double)classes + 1.0) / 2.0;
  double probability = (double)((class_index + row) % (size_t)classes + 1) / total;
  if (classes == 1) probability = 0.05 + 0.9 * pseudo_random(state);
  if (kind->input == INPUT_PROBABILITIES) return probability;
  if (kind->input == INPUT_LOG_PROBABILITIES) return log(probability);
  return 8.0 * pseudo_random(state) - 4.0;
}

static double target_number(const sample_kind *kind, size_t class_index, size_t row, int64_t classes,
                            uint64_t *state) {
  double draw = pseudo_random(state);
  if (kind->target == TARGET_BINARY) return draw < 0.5;
  if (kind->target == TARGET_SIGNED) return draw < 0.5 ? -1.0 : 1.0;
  if (kind->target == TARGET_ONE_HOT) return label_of(row, classes) == class_index;
  return 8.0 * draw - 4.0;
}

static void fill(sample *made, const sample_kind *kind, int64_t classes, int64_t pixels) {
  uint64_t state = 20240607;
  size_t position, class_index, row;
  for (position = 0; position < made->input.count; position += 1) {
    locate(kind, position, classes, pixels, &class_index, &row);
    buffer_set(&made->input, position, input_number(kind, class_index, row, classes, &state));
    if (made->has_target && kind->target != TARGET_LABELS)
      buffer_set(&made->target, position, target_number(kind, class_index, row, classes, &state));
  }
  if (kind->target == TARGET_LABELS)
    for (row = 0; row < made->target.count; row += 1)
      buffer_set(&made->target, row, (double)label_of(row, made->has_layer ? layer_classes(classes) : classes));
}

static int offers_hessian(const lk_loss *loss) {
  size_t count = 0, index;
  if (lk_loss_operand_count(loss, &count, NULL) != LK_OK) return 0;
  for (index = 0; index < count; index += 1) {
    lk_operand_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    if (lk_loss_operand_info(loss, index, &info, NULL) != LK_OK) return 0;
    if (strcmp(info.name, "input") == 0) return (info.flags & LK_OPERAND_HESSIAN) != 0;
  }
  return 0;
}

static void make_operands(sample *made, const sample_kind *kind, lk_dtype dtype, int64_t rows, int64_t classes,
                          int64_t pixels, layout which) {
  int64_t shape[3];
  uint32_t rank = kind->shape == SHAPE_FLAT ? 2 : 3;
  shape[0] = rows;
  shape[1] = kind->shape == SHAPE_IMAGE_LAST ? pixels : classes;
  shape[2] = kind->shape == SHAPE_IMAGE_LAST ? classes : pixels;
  made->has_target = kind->target != TARGET_NONE;
  made->has_layer = names_loss(kind->spec, "linear_cross_entropy");
  made->input = buffer_create(dtype, rank, shape, which);
  made->gradient = buffer_create(dtype, rank, shape, which);
  made->hessian = buffer_create(dtype, rank, shape, which);
  if (kind->target == TARGET_LABELS) {
    shape[1] = pixels;
    made->target = buffer_create(LK_I64, rank - 1, shape, which);
  } else {
    made->target = buffer_create(dtype, rank, shape, which);
  }
  if (made->has_layer) {
    uint64_t state = 20251103;
    size_t position;
    shape[0] = layer_classes(classes);
    shape[1] = classes;
    made->layer = buffer_create(dtype, 2, shape, which);
    made->layer_gradient = buffer_create(dtype, 2, shape, which);
    for (position = 0; position < made->layer.count; position += 1)
      buffer_set(&made->layer, position, 2.0 * pseudo_random(&state) - 1.0);
  }
  fill(made, kind, classes, pixels);
}

int sample_create(sample *made, const sample_kind *kind, lk_dtype dtype, int64_t rows, int64_t classes,
                  int64_t pixels, layout which) {
  lk_error error = check_error();
  lk_operand operands[SAMPLE_OPERANDS];
  uint32_t rank = 0;
  int64_t shape[8];
  memset(made, 0, sizeof *made);
  if (!CHECK_OK(lk_loss_create(kind->spec, &made->loss, &error), &error)) return 0;
  make_operands(made, kind, dtype, rows, classes, pixels, which);
  made->has_hessian = offers_hessian(made->loss);
  if (!CHECK_OK(lk_loss_value_shape(made->loss, operands, sample_operands(made, operands), &rank, shape, &error),
                &error))
    return 0;
  made->value = buffer_create(dtype, rank, shape, which);
  return 1;
}

void sample_destroy(sample *made) {
  lk_loss_destroy(made->loss);
  buffer_destroy(&made->input);
  buffer_destroy(&made->target);
  buffer_destroy(&made->value);
  buffer_destroy(&made->gradient);
  buffer_destroy(&made->hessian);
  buffer_destroy(&made->layer);
  buffer_destroy(&made->layer_gradient);
}

size_t sample_operands(const sample *made, lk_operand operands[SAMPLE_OPERANDS]) {
  size_t count = 1;
  memset(operands, 0, SAMPLE_OPERANDS * sizeof *operands);
  operands[0].name = "input";
  operands[0].tensor = &made->input.view;
  operands[0].gradient = &made->gradient.view;
  operands[0].hessian = made->has_hessian ? &made->hessian.view : NULL;
  if (made->has_target) {
    operands[count].name = "target";
    operands[count].tensor = &made->target.view;
    count += 1;
  }
  if (made->has_layer) {
    operands[count].name = "weight";
    operands[count].tensor = &made->layer.view;
    operands[count].gradient = &made->layer_gradient.view;
    count += 1;
  }
  return count;
}

lk_status sample_eval(const sample *made, lk_context *context, lk_error *error) {
  lk_operand operands[SAMPLE_OPERANDS];
  size_t count = sample_operands(made, operands);
  return lk_loss_eval(made->loss, context, operands, count, &made->value.view, error);
}

int sample_reference(const sample *made) {
  lk_error error = check_error();
  return CHECK_OK(sample_eval(made, NULL, &error), &error) &&
         CHECK_THAT(buffer_written(&made->value), "elements of the value were not written") &&
         CHECK_THAT(buffer_written(&made->gradient), "elements of the gradient were not written") &&
         CHECK_THAT(!made->has_layer || buffer_written(&made->layer_gradient),
                    "elements of the layer's gradient were not written") &&
         CHECK_THAT(!made->has_hessian || buffer_written(&made->hessian), "elements of the hessian were not written");
}

static void repaint(buffer *tensor) {
  if (tensor->memory == NULL) return;
  memset(tensor->memory, 0xa5, tensor->bytes);
  buffer_seal(tensor);
}

void sample_repaint(sample *made) {
  repaint(&made->value);
  repaint(&made->gradient);
  repaint(&made->hessian);
  repaint(&made->layer_gradient);
}

int sample_same_bits(const sample *left, const sample *right) {
  return buffer_same_bits(&left->value, &right->value) && buffer_same_bits(&left->gradient, &right->gradient) &&
         buffer_same_bits(&left->hessian, &right->hessian) &&
         (!left->has_layer || buffer_same_bits(&left->layer_gradient, &right->layer_gradient));
}
