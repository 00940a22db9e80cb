// tanh(a) σ(b) of the two halves of each row, and its gradient, in one pass each.
#include "math.h"
#include "partial.h"

/** (y; x; rows, width of a half) and (dx; dy, x; rows, width of a half); rows of x are [a, b] */
typedef struct { f32 *to; const f32 *dy, *x; size_t rows, width; int chunks; } gating;
static void gate_rows(void *context, int chunk, int thread) {
  (void)thread;
  const gating *g = context;
  const size_t end = chunk_start(g->rows, chunk + 1, g->chunks, 1), width = g->width;
  for (size_t row = chunk_start(g->rows, chunk, g->chunks, 1); row < end; row++) {
    const f32 *a = g->x + row * 2 * width, *b = a + width;
    f32 *y = g->to + row * width;
    EACH_VECTOR(i, lanes, 0, width)
      store_part(y + i, vtanh(load_part(a + i, lanes)) * vsigmoid(load_part(b + i, lanes)), lanes);
  }
}
static void gate_gradients(void *context, int chunk, int thread) {
  (void)thread;
  const gating *g = context;
  const size_t end = chunk_start(g->rows, chunk + 1, g->chunks, 1), width = g->width;
  for (size_t row = chunk_start(g->rows, chunk, g->chunks, 1); row < end; row++) {
    const f32 *a = g->x + row * 2 * width, *b = a + width, *dy = g->dy + row * width;
    f32 *da = g->to + row * 2 * width, *db = da + width;
    EACH_VECTOR(i, lanes, 0, width) {
      vf t = vtanh(load_part(a + i, lanes)), s = vsigmoid(load_part(b + i, lanes)), slope = load_part(dy + i, lanes) * s;
      store_part(da + i, slope * (1.f - t * t), lanes);
      store_part(db + i, slope * (t * (1.f - s)), lanes);
    }
  }
}
INLINE int gate_chunks(size_t rows, size_t width) { return (int)MIN((size_t)chunks_of(rows * width, 8192), MAX(rows, 1)); }
void op_gate(const i32 *a) {
  const size_t rows = (u32)INT(2), width = (u32)INT(3);
  gating g = {FLOATS(0), NULL, FLOATS(1), rows, width, gate_chunks(rows, width)};
  parallel_for(gate_rows, &g, g.chunks);
}
void op_gate_grad(const i32 *a) {
  const size_t rows = (u32)INT(3), width = (u32)INT(4);
  gating g = {FLOATS(0), FLOATS(1), FLOATS(2), rows, width, gate_chunks(rows, width)};
  parallel_for(gate_gradients, &g, g.chunks);
}
