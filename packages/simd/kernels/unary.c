// One number in, one number out.
#include "math.h"

enum {
  ABS, CEIL, COS, ELU, ERF, EXP, EXPM1, FLOOR, LEAKY_RELU, LOG, LOG1P, NEG, RECIPROCAL, RELU, RELU6, ROUND, RSQRT, SELU,
  SIGMOID, SIGN, SIN, SOFTPLUS, SQRT, SQUARE, STEP, TANH, CLIP, SCALE,
};
#define CHEAP_GRAIN (1 << 16) // elements that are worth a chunk of their own where memory decides
#define DEAR_GRAIN (1 << 14)  // where arithmetic does

#define SELU_SCALE 1.0507009873554804934193349852946f
#define SELU_ALPHA 1.6732632423543772848170429916717f

/** On whole vectors: `n` is a multiple of VL. */
static void apply(i32 function, f32 *to, const f32 *from, size_t n, f32 alpha, f32 beta) {
  vf first = splat(alpha), second = splat(beta), zero = splat(0);
#define CASE(name, value) \
  case name: \
    for (size_t i = 0; i < n; i += VL) { \
      vf x = load(from + i); \
      store(to + i, value); \
    } \
    break
  switch (function) {
    CASE(ABS, vabs(x));
    CASE(CEIL, vceil(x));
    CASE(COS, vcos(x));
    CASE(ELU, choose(x < 0, vexpm1(x), x));
    CASE(ERF, verf(x));
    CASE(EXP, vexp(x));
    CASE(EXPM1, vexpm1(x));
    CASE(FLOOR, vfloor(x));
    CASE(LEAKY_RELU, choose(x < 0, first * x, x));
    CASE(LOG, vlog(x));
    CASE(LOG1P, vlog1p(x));
    CASE(NEG, -x);
    CASE(RECIPROCAL, vreciprocal(x));
    CASE(RELU, vmax(zero, x));
    CASE(RELU6, vmin(splat(6), vmax(zero, x)));
    CASE(ROUND, vround(x));
    CASE(RSQRT, vrsqrt(x));
    CASE(SELU, choose(x < 0, SELU_SCALE * SELU_ALPHA * vexpm1(x), SELU_SCALE * x));
    CASE(SIGMOID, vsigmoid(x));
    CASE(SIGN, (vf)((x > 0) & (vi)splat(1)) - (vf)((x < 0) & (vi)splat(1)));
    CASE(SIN, vsin(x));
    CASE(SOFTPLUS, vsoftplus(x));
    CASE(SQRT, vsqrt(x));
    CASE(SQUARE, x * x);
    CASE(STEP, choose(x > 0, splat(1), choose(vis_nan(x), x, first)));
    CASE(TANH, vtanh(x));
    CASE(CLIP, vmax(first, vmin(second, x)));
    CASE(SCALE, x * first + second);
  }
#undef CASE
}

typedef struct {
  void *to;
  const void *from;
  size_t count;
  i32 function;
  f32 alpha, beta;
  int chunks;
} mapping;

static void map_part(void *context, int chunk, int thread) {
  (void)thread;
  mapping *m = context;
  size_t start = chunk_start(m->count, chunk, m->chunks, 64), end = chunk_start(m->count, chunk + 1, m->chunks, 64);
  size_t whole = (end - start) / VL * VL, rest = end - start - whole;
  f32 *to = (f32 *)m->to + start;
  const f32 *from = (const f32 *)m->from + start;
  apply(m->function, to, from, whole, m->alpha, m->beta);
  if (rest == 0) return;
  f32 lanes[VL] = {0};
  for (size_t i = 0; i < rest; i++) lanes[i] = from[whole + i];
  apply(m->function, lanes, lanes, VL, m->alpha, m->beta);
  for (size_t i = 0; i < rest; i++) to[whole + i] = lanes[i];
}

/** (out; x; count, function, alpha, beta) on floats */
void op_unary(const i32 *a) {
  i32 function = INT(3);
  bool cheap = true;
  switch (function) {
    case COS: case ELU: case ERF: case EXP: case EXPM1: case LOG: case LOG1P: case SELU: case SIGMOID: case SIN:
    case SOFTPLUS: case TANH: cheap = false;
  }
  size_t count = (u32)INT(2);
  mapping m = {PLACE(0), PLACE(1), count, function, FLOAT(4), FLOAT(5), chunks_of(count, cheap ? CHEAP_GRAIN : DEAR_GRAIN)};
  parallel_for(map_part, &m, m.chunks);
}

