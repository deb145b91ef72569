/* Every tensor ends at the last byte before memory that must not be touched, and then begins at the first byte after
   it: a kernel that reads or writes one lane too many dies here. Sizes are odd, and alignment is the element's and no
   more. */
#define _DEFAULT_SOURCE
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/check.h"
#include "support/sample.h"

typedef enum edge { BEFORE_THE_END, AFTER_THE_START } edge;

typedef struct fenced {
  unsigned char *memory, *data;
  size_t bytes, size;
} fenced;

static size_t page(void) { return (size_t)sysconf(_SC_PAGESIZE); }

/* Copies of these bytes with a forbidden page on both sides, flush against one of them. */
static fenced fence(const void *bytes, size_t size, edge where) {
  fenced made;
  size_t pages = (size + page() - 1) / page();
  if (pages == 0) pages = 1;
  made.size = size;
  made.bytes = (pages + 2) * page();
  made.memory = mmap(NULL, made.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!CHECK_THAT(made.memory != MAP_FAILED, "mmap of %lu bytes", (unsigned long)made.bytes)) {
    made.memory = NULL;
    return made;
  }
  memset(made.memory, 0xa5, made.bytes);
  made.data = where == AFTER_THE_START ? made.memory + page() : made.memory + made.bytes - page() - size;
  memcpy(made.data, bytes, size);
  mprotect(made.memory, page(), PROT_NONE);
  mprotect(made.memory + made.bytes - page(), page(), PROT_NONE);
  return made;
}

static int rest_untouched(const fenced *made) {
  const unsigned char *byte = made->memory + page(), *end = made->memory + made->bytes - page();
  for (; byte < end; byte += 1)
    if ((byte < made->data || byte >= made->data + made->size) && *byte != 0xa5) return 0;
  return 1;
}

static void remove_fence(fenced *made) {
  if (made->memory != NULL) munmap(made->memory, made->bytes);
}

static sigjmp_buf after_fault;

static void on_fault(int signal_number) { siglongjmp(after_fault, signal_number); }

static fenced fence_buffer(const buffer *tensor, edge where, lk_tensor *view) {
  fenced made = fence(tensor->view.data, tensor->count * dtype_size(tensor->view.dtype), where);
  *view = tensor->view;
  view->data = made.data;
  return made;
}

enum { INPUT, TARGET, GRADIENT, HESSIAN, VALUE, FENCES };

static void compare(const sample *made, const fenced *fences) {
  size_t size = dtype_size(made->input.view.dtype);
  CHECK(memcmp(fences[GRADIENT].data, made->gradient.view.data, made->gradient.count * size) == 0);
  CHECK(memcmp(fences[VALUE].data, made->value.view.data, made->value.count * size) == 0);
  if (made->has_hessian)
    CHECK(memcmp(fences[HESSIAN].data, made->hessian.view.data, made->hessian.count * size) == 0);
  CHECK(memcmp(fences[INPUT].data, made->input.view.data, made->input.count * size) == 0);
}

/* Gives 0 where the call faulted. */
static int call_fenced(const sample *made, edge where, int in_place) {
  fenced fences[FENCES];
  lk_tensor views[FENCES];
  lk_operand operands[SAMPLE_OPERANDS];
  lk_error error = check_error();
  size_t count = sample_operands(made, operands);
  int i, fault, faulted = 0;
  const buffer *buffers[FENCES];
  buffers[INPUT] = &made->input;
  buffers[TARGET] = &made->target;
  buffers[GRADIENT] = &made->gradient;
  buffers[HESSIAN] = &made->hessian;
  buffers[VALUE] = &made->value;
  for (i = 0; i < FENCES; i += 1) fences[i] = fence_buffer(buffers[i], where, &views[i]);
  operands[0].tensor = &views[INPUT];
  operands[0].gradient = in_place ? &views[INPUT] : &views[GRADIENT];
  operands[0].hessian = made->has_hessian ? &views[HESSIAN] : NULL;
  operands[1].tensor = &views[TARGET];
  fault = sigsetjmp(after_fault, 1);
  if (fault == 0) {
    lk_status status = lk_loss_eval(made->loss, NULL, operands, count, &views[VALUE], &error);
    if (CHECK_OK(status, &error) && !in_place) compare(made, fences);
    if (in_place)
      CHECK(memcmp(fences[INPUT].data, made->gradient.view.data, fences[INPUT].size) == 0);
    for (i = 0; i < FENCES; i += 1) CHECK_THAT(rest_untouched(&fences[i]), "bytes around tensor %d were written", i);
  } else {
    faulted = 1;
    CHECK_THAT(0, "signal %d: memory outside the tensors was touched", fault);
  }
  for (i = 0; i < FENCES; i += 1) remove_fence(&fences[i]);
  return !faulted;
}

static int every_edge(const sample_kind *kind, lk_dtype dtype, int64_t rows, int64_t classes, int64_t pixels) {
  sample made;
  int unharmed = 1;
  const char *type = dtype == LK_F32 ? "f32" : "f64";
  check_scope("%s, %s, %ldx%ldx%ld", kind->spec, type, (long)rows, (long)classes, (long)pixels);
  if (sample_create(&made, kind, dtype, rows, classes, pixels, LAYOUT_CONTIGUOUS) &&
      sample_reference(&made)) {
    unharmed = call_fenced(&made, BEFORE_THE_END, 0) && call_fenced(&made, AFTER_THE_START, 0) &&
               call_fenced(&made, BEFORE_THE_END, 1);
  }
  sample_destroy(&made);
  return unharmed;
}

int main(void) {
  /* One element, the widths of lanes and one to either side, and sizes above a block. */
  static const int64_t lengths[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 65, 129, 1025};
  struct sigaction action;
  size_t row, i;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_fault;
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  for (row = 0; row < sample_kind_count; row += 1) {
    int unharmed = 1;
    for (i = 0; unharmed && i < sizeof lengths / sizeof lengths[0]; i += 1) {
      unharmed = every_edge(&sample_kinds[row], LK_F32, 1, lengths[i] + 1, 1) &&
                 every_edge(&sample_kinds[row], LK_F64, 3, lengths[i] + 1, 1) &&
                 every_edge(&sample_kinds[row], LK_F32, lengths[i], 3, 1) &&
                 every_edge(&sample_kinds[row], LK_F64, lengths[i], 3, 1) &&
                 every_edge(&sample_kinds[row], LK_F32, 2, 3, lengths[i]) &&
                 every_edge(&sample_kinds[row], LK_F64, 1, 2, lengths[i]);
    }
  }
  return check_finish();
}
