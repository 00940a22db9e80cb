// Cross-entropy of a softmax from integer labels, and its gradient.
#include "math.h"
#include "partial.h"

typedef struct {
  f32 *to, *sums;
  const f32 *dy, *x;
  const i32 *labels;
  size_t rows, classes;
  int chunks;
} losses;

/** log Σ eˣ of a row. */
static f32 log_sum_exp(const f32 *x, size_t width) {
  vf top = splat(x[0]), sum = {};
  size_t whole = width / VL * VL;
  for (size_t j = 0; j < whole; j += VL) top = vmax(load(x + j), top);
  f32 most = top[0];
  for (int i = 1; i < VL; i++) most = top[i] > most ? top[i] : most;
  for (size_t j = whole; j < width; j++) most = x[j] > most ? x[j] : most;
  for (size_t j = 0; j < whole; j += VL) sum += vexp_negative(load(x + j) - most);
  f32 total = sum_lanes(sum);
  if (whole < width) {
    vf rest = vexp_negative(load_part(x + whole, width - whole) - most);
    for (size_t j = whole; j < width; j++) total += rest[j - whole];
  }
  return most + vlog(splat(total))[0];
}

/** log Σ eˣ − x[label], NaN for a label out of range; keeps log Σ eˣ. (losses, kept; logits, labels; rows, classes) */
static void loss_part(void *context, int chunk, int thread) {
  (void)thread;
  const losses c = *(losses *)context;
  size_t end = chunk_start(c.rows, chunk + 1, c.chunks, 1);
  for (size_t row = chunk_start(c.rows, chunk, c.chunks, 1); row < end; row++) {
    const f32 *x = c.x + row * c.classes;
    u32 label = (u32)c.labels[row];
    c.sums[row] = log_sum_exp(x, c.classes);
    c.to[row] = label < c.classes ? c.sums[row] - x[label] : NAN_F;
  }
}
void op_cross_entropy(const i32 *a) {
  losses c = {FLOATS(0), FLOATS(1), NULL, FLOATS(2), INTS(3), (u32)INT(4), (u32)INT(5), 1};
  c.chunks = MIN(chunks_of(c.rows * c.classes, 16384), (int)MAX(c.rows, (size_t)1));
  parallel_for(loss_part, &c, c.chunks);
}

/** (softmax − one-hot) · dy. (slopes; dy, logits, labels, kept; rows, classes) */
static void slope_part(void *context, int chunk, int thread) {
  (void)thread;
  const losses c = *(losses *)context;
  size_t end = chunk_start(c.rows, chunk + 1, c.chunks, 1);
  for (size_t row = chunk_start(c.rows, chunk, c.chunks, 1); row < end; row++) {
    const f32 *x = c.x + row * c.classes;
    f32 *to = c.to + row * c.classes, dy = c.dy[row], sum = c.sums[row];
    u32 label = (u32)c.labels[row];
    EACH_VECTOR(j, lanes, 0, c.classes)
      store_part(to + j, vexp_negative(load_part(x + j, lanes) - sum) * dy, lanes);
    if (label < c.classes) to[label] -= dy;
  }
}
void op_cross_entropy_grad(const i32 *a) {
  losses c = {FLOATS(0), FLOATS(4), FLOATS(1), FLOATS(2), INTS(3), (u32)INT(5), (u32)INT(6), 1};
  c.chunks = MIN(chunks_of(c.rows * c.classes, 16384), (int)MAX(c.rows, (size_t)1));
  parallel_for(slope_part, &c, c.chunks);
}
