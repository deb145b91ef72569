/* The elementary functions in long double, as the truth for f64.

   Long double has 64 bits in its fraction on x86-64 (and 113 on aarch64), and the C library's functions of it are within a
   few of its units: glibc's manual lists at most 3 for these. Of an f64 that is 0.002 units at most. Each function gives
   the nearest f64 and what is missing to the truth. */

#include <float.h>
#include <math.h>
#include <stddef.h>

_Static_assert(LDBL_MANT_DIG >= 64, "long double must be wider than double");

static long double softplus(long double x) { return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x)); }

static long double sigmoid(long double x) { return 1 / (1 + expl(-x)); }

#define FUNCTION(name, of)                                                                                             \
    void oracle_##name(const double *inputs, double *nearest, double *missing, size_t count) {                         \
        for (size_t k = 0; k < count; k++) {                                                                           \
            long double truth = of((long double)inputs[k]);                                                            \
            nearest[k] = (double)truth;                                                                                \
            missing[k] = isfinite(nearest[k]) ? (double)(truth - (long double)nearest[k]) : 0;                         \
        }                                                                                                              \
    }

FUNCTION(exp, expl)
FUNCTION(ln, logl)
FUNCTION(ln_1p, log1pl)
FUNCTION(softplus, softplus)
FUNCTION(sigmoid, sigmoid)
FUNCTION(tanh, tanhl)
