/* f16 by hand: a piece at a time is turned to float, goes through the loop for float in the cache, and is turned back.
 * On x86 by the processor's own instruction, with which gcc does not vectorise by itself. */
#include "hand.h"

#include <stdint.h>
#ifdef __F16C__
#include <immintrin.h>
#endif

enum { PIECE = 1024, PIXELS = 256 };

#ifdef __F16C__
static void widen(const uint16_t *restrict from, float *restrict to, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128((const void *)(from + i))));
  for (; i < count; i++) to[i] = _cvtsh_ss(from[i]);
}

static void narrow(const float *restrict from, uint16_t *restrict to, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    _mm_storeu_si128((void *)(to + i), _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
  for (; i < count; i++) to[i] = _cvtss_sh(from[i], _MM_FROUND_TO_NEAREST_INT);
}
#else
static void widen(const uint16_t *restrict from, float *restrict to, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = (float)((const _Float16 *)(const void *)from)[i];
}

static void narrow(const float *restrict from, uint16_t *restrict to, size_t count) {
  for (size_t i = 0; i < count; i++) ((_Float16 *)(void *)to)[i] = (_Float16)from[i];
}
#endif

static void elementwise(hand_problem *p, void (*loss)(hand_problem *)) {
  float input[PIECE], target[PIECE], gradient[PIECE];
  double total = 0;
  for (size_t start = 0; start < p->outer; start += PIECE) {
    size_t count = p->outer - start < PIECE ? p->outer - start : PIECE;
    widen((const uint16_t *)p->input + start, input, count);
    if (p->target) widen((const uint16_t *)p->target + start, target, count);
    hand_problem piece = {input, target, gradient, NULL, count, 1, 1, p->scale, 0};
    loss(&piece);
    narrow(gradient, (uint16_t *)p->gradient + start, count);
    total += piece.value;
  }
  p->value = total;
}

/* A row, or a block of pixels of all classes, at a time. The loops for float read a class's score again after they have
 * written its exponential, so gradient and input are apart. */
static void classwise(hand_problem *p, void (*loss)(hand_problem *)) {
  float *input = p->scratch, *gradient = input + p->classes * (p->inner == 1 ? 1 : PIXELS);
  double total = 0;
  for (size_t outer = 0; outer < p->outer; outer++)
    for (size_t start = 0; start < p->inner; start += PIXELS) {
      size_t count = p->inner - start < PIXELS ? p->inner - start : PIXELS;
      size_t offset = outer * p->classes * p->inner + start;
      const uint16_t *x = (const uint16_t *)p->input + offset;
      uint16_t *g = (uint16_t *)p->gradient + offset;
      size_t pieces = p->inner == 1 ? 1 : p->classes, length = p->inner == 1 ? p->classes : count;
      for (size_t c = 0; c < pieces; c++) widen(x + c * p->inner, input + c * length, length);
      const int64_t *labels = (const int64_t *)p->target + outer * p->inner + start;
      hand_problem piece = {input, labels, gradient, NULL, 1, p->classes, count, p->scale, 0};
      loss(&piece);
      for (size_t c = 0; c < pieces; c++) narrow(gradient + c * length, g + c * p->inner, length);
      total += piece.value;
    }
  p->value = total;
}

void hand_l1_f16(hand_problem *p) { elementwise(p, hand_l1_f32); }
void hand_l2_f16(hand_problem *p) { elementwise(p, hand_l2_f32); }
void hand_mse_f16(hand_problem *p) { elementwise(p, hand_mse_f32); }
void hand_mae_f16(hand_problem *p) { elementwise(p, hand_mae_f32); }
void hand_huber_f16(hand_problem *p) { elementwise(p, hand_huber_f32); }
void hand_bce_f16(hand_problem *p) { elementwise(p, hand_bce_f32); }
void hand_focal_f16(hand_problem *p) { elementwise(p, hand_focal_f32); }
void hand_hinge_f16(hand_problem *p) { elementwise(p, hand_hinge_f32); }
void hand_squared_hinge_f16(hand_problem *p) { elementwise(p, hand_squared_hinge_f32); }
void hand_cross_entropy_f16(hand_problem *p) { classwise(p, hand_cross_entropy_f32); }
void hand_categorical_focal_f16(hand_problem *p) { classwise(p, hand_categorical_focal_f32); }
void hand_multiclass_hinge_f16(hand_problem *p) { classwise(p, hand_multiclass_hinge_f32); }
void hand_categorical_hinge_f16(hand_problem *p) { classwise(p, hand_categorical_hinge_f32); }
