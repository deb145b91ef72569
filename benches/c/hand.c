/* The loops of hand_*.inc, once for each type but f16, which has hand_f16.c. bf16 is read and written, and computed in
 * float. */
#include "hand.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { RUN = 4096, PIXELS = 256 }; /* elements whose terms are added up in the element type; pixels at a time */

enum overlap_loss { DICE, JACCARD, TVERSKY };

static inline float bf16_to_float(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float number;
  memcpy(&number, &wide, sizeof number);
  return number;
}

static inline uint16_t float_to_bf16(float number) { /* to the nearest, ties to even */
  uint32_t wide;
  memcpy(&wide, &number, sizeof wide);
  return (uint16_t)((wide + 0x7fffu + (wide >> 16 & 1u)) >> 16);
}

#define REAL float
#define MATH(name) name##f
#define TYPE float
#define NAME(loss) loss##_f32
#define LOAD(x) (x)
#define STORE(x) (x)
#define IN_PLACE 1
#include "hand_elements.inc"
#include "hand_rows.inc"
#include "hand_images.inc"
#include "hand_overlap.inc"
#undef TYPE
#undef NAME
#undef LOAD
#undef STORE
#undef IN_PLACE

#define TYPE uint16_t
#define NAME(loss) loss##_bf16
#define LOAD(x) bf16_to_float(x)
#define STORE(x) float_to_bf16(x)
#define IN_PLACE 0
#include "hand_elements.inc"
#include "hand_rows.inc"
#include "hand_images.inc"
#undef REAL
#undef MATH
#undef TYPE
#undef NAME
#undef LOAD
#undef STORE
#undef IN_PLACE

#define REAL double
#define MATH(name) name
#define TYPE double
#define NAME(loss) loss##_f64
#define LOAD(x) (x)
#define STORE(x) (x)
#define IN_PLACE 1
#include "hand_elements.inc"
#include "hand_rows.inc"
#include "hand_images.inc"
#include "hand_overlap.inc"
