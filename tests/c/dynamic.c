/* The library as a plugin host sees it: opened by name, used with a pool, closed, and again, twenty times; and calls
   that leave the floating-point environment and the locale as they found them. Arguments: the library's path, and a
   locale whose decimal separator is a comma (or nothing, where this machine has none). */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <fenv.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "support/check.h"

/* The functions that this program finds by name; it is not linked to the library. */
static struct {
  uint32_t (*version)(void);
  lk_status (*create)(const char *, lk_loss **, lk_error *);
  void (*destroy)(lk_loss *);
  lk_status (*spec)(const lk_loss *, char *, size_t, size_t *, lk_error *);
  lk_status (*eval_pair)(const lk_loss *, lk_context *, const lk_tensor *, const lk_tensor *, const lk_tensor *,
                         double *, lk_error *);
  lk_status (*context_create)(const lk_context_options *, lk_context **, lk_error *);
  void (*context_destroy)(lk_context *);
} library;

/* C has no cast from what dlsym gives to a function; POSIX promises that the bytes are one. */
static int find(void *handle, const char *name, void *function, size_t size) {
  void *symbol = dlsym(handle, name);
  memcpy(function, &symbol, size);
  return CHECK_THAT(symbol != NULL, "%s is not found", name);
}

#define FIND(handle, name, member) find((handle), (name), &library.member, sizeof library.member)

static int find_all(void *handle) {
  return FIND(handle, "lk_version", version) && FIND(handle, "lk_loss_create", create) &&
         FIND(handle, "lk_loss_destroy", destroy) && FIND(handle, "lk_loss_spec", spec) &&
         FIND(handle, "lk_loss_eval_pair", eval_pair) && FIND(handle, "lk_context_create", context_create) &&
         FIND(handle, "lk_context_destroy", context_destroy);
}

enum { ROWS = 5003, CLASSES = 23 };
static float logits[ROWS * CLASSES], gradient[ROWS * CLASSES], first_gradient[ROWS * CLASSES];
static int64_t labels[ROWS];

static void fill(void) {
  int i;
  for (i = 0; i < ROWS * CLASSES; i += 1) logits[i] = (float)((i * 37 % 101) - 50) / 16.0f;
  for (i = 0; i < ROWS; i += 1) labels[i] = i * 11 % CLASSES;
}

static lk_tensor matrix(float *data) {
  lk_tensor view;
  memset(&view, 0, sizeof view);
  view.data = data;
  view.dtype = LK_F32;
  view.rank = 2;
  view.shape[0] = ROWS;
  view.shape[1] = CLASSES;
  return view;
}

/* A loss and a context made, used and destroyed. */
static double compute(uint32_t threads) {
  lk_tensor input = matrix(logits), output = matrix(gradient), target = matrix(NULL);
  lk_context_options options;
  lk_context *context = NULL;
  lk_loss *loss = NULL;
  lk_error error = check_error();
  double value = NAN;
  target.data = labels;
  target.dtype = LK_I64;
  target.rank = 1;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.threads = threads;
  memset(gradient, 0, sizeof gradient);
  if (!CHECK_OK(library.create("cross_entropy(label_smoothing=0.1)", &loss, &error), &error)) return NAN;
  if (CHECK_OK(library.context_create(&options, &context, &error), &error))
    CHECK_OK(library.eval_pair(loss, context, &input, &target, &output, &value, &error), &error);
  library.context_destroy(context);
  library.destroy(loss);
  return value;
}

static void opened_twenty_times(const char *path) {
  double first = NAN;
  int round;
  for (round = 0; round < 20; round += 1) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    double value;
    check_scope("opened for the %dth time", round + 1);
    if (!CHECK_THAT(handle != NULL, "dlopen: %s", handle == NULL ? dlerror() : "")) return;
    if (!find_all(handle)) return;
    CHECK(library.version() == (uint32_t)LK_VERSION);
    value = compute(3);
    if (round == 0) {
      first = value;
      memcpy(first_gradient, gradient, sizeof gradient);
    }
    CHECK(value == first && memcmp(gradient, first_gradient, sizeof gradient) == 0);
    CHECK(dlclose(handle) == 0);
  }
}

