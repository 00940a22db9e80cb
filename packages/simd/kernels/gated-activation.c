// act(a) b of the two halves a and b of each row, and its gradient, in one pass each.
#include "activation.h"
#include "partial.h"

/** (y; x; rows, width of a half, kind) and (dx; dy, x; rows, width of a half, kind); rows of x are [a, b]. */
typedef struct { f32 *to; const f32 *dy, *x; size_t rows, width; int kind, chunks; } gating;

INLINE void gate_rows(const gating *g, int chunk, int kind) {
  const size_t end = chunk_start(g->rows, chunk + 1, g->chunks, 1), width = g->width;
  for (size_t row = chunk_start(g->rows, chunk, g->chunks, 1); row < end; row++) {
    const f32 *a = g->x + row * 2 * width, *b = a + width;
    f32 *y = g->to + row * width;
    EACH_VECTOR(i, lanes, 0, width)
      store_part(y + i, value(load_part(a + i, lanes), kind, 0) * load_part(b + i, lanes), lanes);
  }
}
INLINE void gate_gradients(const gating *g, int chunk, int kind) {
  const size_t end = chunk_start(g->rows, chunk + 1, g->chunks, 1), width = g->width;
  for (size_t row = chunk_start(g->rows, chunk, g->chunks, 1); row < end; row++) {
    const f32 *a = g->x + row * 2 * width, *b = a + width, *dy = g->dy + row * width;
    f32 *da = g->to + row * 2 * width, *db = da + width;
    EACH_VECTOR(i, lanes, 0, width) {
      vf x = load_part(a + i, lanes), slope = load_part(dy + i, lanes);
      store_part(da + i, gradient(slope * load_part(b + i, lanes), x, kind, 0), lanes);
      store_part(db + i, slope * value(x, kind, 0), lanes);
    }
  }
}
static void gate_part(void *context, int chunk, int thread) {
  (void)thread;
  const gating *g = context;
#define KIND(kind) \
  case kind: \
    if (g->dy) gate_gradients(g, chunk, kind); \
    else gate_rows(g, chunk, kind); \
    break;
  switch (g->kind) {
    KIND(GELU)
    KIND(GELU_TANH)
    KIND(SILU)
    KIND(LEAKY_RELU) // of slope 0
  }
}
static void run_gating(gating g) {
  g.chunks = (int)MIN((size_t)chunks_of(g.rows * g.width, 8192), MAX(g.rows, 1));
  parallel_for(gate_part, &g, g.chunks);
}
void op_gated_activation(const i32 *a) {
  run_gating((gating){.to = FLOATS(0), .x = FLOATS(1), .rows = (u32)INT(2), .width = (u32)INT(3), .kind = INT(4)});
}
void op_gated_activation_grad(const i32 *a) {
  run_gating((gating){.to = FLOATS(0), .dy = FLOATS(1), .x = FLOATS(2), .rows = (u32)INT(3), .width = (u32)INT(4), .kind = INT(5)});
}
