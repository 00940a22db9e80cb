// Softmax of rows, its logarithm, and the gradients of both.
#include "math.h"

#define GRAIN (1 << 14) // elements that are worth a chunk of their own

/** The `n` numbers at `p`, and `others` behind them. */
INLINE vf load_some(const f32 *p, size_t n, f32 others) {
  f32 lanes[VL];
  for (size_t k = 0; k < VL; k++) lanes[k] = k < n ? p[k] : others;
  return load(lanes);
}
INLINE void store_some(f32 *p, vf x, size_t n) {
  for (size_t k = 0; k < n; k++) p[k] = x[k];
}

/** NaN are passed over: their exponentials will make the row NaN. */
INLINE f32 greatest(const f32 *x, size_t n) {
  vf a = splat(-INFINITY_F), b = a;
  size_t i = 0;
  for (; i + 2 * VL <= n; i += 2 * VL) a = vmax(load(x + i), a), b = vmax(load(x + i + VL), b);
  for (; i + VL <= n; i += VL) a = vmax(load(x + i), a);
  if (i < n) b = vmax(load_some(x + i, n - i, -INFINITY_F), b);
  a = vmax(a, b);
  FOLD(a, vmax);
  return a[0];
}

INLINE vf plus(vf a, vf b) { return a + b; }
/** The sum of the lanes, in every lane. */
INLINE vf total(vf x) {
  FOLD(x, plus);
  return splat(x[0]);
}

// ---- Rows ------------------------------------------------------------------------------------------------------------
/** Lanes behind the row's end hold −∞, whose exponential is 0. */
static void softmax_row(f32 *y, const f32 *x, const f32 *unused, size_t n) {
  (void)unused;
  vf most = splat(greatest(x, n)), a = {0};
  size_t i = 0;
  for (; i + VL <= n; i += VL) {
    vf e = vexp(load(x + i) - most);
    store(y + i, e);
    a += e;
  }
  if (i < n) {
    vf e = vexp(load_some(x + i, n - i, -INFINITY_F) - most);
    store_some(y + i, e, n - i);
    a += e;
  }
  vf sum = total(a);
  for (i = 0; i + VL <= n; i += VL) store(y + i, load(y + i) / sum);
  for (; i < n; i++) y[i] /= sum[0];
}

static void log_softmax_row(f32 *y, const f32 *x, const f32 *unused, size_t n) {
  (void)unused;
  vf most = splat(greatest(x, n)), a = {0};
  size_t i = 0;
  for (; i + VL <= n; i += VL) a += vexp(load(x + i) - most);
  if (i < n) a += vexp(load_some(x + i, n - i, -INFINITY_F) - most);
  vf log_sum = vlog(total(a));
  for (i = 0; i + VL <= n; i += VL) store(y + i, load(x + i) - most - log_sum);
  for (; i < n; i++) y[i] = x[i] - most[0] - log_sum[0];
}

/** dx = y ⊙ (dy − Σ y ⊙ dy) */
static void softmax_grad_row(f32 *dx, const f32 *y, const f32 *dy, size_t n) {
  vf a = {0};
  size_t i = 0;
  for (; i + VL <= n; i += VL) a = fma_(load(y + i), load(dy + i), a);
  if (i < n) a = fma_(load_some(y + i, n - i, 0), load_some(dy + i, n - i, 0), a);
  vf sum = total(a);
  for (i = 0; i + VL <= n; i += VL) store(dx + i, load(y + i) * (load(dy + i) - sum));
  for (; i < n; i++) dx[i] = y[i] * (dy[i] - sum[0]);
}

/** dx = dy − exp(y) Σ dy */
static void log_softmax_grad_row(f32 *dx, const f32 *y, const f32 *dy, size_t n) {
  vf a = {0};
  size_t i = 0;
  for (; i + VL <= n; i += VL) a += load(dy + i);
  if (i < n) a += load_some(dy + i, n - i, 0);
  vf sum = total(a);
  for (i = 0; i + VL <= n; i += VL) store(dx + i, load(dy + i) - vexp(load(y + i)) * sum);
  if (i < n) store_some(dx + i, load_some(dy + i, n - i, 0) - vexp(load_some(y + i, n - i, 0)) * sum, n - i);
}

// ---- All rows --------------------------------------------------------------------------------------------------------
typedef void (*row_function)(f32 *to, const f32 *x, const f32 *dy, size_t n);
typedef struct {
  row_function row;
  f32 *to;
  const f32 *x, *dy;
  size_t rows, columns;
  int chunks;
} normalising;

static void normalise_part(void *context, int chunk, int thread) {
  (void)thread;
  const normalising *s = context;
  size_t n = s->columns, end = chunk_start(s->rows, chunk + 1, s->chunks, 1);
  for (size_t row = chunk_start(s->rows, chunk, s->chunks, 1); row < end; row++)
    s->row(s->to + row * n, s->x + row * n, s->dy + row * n, n);
}

static void each_row(row_function row, f32 *to, const f32 *x, const f32 *dy, size_t rows, size_t columns) {
  if (rows == 0 || columns == 0) return;
  normalising s = {row, to, x, dy, rows, columns, (int)MIN((size_t)chunks_of(rows * columns, GRAIN), rows)};
  parallel_for(normalise_part, &s, s.chunks);
}
/** (y; x; rows, columns) */
void op_softmax(const i32 *a) { each_row(softmax_row, FLOATS(0), FLOATS(1), FLOATS(1), (u32)INT(2), (u32)INT(3)); }
/** (y; x; rows, columns) */
void op_log_softmax(const i32 *a) { each_row(log_softmax_row, FLOATS(0), FLOATS(1), FLOATS(1), (u32)INT(2), (u32)INT(3)); }
/** (dx; y, dy; rows, columns) with y the softmax */
void op_softmax_grad(const i32 *a) {
  each_row(softmax_grad_row, FLOATS(0), FLOATS(1), FLOATS(2), (u32)INT(3), (u32)INT(4));
}
/** (dx; y, dy; rows, columns) with y the logarithm of the softmax */
void op_log_softmax_grad(const i32 *a) {
  each_row(log_softmax_grad_row, FLOATS(0), FLOATS(1), FLOATS(2), (u32)INT(3), (u32)INT(4));
}
