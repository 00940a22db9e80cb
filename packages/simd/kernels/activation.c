// Non-linearities of one number, and their gradients in one pass.
#include "activation.h"
#include "partial.h"

/** (y; x; count, kind, slope) and (dx; dy, x or y; count, kind, slope) */
typedef struct { f32 *to; const f32 *dy, *x; f32 slope; size_t count; int kind, chunks; } mapping;
INLINE void map_values(const mapping *c, size_t start, size_t end, int kind) {
  EACH_VECTOR(i, lanes, start, end) store_part(c->to + i, value(load_part(c->x + i, lanes), kind, c->slope), lanes);
}
INLINE void map_gradients(const mapping *c, size_t start, size_t end, int kind) {
  EACH_VECTOR(i, lanes, start, end) {
    vf dy = load_part(c->dy + i, lanes);
    store_part(c->to + i, gradient(dy, load_part(c->x + i, lanes), kind, c->slope), lanes);
  }
}
static void map_part(void *context, int chunk, int thread) {
  (void)thread;
  const mapping *c = context;
  size_t start = chunk_start(c->count, chunk, c->chunks, 64), end = chunk_start(c->count, chunk + 1, c->chunks, 64);
#define KIND(kind) \
  case kind: \
    if (c->dy) map_gradients(c, start, end, kind); \
    else map_values(c, start, end, kind); \
    break;
  switch (c->kind) {
    KIND(GELU)
    KIND(GELU_TANH)
    KIND(SILU)
    KIND(SOFTPLUS)
    KIND(LOG_SIGMOID)
    KIND(ELU)
    KIND(LEAKY_RELU)
    KIND(RELU_OF_Y)
    KIND(SIGMOID_OF_Y)
    KIND(TANH_OF_Y)
  }
}
void op_activate(const i32 *a) {
  mapping c = {FLOATS(0), NULL, FLOATS(1), FLOAT(4), (u32)INT(2), INT(3), chunks_of((u32)INT(2), 16384)};
  parallel_for(map_part, &c, c.chunks);
}
void op_activate_grad(const i32 *a) {
  mapping c = {FLOATS(0), FLOATS(1), FLOATS(2), FLOAT(5), (u32)INT(3), INT(4), chunks_of((u32)INT(3), 16384)};
  parallel_for(map_part, &c, c.chunks);
}
