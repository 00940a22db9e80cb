// ELU of x and behind it of −x, row by row, and its gradient, in one pass each: of the two only one needs an exponential.
#include "math.h"
#include "partial.h"

/** (y; x; rows, width of x) and (dx; dy, x; rows, width of x); rows of y and dy are twice as wide */
typedef struct { f32 *to; const f32 *dy, *x; size_t rows, width; int chunks; } doubling;
static void double_rows(void *context, int chunk, int thread) {
  (void)thread;
  const doubling *d = context;
  const size_t end = chunk_start(d->rows, chunk + 1, d->chunks, 1), width = d->width;
  for (size_t row = chunk_start(d->rows, chunk, d->chunks, 1); row < end; row++) {
    const f32 *x = d->x + row * width;
    f32 *up = d->to + row * 2 * width, *down = up + width;
    EACH_VECTOR(i, lanes, 0, width) {
      vf at = load_part(x + i, lanes), bent = vexpm1(-vabs(at));
      store_part(up + i, choose(at > 0.f, at, bent), lanes);
      store_part(down + i, choose(at > 0.f, bent, -at), lanes);
    }
  }
}
static void double_gradients(void *context, int chunk, int thread) {
  (void)thread;
  const doubling *d = context;
  const size_t end = chunk_start(d->rows, chunk + 1, d->chunks, 1), width = d->width;
  for (size_t row = chunk_start(d->rows, chunk, d->chunks, 1); row < end; row++) {
    const f32 *x = d->x + row * width, *up = d->dy + row * 2 * width, *down = up + width;
    f32 *dx = d->to + row * width;
    EACH_VECTOR(i, lanes, 0, width) {
      vf at = load_part(x + i, lanes), slope = vexp(-vabs(at));
      vf above = load_part(up + i, lanes), below = load_part(down + i, lanes);
      store_part(dx + i, choose(at > 0.f, above - below * slope, above * slope - below), lanes);
    }
  }
}
INLINE int double_chunks(size_t rows, size_t width) { return (int)MIN((size_t)chunks_of(rows * width, 16384), MAX(rows, 1)); }
void op_concat_elu(const i32 *a) {
  const size_t rows = (u32)INT(2), width = (u32)INT(3);
  doubling d = {FLOATS(0), NULL, FLOATS(1), rows, width, double_chunks(rows, width)};
  parallel_for(double_rows, &d, d.chunks);
}
void op_concat_elu_grad(const i32 *a) {
  const size_t rows = (u32)INT(3), width = (u32)INT(4);
  doubling d = {FLOATS(0), FLOATS(1), FLOATS(2), rows, width, double_chunks(rows, width)};
  parallel_for(double_gradients, &d, d.chunks);
}
