/* oneDNN has no loss among its primitives. The nearest is the softmax: here it writes the probabilities where the
 * gradient goes, and what is left of cross-entropy is done by hand at the labels. oneDNN's output scale makes it divide
 * by the number of rows on the way, so that the probabilities need no second pass. */
#include "oneapi/dnnl/dnnl.h"

#include <math.h>
#include <stdint.h>

typedef struct {
  const float *input; /* [outer, classes, inner] */
  const int64_t *target;
  float *gradient;
  int64_t outer, classes, inner;
  double value;
  dnnl_status_t status;
  /* filled by onednn_prepare */
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_t primitive;
  dnnl_memory_t from, to, scale;
  float divisor;
} onednn_problem;

#define TRY(call) \
  if ((p->status = (call)) != dnnl_success) return

void onednn_prepare(onednn_problem *p) {
  dnnl_memory_desc_t layout, one;
  dnnl_primitive_attr_t attributes;
  dnnl_primitive_desc_t description;
  dnnl_dims_t shape = {p->outer, p->classes, p->inner}, single = {1};
  p->divisor = (float)(1.0 / (double)(p->outer * p->inner));
  TRY(dnnl_engine_create(&p->engine, dnnl_cpu, 0));
  TRY(dnnl_stream_create(&p->stream, p->engine, dnnl_stream_default_flags));
  int rows = p->inner == 1;
  TRY(dnnl_memory_desc_create_with_tag(&layout, rows ? 2 : 3, shape, dnnl_f32, rows ? dnnl_ab : dnnl_abc));
  TRY(dnnl_memory_desc_create_with_tag(&one, 1, single, dnnl_f32, dnnl_a));
  TRY(dnnl_primitive_attr_create(&attributes));
  /* The primitive multiplies by the source's scale after the softmax. */
  TRY(dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_SRC, 0));
  TRY(dnnl_softmax_forward_primitive_desc_create(&description, p->engine, dnnl_forward_inference, dnnl_softmax_accurate,
                                                 layout, layout, 1, attributes));
  TRY(dnnl_primitive_create(&p->primitive, description));
  TRY(dnnl_memory_create(&p->from, layout, p->engine, (void *)p->input));
  TRY(dnnl_memory_create(&p->to, layout, p->engine, p->gradient));
  TRY(dnnl_memory_create(&p->scale, one, p->engine, &p->divisor));
  dnnl_primitive_desc_destroy(description);
  dnnl_primitive_attr_destroy(attributes);
  dnnl_memory_desc_destroy(layout);
  dnnl_memory_desc_destroy(one);
}

void onednn_call(onednn_problem *p) {
  dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_SRC, p->from}, {DNNL_ARG_DST, p->to}, {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, p->scale}};
  TRY(dnnl_primitive_execute(p->primitive, p->stream, 3, arguments));
  TRY(dnnl_stream_wait(p->stream));
  double total = 0;
  for (int64_t row = 0; row < p->outer; row++)
    for (int64_t j = 0; j < p->inner; j++) {
      float *here = p->gradient + (row * p->classes + p->target[row * p->inner + j]) * p->inner + j;
      total -= log(*here);
      *here -= p->divisor;
    }
  p->value = total * p->divisor + log(p->divisor);
}

void onednn_release(onednn_problem *p) {
  dnnl_primitive_destroy(p->primitive);
  dnnl_memory_destroy(p->from);
  dnnl_memory_destroy(p->to);
  dnnl_memory_destroy(p->scale);
  dnnl_stream_destroy(p->stream);
  dnnl_engine_destroy(p->engine);
}

/* "3.2.0", for the page. */
int onednn_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return version->major * 10000 + version->minor * 100 + version->patch;
}