static void rounding_mode_is_kept(void) {
  static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  size_t i;
  for (i = 0; i < sizeof modes / sizeof modes[0]; i += 1) {
    int after;
    double one, three;
    check_scope("rounding mode %d", modes[i]);
    CHECK(fesetround(modes[i]) == 0);
    one = compute(1);
    three = compute(3);
    after = fegetround();
    fesetround(FE_TONEAREST);
    CHECK_THAT(after == modes[i], "the mode is %d afterwards", after);
    CHECK(isfinite(one) && isfinite(three));
  }
}

#if defined(__x86_64__)
/* Rounding, masks, flush-to-zero and denormals-are-zero; the low six bits are flags that any arithmetic raises. */
#define CONTROL 0xffc0u

static void control_bits_are_kept(void) {
  static const unsigned settings[] = {0x1f80u, 0x1f80u | 0x8000u, 0x1f80u | 0x0040u, 0x1f80u | 0x8040u};
  size_t i;
  for (i = 0; i < sizeof settings / sizeof settings[0]; i += 1) {
    unsigned after;
    check_scope("MXCSR %#x", settings[i]);
    _mm_setcsr(settings[i]);
    compute(1);
    compute(3);
    after = _mm_getcsr();
    _mm_setcsr(settings[0]);
    CHECK_THAT((after & CONTROL) == (settings[i] & CONTROL), "it is %#x afterwards", after);
  }
}
#elif defined(__aarch64__)
static uint64_t control_register(void) {
  uint64_t bits;
  __asm__ volatile("mrs %0, fpcr" : "=r"(bits));
  return bits;
}

static void control_bits_are_kept(void) {
  static const uint64_t settings[] = {0, UINT64_C(1) << 24};
  size_t i;
  for (i = 0; i < sizeof settings / sizeof settings[0]; i += 1) {
    uint64_t after;
    check_scope("FPCR %#lx", (unsigned long)settings[i]);
    __asm__ volatile("msr fpcr, %0" : : "r"(settings[i]));
    compute(1);
    compute(3);
    after = control_register();
    __asm__ volatile("msr fpcr, %0" : : "r"(settings[0]));
    CHECK_THAT(after == settings[i], "it is %#lx afterwards", (unsigned long)after);
  }
}
#else
#error "This test knows the floating-point control register of x86-64 and of aarch64."
#endif

static void text_of(const char *spec, char *text, size_t capacity) {
  lk_loss *loss = NULL;
  lk_error error = check_error();
  text[0] = 0;
  if (CHECK_OK(library.create(spec, &loss, &error), &error))
    CHECK_OK(library.spec(loss, text, capacity, NULL, &error), &error);
  library.destroy(loss);
}

static void locale_means_nothing(const char *locale) {
  char text[128], number[32];
  double before = compute(1);
  check_scope("locale %s", locale);
  if (!CHECK_THAT(setlocale(LC_ALL, locale) != NULL, "setlocale failed")) return;
  snprintf(number, sizeof number, "%.1f", 1.5);
  CHECK_THAT(strcmp(number, "1,5") == 0, "this locale writes 1.5 as %s: it tests nothing", number);
  text_of("huber(delta=1.5)", text, sizeof text);
  CHECK_THAT(strcmp(text, "huber(delta=1.5)") == 0, "huber(delta=1.5) prints as %s", text);
  CHECK(compute(1) == before);
  CHECK_THAT(strcmp(setlocale(LC_NUMERIC, NULL), locale) == 0, "the locale was changed");
  setlocale(LC_ALL, "C");
}

int main(int argument_count, char **arguments) {
  void *handle;
  if (argument_count < 2) {
    fprintf(stderr, "usage: %s LIBRARY [LOCALE]\n", arguments[0]);
    return EXIT_FAILURE;
  }
  fill();
  opened_twenty_times(arguments[1]);
  handle = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  check_scope("opened to stay");
  if (CHECK(handle != NULL) && find_all(handle)) {
    rounding_mode_is_kept();
    control_bits_are_kept();
    if (argument_count > 2 && arguments[2][0] != 0) locale_means_nothing(arguments[2]);
    else printf("NOT RUN: independence of the locale, as no locale with a decimal comma could be made here\n");
  }
  return check_finish();
}
