/* The losses as a C programmer would write them by hand: hand_LOSS_TYPE(problem), for the types f32, f64, bf16, f16.
 *
 * Compiled apart with -O3 -march=native -ffast-math, which lets the compiler use the vector exp and log of libm. */
#ifndef LOSSKIT_BENCHES_HAND_H
#define LOSSKIT_BENCHES_HAND_H
#include <stddef.h>

typedef struct {
  const void *input;  /* [outer, classes, inner]; elementwise losses: [outer] */
  const void *target; /* labels, int64 [outer, inner]; elementwise losses: input's type and shape; none for l1, l2 */
  void *gradient;     /* of input's type and shape */
  void *scratch;      /* room for one row of classes in the type that is computed in */
  size_t outer, classes, inner;
  double scale; /* 1 for a sum; one over the number of loss elements for a mean */
  double value; /* out */
} hand_problem;

#define HAND_TYPES(LOSS)                                              \
  void hand_##LOSS##_f32(hand_problem *), hand_##LOSS##_f64(hand_problem *); \
  void hand_##LOSS##_bf16(hand_problem *), hand_##LOSS##_f16(hand_problem *);

HAND_TYPES(l1)
HAND_TYPES(l2)
HAND_TYPES(mse)
HAND_TYPES(mae)
HAND_TYPES(huber)
HAND_TYPES(bce)
HAND_TYPES(focal)
HAND_TYPES(hinge)
HAND_TYPES(squared_hinge)
HAND_TYPES(cross_entropy)
HAND_TYPES(categorical_focal)
HAND_TYPES(multiclass_hinge)
HAND_TYPES(categorical_hinge)
void hand_dice_f32(hand_problem *), hand_dice_f64(hand_problem *);
void hand_jaccard_f32(hand_problem *), hand_jaccard_f64(hand_problem *);
void hand_tversky_f32(hand_problem *), hand_tversky_f64(hand_problem *);

#endif
