// Non-linearities of one number, and their gradients in one pass.
#include "math.h"
#include "partial.h"

enum { GELU, GELU_TANH, SILU, SOFTPLUS, LOG_SIGMOID, ELU, LEAKY_RELU, RELU_OF_Y, SIGMOID_OF_Y, TANH_OF_Y };

#define A 0.044715f
#define C 0.797884561f // √(2/π)

INLINE vf doubled_argument(vf x) { return x * fma_(x * x, splat(2 * C * A), splat(2 * C)); } // 2 √(2/π) (x + A x³)
INLINE vf normal_cdf(vf x) { return fma_(verf(x * .707106781f), splat(.5f), splat(.5f)); }

INLINE vf value(vf x, int kind, f32 slope) {
  switch (kind) {
  case GELU: return x * normal_cdf(x);
  case GELU_TANH: return x * vsigmoid(doubled_argument(x));
  case SILU: return x * vsigmoid(x);
  case SOFTPLUS: return vsoftplus(x);
  case LOG_SIGMOID: return -vsoftplus(-x);
  case ELU: return choose(x > 0.f, x, vexpm1(vmin(splat(0.f), x)));
  default: return choose(x > 0.f, x, x * slope);
  }
}

/** dy · f′ at x, or, for the last kinds, by the value y that x had. */
INLINE vf gradient(vf dy, vf x, int kind, f32 slope) {
  switch (kind) {
  case GELU: return dy * fma_(x, vexp(x * x * -.5f) * .398942280f, normal_cdf(x)); // Φ(x) + x φ(x)
  case GELU_TANH: {
    vf s = vsigmoid(doubled_argument(x)), bend = x * fma_(x * x, splat(6 * C * A), splat(2 * C)); // x d(2u)/dx
    return dy * (s * fma_(bend, 1.f - s, splat(1.f)));
  }
  case SILU: {
    vf s = vsigmoid(x);
    return dy * (s * fma_(x, 1.f - s, splat(1.f)));
  }
  case SOFTPLUS: return dy * vsigmoid(x);
  case LOG_SIGMOID: return dy * vsigmoid(-x);
  case ELU: return dy * vexp(vmin(splat(0.f), x));
  case LEAKY_RELU: return dy * choose(x > 0.f, splat(1.f), choose(vis_nan(x), x, splat(slope)));
  case RELU_OF_Y: return dy * choose(x > 0.f, splat(1.f), choose(vis_nan(x), x, splat(0.f)));
  case SIGMOID_OF_Y: return dy * (x * (1.f - x));
  default: return dy * (1.f - x * x);
  }
}

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
