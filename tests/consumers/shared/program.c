/* A program that knows losskit only by its installed header: log 3 is the loss of three equal logits. */
#include <losskit.h>
#include <losskit_dlpack.h>

#include <math.h>
#include <stdio.h>

int main(void) {
  float logits[6] = {0, 0, 0, 0, 0, 0};
  float slopes[6] = {0, 0, 0, 0, 0, 0};
  int64_t labels[2] = {0, 2};
  lk_tensor input = {logits, LK_F32, 2, {2, 3}, {0}};
  lk_tensor target = {labels, LK_I64, 1, {2}, {0}};
  lk_tensor gradient = {slopes, LK_F32, 2, {2, 3}, {0}};
  double value = 0;
  lk_error error = {sizeof(lk_error), 0, 0, {0}};
  lk_loss *loss = NULL;

  if (lk_version() != LK_VERSION) {
    fprintf(stderr, "the library is not of the header's version\n");
    return 1;
  }
  if (lk_loss_create("cross_entropy", &loss, &error) != LK_OK ||
      lk_loss_eval_pair(loss, NULL, &input, &target, &gradient, &value, &error) != LK_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  lk_loss_destroy(loss);
  printf("%.6f\n", value);
  return fabs(value - log(3.0)) < 1e-6 && fabs(slopes[0] + 1.0 / 3) < 1e-6 ? 0 : 1;
}
