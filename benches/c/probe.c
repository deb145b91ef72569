/* What the machine can do at this moment: bytes through memory, and arithmetic in registers, by one thread or by all.
 *
 * The bandwidth probes are STREAM's scale and triad. The streaming ones write past the caches, which spares the reading
 * of what is overwritten; only where the processor has such stores for vectors of 64 or 32 bytes. */
#include <stddef.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

typedef struct {
  const float *first, *second; /* read; scale reads only the first */
  float *written;
  size_t count; /* elements, a multiple of 65536 */
  long threads;
  void (*kernel)(const float *, const float *, float *, size_t);
} probe_problem;

void probe_scale(const float *restrict a, const float *restrict unused, float *restrict w, size_t count) {
  (void)unused;
  for (size_t i = 0; i < count; i++) w[i] = 3.0f * a[i];
}

void probe_triad(const float *restrict a, const float *restrict b, float *restrict w, size_t count) {
  for (size_t i = 0; i < count; i++) w[i] = a[i] + 3.0f * b[i];
}

#if defined __AVX512F__
#define VECTOR(name) _mm512_##name##_ps
enum { LANES = 16 };
#elif defined __AVX__
#define VECTOR(name) _mm256_##name##_ps
enum { LANES = 8 };
#endif

#ifdef VECTOR
void probe_scale_streaming(const float *restrict a, const float *restrict unused, float *restrict w, size_t count) {
  (void)unused;
  for (size_t i = 0; i < count; i += LANES)
    VECTOR(stream)(w + i, VECTOR(mul)(VECTOR(set1)(3.0f), VECTOR(loadu)(a + i)));
  _mm_sfence();
}

void probe_triad_streaming(const float *restrict a, const float *restrict b, float *restrict w, size_t count) {
  for (size_t i = 0; i < count; i += LANES)
    VECTOR(stream)(w + i, VECTOR(add)(VECTOR(loadu)(a + i), VECTOR(mul)(VECTOR(set1)(3.0f), VECTOR(loadu)(b + i))));
  _mm_sfence();
}

/* As losskit goes past the caches: a run is computed into the first-level cache and copied from there. */
void probe_triad_buffered(const float *restrict a, const float *restrict b, float *restrict w, size_t count) {
  enum { RUN = 256 };
  float run[RUN] __attribute__((aligned(64)));
  for (size_t start = 0; start < count; start += RUN) {
    for (size_t i = 0; i < RUN; i++) run[i] = a[start + i] + 3.0f * b[start + i];
    for (size_t i = 0; i < RUN; i += LANES) VECTOR(stream)(w + start + i, VECTOR(load)(run + i));
  }
  _mm_sfence();
}
#endif

/* Arithmetic alone: `count` steps of 64 independent chains that stay in registers. */
void probe_arithmetic(const float *restrict a, const float *restrict unused, float *restrict w, size_t count) {
  (void)unused;
  float chain[64];
  for (int j = 0; j < 64; j++) chain[j] = a[j];
  for (size_t i = 0; i < count; i++)
    for (int j = 0; j < 64; j++) chain[j] = chain[j] * 0.999f + 0.25f;
  for (int j = 0; j < 64; j++) w[j] = chain[j];
}

/* One pass by the threads of OpenMP, which stay from pass to pass. A thread takes a piece when it has finished its last
 * one: on a machine that others use, a limit found by even shares would be that of the slowest core. */
void probe_call(probe_problem *p) {
  const long piece = 65536, pieces = (long)p->count / piece;
#pragma omp parallel for num_threads(p->threads) schedule(dynamic)
  for (long i = 0; i < pieces; i++) {
    long start = i * piece;
    p->kernel(p->first + start, p->second + start, p->written + start, (size_t)piece);
  }
}