// ---- Between kinds of numbers ------------------------------------------------------------------------------------------
/** As JavaScript stores a number in an Int32Array: without its fraction, modulo 2³²; 0 for NaN and infinities. */
INLINE i32 wrap(f32 x) {
  if (x > -2147483648.f && x < 2147483648.f) return (i32)x;
  union { f32 f; u32 i; } bits = {x};
  int shift = (int)(bits.i >> 23 & 255) - 150; // beyond 2³¹ every float is a whole number
  u32 mantissa = (bits.i & 0x7fffff) | 0x800000;
  u32 size = shift < 32 ? mantissa << shift : 0;
  return (i32)(x < 0 ? 0u - size : size);
}

enum { FLOAT_TO_INT, INT_TO_FLOAT, FLOAT_TO_BOOL, INT_TO_BOOL, BOOL_TO_INT, BOOL_TO_FLOAT, NOT, IS_NAN, IS_INF, IS_FINITE };
static void convert_part(void *context, int chunk, int thread) {
  (void)thread;
  mapping *m = context;
  size_t start = chunk_start(m->count, chunk, m->chunks, 64), end = chunk_start(m->count, chunk + 1, m->chunks, 64);
  const f32 *floats = m->from;
  const i32 *ints = m->from;
  const u8 *bytes = m->from;
#define CASE(name, type, value) \
  case name: \
    for (size_t i = start; i < end; i++) ((type *)m->to)[i] = value; \
    break
  switch (m->function) {
    CASE(FLOAT_TO_INT, i32, wrap(floats[i]));
    CASE(INT_TO_FLOAT, f32, (f32)ints[i]);
    CASE(FLOAT_TO_BOOL, u8, floats[i] != 0);
    CASE(INT_TO_BOOL, u8, ints[i] != 0);
    CASE(BOOL_TO_INT, i32, bytes[i]);
    CASE(BOOL_TO_FLOAT, f32, (f32)bytes[i]);
    CASE(NOT, u8, bytes[i] == 0);
    CASE(IS_NAN, u8, floats[i] != floats[i]);
    CASE(IS_INF, u8, (ints[i] & 0x7fffffff) == 0x7f800000);
    CASE(IS_FINITE, u8, (ints[i] & 0x7fffffff) < 0x7f800000);
  }
#undef CASE
}

/** (out; x; count, conversion) from and to floats, ints and bytes of 0 and 1 */
void op_convert(const i32 *a) {
  mapping m = {PLACE(0), PLACE(1), (u32)INT(2), INT(3), 0, 0, chunks_of((u32)INT(2), CHEAP_GRAIN)};
  parallel_for(convert_part, &m, m.chunks);
}

enum { INT_ABS, INT_NEG, INT_RELU, INT_SIGN, INT_SQUARE };
static void map_ints(void *context, int chunk, int thread) {
  (void)thread;
  mapping *m = context;
  size_t start = chunk_start(m->count, chunk, m->chunks, 64), end = chunk_start(m->count, chunk + 1, m->chunks, 64);
  const i32 *from = m->from;
  i32 *to = m->to;
#define CASE(name, value) \
  case name: \
    for (size_t i = start; i < end; i++) { \
      i32 x = from[i]; \
      to[i] = (i32)(value); \
    } \
    break
  switch (m->function) {
    CASE(INT_ABS, x < 0 ? 0u - (u32)x : (u32)x);
    CASE(INT_NEG, 0u - (u32)x);
    CASE(INT_RELU, x < 0 ? 0 : x);
    CASE(INT_SIGN, (x > 0) - (x < 0));
    CASE(INT_SQUARE, (u32)x * (u32)x);
  }
#undef CASE
}
/** (out; x; count, function) on ints */
void op_unary_int(const i32 *a) {
  mapping m = {PLACE(0), PLACE(1), (u32)INT(2), INT(3), 0, 0, chunks_of((u32)INT(2), CHEAP_GRAIN)};
  parallel_for(map_ints, &m, m.chunks);
}

// ---- Numbers from nothing ------------------------------------------------------------------------------------------------
/** (out;; bytes, value) */
void op_fill_bytes(const i32 *a) { memset(PLACE(0), INT(2), (u32)INT(1)); }

/** (out;; count, first, step) of floats: first + i · step */
void op_range(const i32 *a) {
  f32 *to = FLOATS(0), first = FLOAT(2), step = FLOAT(3);
  for (size_t i = 0; i < (u32)INT(1); i++) to[i] = first + (f32)i * step;
}
/** (out;; count, first, step) of ints */
void op_range_int(const i32 *a) {
  for (i32 i = 0; i < INT(1); i++) INTS(0)[i] = INT(2) + i * INT(3);
}
