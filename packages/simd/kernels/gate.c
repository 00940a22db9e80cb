// f(a) σ(b) of the two halves of each row, f being tanh or nothing, and its gradient, in one pass each.
#include "math.h"
#include "partial.h"

enum { TANH, LINEAR };
/** (y; x; rows, width of a half, f) and (dx; dy, x; rows, width of a half, f); rows of x are [a, b] */
typedef struct { f32 *to; const f32 *dy, *x; size_t rows, width; int chunks, kind; } gating;
INLINE vf value(vf a, int kind) { return kind == TANH ? vtanh(a) : a; }
INLINE void gate_rows(const gating *g, int chunk, int kind) {
  const size_t end = chunk_start(g->rows, chunk + 1, g->chunks, 1), width = g->width;
  for (size_t row = chunk_start(g->rows, chunk, g->chunks, 1); row < end; row++) {
    const f32 *a = g->x + row * 2 * width, *b = a + width;
    f32 *y = g->to + row * width;
    EACH_VECTOR(i, lanes, 0, width)
      store_part(y + i, value(load_part(a + i, lanes), kind) * vsigmoid(load_part(b + i, lanes)), lanes);
  }
}
INLINE void gate_gradients(const gating *g, int chunk, int kind) {
  const size_t end = chunk_start(g->rows, chunk + 1, g->chunks, 1), width = g->width;
  for (size_t row = chunk_start(g->rows, chunk, g->chunks, 1); row < end; row++) {
    const f32 *a = g->x + row * 2 * width, *b = a + width, *dy = g->dy + row * width;
    f32 *da = g->to + row * 2 * width, *db = da + width;
    EACH_VECTOR(i, lanes, 0, width) {
      vf t = value(load_part(a + i, lanes), kind), s = vsigmoid(load_part(b + i, lanes)), slope = load_part(dy + i, lanes) * s;
      if (kind == TANH) store_part(da + i, slope * (1.f - t * t), lanes);
      else store_part(da + i, slope, lanes);
      store_part(db + i, slope * (t * (1.f - s)), lanes);
    }
  }
}
static void gate_part(void *context, int chunk, int thread) {
  (void)thread;
  const gating *g = context;
  if (g->dy) {
    if (g->kind == TANH) gate_gradients(g, chunk, TANH);
    else gate_gradients(g, chunk, LINEAR);
  } else if (g->kind == TANH) gate_rows(g, chunk, TANH);
  else gate_rows(g, chunk, LINEAR);
}
INLINE int gate_chunks(size_t rows, size_t width) { return (int)MIN((size_t)chunks_of(rows * width, 8192), MAX(rows, 1)); }
void op_gate(const i32 *a) {
  const size_t rows = (u32)INT(2), width = (u32)INT(3);
  gating g = {FLOATS(0), NULL, FLOATS(1), rows, width, gate_chunks(rows, width), INT(4)};
  parallel_for(gate_part, &g, g.chunks);
}
void op_gate_grad(const i32 *a) {
  const size_t rows = (u32)INT(3), width = (u32)INT(4);
  gating g = {FLOATS(0), FLOATS(1), FLOATS(2), rows, width, gate_chunks(rows, width), INT(5)};
  parallel_for(gate_part, &g, g.chunks);
}
