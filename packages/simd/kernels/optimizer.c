// Updates of parameters: whole leaves in one pass, and the few scalars that they share computed from tensors here, so that
// nothing of a step is read by the host.
#include "math.h"
#include "partial.h"

enum { GRAIN = 16384 };

static f32 root(f32 x) { return vsqrt(splat(x))[0]; }

/**
 * The scalars of one Adam update (see packages/train/src/adam.ts): n₁ and n₂, the discounted counts of gradients, and
 * the factors [α √n₂ / n₁, ε √n₂, 1 − α λ]. (n₁, n₂, factors; n₁, n₂ before, α or none; β₁, β₂, ε, λ, α if it is a number)
 */
void op_adam_factors(const i32 *a) {
  f32 first = FLOATS(3)[0] * FLOAT(6) + 1.f, second = FLOATS(4)[0] * FLOAT(7) + 1.f;
  f32 rate = INT(5) ? FLOATS(5)[0] : FLOAT(10), *factors = FLOATS(2);
  FLOATS(0)[0] = first;
  FLOATS(1)[0] = second;
  factors[0] = rate * (root(second) / first);
  factors[1] = root(second) * FLOAT(8);
  factors[2] = 1.f - rate * FLOAT(9);
}

/** One leaf of Adam. (p, m, v; p, g, m, v before, factors; count, β₁, β₂, whether it decays) */
typedef struct {
  f32 *p, *m, *v;
  const f32 *p0, *g, *m0, *v0;
  f32 b1, b2, rate, epsilon, shrink;
  size_t count;
  int chunks;
} adam;
static void adam_part(void *context, int chunk, int thread) {
  (void)thread;
  const adam c = *(adam *)context;
  size_t end = chunk_start(c.count, chunk + 1, c.chunks, 64);
  EACH_VECTOR(i, lanes, chunk_start(c.count, chunk, c.chunks, 64), end) {
    vf g = load_part(c.g + i, lanes);
    vf m = fma_(load_part(c.m0 + i, lanes), splat(c.b1), g);
    vf v = fma_(load_part(c.v0 + i, lanes), splat(c.b2), g * g);
    vf move = m / (vsqrt(v) + c.epsilon) * c.rate;
    store_part(c.p + i, load_part(c.p0 + i, lanes) * c.shrink - move, lanes);
    store_part(c.m + i, m, lanes);
    store_part(c.v + i, v, lanes);
  }
}
void op_adam(const i32 *a) {
  const f32 *factors = FLOATS(7);
  size_t count = (u32)INT(8);
  adam c = {FLOATS(0), FLOATS(1), FLOATS(2), FLOATS(3), FLOATS(4), FLOATS(5), FLOATS(6), FLOAT(9), FLOAT(10),
            factors[0], factors[1], INT(11) ? factors[2] : 1.f, count, chunks_of(count, GRAIN)};
  parallel_for(adam_part, &c, c.chunks);
}

/** n = n before · decay + 1 and 1 / n. (n, weight; n before; decay) */
void op_ema_weight(const i32 *a) {
  f32 count = FLOATS(2)[0] * FLOAT(3) + 1.f;
  FLOATS(0)[0] = count;
  FLOATS(1)[0] = 1.f / count;
}

/** y = x + (z − x) · weight[0], or x · weight[0] without z. (y; x, z or none, weight; count) */
typedef struct { f32 *y; const f32 *x, *z; f32 weight; size_t count; int chunks; } weighing;
static void weigh_part(void *context, int chunk, int thread) {
  (void)thread;
  const weighing c = *(weighing *)context;
  size_t start = chunk_start(c.count, chunk, c.chunks, 64), end = chunk_start(c.count, chunk + 1, c.chunks, 64);
  if (c.z) EACH_VECTOR(i, lanes, start, end) {
    vf x = load_part(c.x + i, lanes);
    store_part(c.y + i, fma_(load_part(c.z + i, lanes) - x, splat(c.weight), x), lanes);
  }
  else EACH_VECTOR(i, lanes, start, end) store_part(c.y + i, load_part(c.x + i, lanes) * c.weight, lanes);
}
static void weigh(f32 *y, const f32 *x, const f32 *z, f32 weight, size_t count) {
  weighing c = {y, x, z, weight, count, chunks_of(count, GRAIN * 2)};
  parallel_for(weigh_part, &c, c.chunks);
}
void op_ema(const i32 *a) { weigh(FLOATS(0), FLOATS(1), FLOATS(2), FLOATS(3)[0], (u32)INT(4)); }
void op_scale_by(const i32 *a) { weigh(FLOATS(0), FLOATS(1), NULL, FLOATS(2)[0], (u32)INT(3)); }

/** The sum of squares of a leaf, into sums[at]. (sums; x; at, count) */
typedef struct { const f32 *x; f32 sums[64]; size_t count; int chunks; } squaring;
static void square_part(void *context, int chunk, int thread) {
  (void)thread;
  squaring *c = context;
  size_t i = chunk_start(c->count, chunk, c->chunks, 64), end = chunk_start(c->count, chunk + 1, c->chunks, 64);
  vf total[4] = {};
  for (; i + 4 * VL <= end; i += 4 * VL)
    for (int j = 0; j < 4; j++) {
      vf x = load(c->x + i + j * VL);
      total[j] = fma_(x, x, total[j]);
    }
  EACH_VECTOR(k, lanes, i, end) {
    vf x = load_part(c->x + k, lanes);
    total[0] = fma_(x, x, total[0]);
  }
  c->sums[chunk] = sum_lanes((total[0] + total[1]) + (total[2] + total[3]));
}
void op_sum_squares(const i32 *a) {
  squaring c = {.x = FLOATS(1), .count = (u32)INT(3), .chunks = chunks_of((u32)INT(3), GRAIN * 2)};
  parallel_for(square_part, &c, c.chunks);
  f32 total = 0;
  for (int i = 0; i < c.chunks; i++) total += c.sums[i];
  FLOATS(0)[INT(2)] = total;
}

/** min(1, max / √Σ sums), NaN if the sum is. (scale; sums; count, max) */
void op_clip_scale(const i32 *a) {
  f32 total = 0;
  for (i32 i = 0; i < INT(2); i++) total += FLOATS(1)[i];
  f32 scale = FLOAT(3) / root(total);
  FLOATS(0)[0] = scale > 1.f ? 1.f : scale;
}
