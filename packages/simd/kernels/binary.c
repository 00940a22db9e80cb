// Two numbers in, one number out, each operand stretched over the dimensions it lacks.
#include "math.h"

enum { ADD, SUB, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE, POW, MOD, FLOOR_DIV, PRELU, ELU_GRAD, PAIRS };
enum { EQUAL = PAIRS, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, AND, OR, FUNCTIONS };
enum { FLOATS, WHOLE, TRUTHS, KINDS }; // of the operands: floats, ints, bytes of 0 and 1
#define MOST 6         // dimensions after merging
#define GRAIN (1 << 16) // elements that are worth a chunk of their own
#define SHORT 16       // rows that are shorter are put together to blocks
#define BLOCK 512

typedef u8 vb __attribute__((vector_size(VL), aligned(1), may_alias));
typedef i32 word __attribute__((may_alias));

/** to[i] = f(a[i · a_step], b[i · b_step]); one step is 1, the other 1 or 0. `to` may be a or b. */
typedef void (*row_function)(void *to, const void *a, int a_step, const void *b, int b_step, size_t n);

/** The last vector of a row overlaps the one before, and is computed before any is stored: `to` may be an operand. */
#define ROW(name, T, V, Out, VOut, value) \
  INLINE VOut name##_of(V x, V y) { return value; } \
  static void name(void *out, const void *from, int a_step, const void *other, int b_step, size_t n) { \
    Out *to = out; \
    const T *a = from, *b = other; \
    if (n < VL) { \
      T x[VL] = {0}, y[VL] = {0}; \
      for (size_t i = 0; i < n; i++) x[i] = a[i * (size_t)a_step], y[i] = b[i * (size_t)b_step]; \
      VOut z = name##_of(*(V *)x, *(V *)y); \
      for (size_t i = 0; i < n; i++) to[i] = z[i]; \
      return; \
    } \
    size_t i = 0, last = n - VL; \
    if (a_step && b_step) { \
      VOut end = name##_of(*(const V *)(a + last), *(const V *)(b + last)); \
      for (; i < last; i += VL) *(VOut *)(to + i) = name##_of(*(const V *)(a + i), *(const V *)(b + i)); \
      *(VOut *)(to + last) = end; \
    } else if (a_step) { \
      V y = *b - (V){}; \
      VOut end = name##_of(*(const V *)(a + last), y); \
      for (; i < last; i += VL) *(VOut *)(to + i) = name##_of(*(const V *)(a + i), y); \
      *(VOut *)(to + last) = end; \
    } else { \
      V x = *a - (V){}; \
      VOut end = name##_of(x, *(const V *)(b + last)); \
      for (; i < last; i += VL) *(VOut *)(to + i) = name##_of(x, *(const V *)(b + i)); \
      *(VOut *)(to + last) = end; \
    } \
  }
/** The same, number by number, for what is rare or hard to compute side by side. */
#define SLOW_ROW(name, T, Out, value) \
  static void name(void *out, const void *from, int a_step, const void *other, int b_step, size_t n) { \
    Out *to = out; \
    const T *a = from, *b = other; \
    for (size_t i = 0; i < n; i++) { \
      T x = a[i * (size_t)a_step], y = b[i * (size_t)b_step]; \
      to[i] = value; \
    } \
  }
#define FLOAT_ROW(name, value) ROW(name, f32, vf, f32, vf, value)
#define INT_ROW(name, value) ROW(name, i32, vi, i32, vi, value)
#define TRUTH(mask) __builtin_convertvector((mask) & 1, vb)

FLOAT_ROW(add_floats, x + y)
FLOAT_ROW(sub_floats, x - y)
FLOAT_ROW(multiply_floats, x *y)
FLOAT_ROW(divide_floats, x / y)
FLOAT_ROW(maximum_floats, vmaximum(x, y))
FLOAT_ROW(minimum_floats, vminimum(x, y))
FLOAT_ROW(squared_difference_floats, (x - y) * (x - y))
FLOAT_ROW(prelu_floats, choose(x < 0, y *x, x))
FLOAT_ROW(elu_grad_floats, choose(y >= 0, x, x *(y + 1)))
ROW(equal_floats, f32, vf, u8, vb, TRUTH(x == y))
ROW(not_equal_floats, f32, vf, u8, vb, TRUTH(x != y))
ROW(less_floats, f32, vf, u8, vb, TRUTH(x < y))
ROW(less_equal_floats, f32, vf, u8, vb, TRUTH(x <= y))
ROW(greater_floats, f32, vf, u8, vb, TRUTH(x > y))
ROW(greater_equal_floats, f32, vf, u8, vb, TRUTH(x >= y))

INT_ROW(add_ints, (vi)((vu)x + (vu)y))
INT_ROW(sub_ints, (vi)((vu)x - (vu)y))
INT_ROW(multiply_ints, (vi)((vu)x * (vu)y))
INT_ROW(maximum_ints, (x & (x > y)) | (y & ~(x > y)))
INT_ROW(minimum_ints, (x & (x < y)) | (y & ~(x < y)))
INT_ROW(squared_difference_ints, (vi)(((vu)x - (vu)y) * ((vu)x - (vu)y)))
ROW(equal_ints, i32, vi, u8, vb, TRUTH(x == y))
ROW(not_equal_ints, i32, vi, u8, vb, TRUTH(x != y))
ROW(less_ints, i32, vi, u8, vb, TRUTH(x < y))
ROW(less_equal_ints, i32, vi, u8, vb, TRUTH(x <= y))
ROW(greater_ints, i32, vi, u8, vb, TRUTH(x > y))
ROW(greater_equal_ints, i32, vi, u8, vb, TRUTH(x >= y))

SLOW_ROW(equal_truths, u8, u8, x == y)
SLOW_ROW(not_equal_truths, u8, u8, x != y)
SLOW_ROW(and_truths, u8, u8, (x != 0) & (y != 0))
SLOW_ROW(or_truths, u8, u8, (x != 0) | (y != 0))

// ---- Whole quotients and rests -----------------------------------------------------------------------------------------
/** As JavaScript stores a number in an Int32Array: without its fraction, modulo 2³²; 0 for NaN and infinities. */
static i32 wrap(double x) {
  if (x >= -2147483648. && x < 2147483648.) return (i32)x;
  union { double f; uint64_t i; } bits = {x};
  int shift = (int)(bits.i >> 52 & 2047) - 1075;
  uint64_t mantissa = (bits.i & 0xfffffffffffff) | 0x10000000000000;
  u32 size = shift >= 32 ? 0 : shift >= 0 ? (u32)(mantissa << shift) : shift > -53 ? (u32)(mantissa >> -shift) : 0;
  return (i32)(x < 0 ? 0u - size : size);
}
static i32 whole_quotient(i32 x, i32 y) { // rounded down
  if (y == 0) return 0;
  if (y == -1) return (i32)(0u - (u32)x);
  i32 q = x / y;
  return q - (x % y != 0 && (x < 0) != (y < 0));
}
/** The rest with the dividend's sign, exactly: by steps whose quotients are whole numbers below 2²⁸. */
static double rest(double x, double y) {
  double r = __builtin_fabs(x), d = __builtin_fabs(y);
  if (!(r < __builtin_inf()) || !(d > 0)) return NAN_F;
  while (r >= d) {
    double step = d;
    while (r >= step * 268435456.) step *= 268435456.;
    r -= __builtin_trunc(r / step) * step;
    if (r < 0) r += step; // r / step was rounded up to a whole number
  }
  return x < 0 ? -r : r;
}
/** The rest with the divisor's sign. */
static f32 modulo(f32 x, f32 y) {
  double r = rest(x, y);
  return (f32)((x < 0 && y < 0) || (x >= 0 && y >= 0) ? r : rest(r + (double)y, y));
}
static i32 modulo_int(i32 x, i32 y) {
  if (y == 0 || y == -1) return 0;
  i32 r = x % y;
  return r != 0 && (x < 0) != (y < 0) ? r + y : r;
}
SLOW_ROW(mod_floats, f32, f32, modulo(x, y))
SLOW_ROW(mod_ints, i32, i32, modulo_int(x, y))
SLOW_ROW(floor_div_floats, f32, i32, wrap(__builtin_floor((double)x / (double)y)))
SLOW_ROW(floor_div_ints, i32, i32, whole_quotient(x, y))

// ---- Powers --------------------------------------------------------------------------------------------------------------
/** xʸ through logarithms in double precision, so that the result is as good as a float can be. */
static f32 power(f32 x, f32 y) {
  if (y == 0) return 1;
  if (x != x || y != y) return NAN_F;
  f32 size = __builtin_fabsf(x), reach = __builtin_fabsf(y);
  bool whole = reach >= 8388608.f || (f32)(i32)y == y;
  bool odd = whole && reach < 16777216.f && ((i32)y & 1);
  if (reach == INFINITY_F) return size == 1 ? NAN_F : (size > 1) == (y > 0) ? INFINITY_F : 0; // as JavaScript has it
  f32 sign = odd && (x < 0 || (x == 0 && 1 / x < 0)) ? -1 : 1;
  if (size == 0) return sign * (y > 0 ? 0 : INFINITY_F);
  if (size == INFINITY_F) return sign * (y > 0 ? INFINITY_F : 0);
  if (x < 0 && !whole) return NAN_F;
  // log₂ |x| = e + 2 / ln 2 · artanh((m − 1) / (m + 1)) with m of √½ … √2
  union { double f; uint64_t i; int64_t s; } bits = {size};
  int64_t e = (bits.s - 0x3fe6a09e667f3bcd) >> 52;
  bits.s -= e << 52;
  double s = (bits.f - 1) / (bits.f + 1), z = s * s;
  double p = 1. / 17;
  for (int k = 15; k > 0; k -= 2) p = p * z + 1. / k;
  double t = (double)y * ((double)e + 2.8853900817779268 * s * p);
  if (t > 129) return sign * INFINITY_F;
  if (t < -151) return sign * 0;
  // 2ᵗ = 2ⁿ exp(r) with |r| ≤ ln 2 / 2
  double n = __builtin_floor(t + .5), r = (t - n) * 0.6931471805599453, q = 1;
  for (int k = 12; k > 0; k--) q = q * r * (1. / k) + 1;
  bits.s = ((int64_t)n + 1023) << 52;
  return (f32)(q * bits.f) * sign;
}
static void pow_floats(void *out, const void *from, int a_step, const void *other, int b_step, size_t n) {
  f32 *to = out;
  const f32 *a = from, *b = other;
  f32 y = *b;
  if (!b_step && y == 2) multiply_floats(to, a, 1, a, 1, n);
  else if (!b_step && y == 1) memmove(to, a, n * sizeof(f32));
  else if (!b_step && (y == 3 || y == -1 || y == .5f))
    for (size_t i = 0; i < n; i++) {
      f32 x = a[i];
      to[i] = y == 3 ? x * x * x : y == -1 ? 1 / x : x == -INFINITY_F ? INFINITY_F : __builtin_sqrtf(x) + 0.f;
    }
  else
    for (size_t i = 0; i < n; i++) to[i] = power(a[i * (size_t)a_step], b[i * (size_t)b_step]);
}

static const row_function ROWS[KINDS][FUNCTIONS] = {
  {add_floats, sub_floats, multiply_floats, divide_floats, maximum_floats, minimum_floats, squared_difference_floats,
   pow_floats, mod_floats, floor_div_floats, prelu_floats, elu_grad_floats, equal_floats, not_equal_floats, less_floats,
   less_equal_floats, greater_floats, greater_equal_floats, NULL, NULL},
  {add_ints, sub_ints, multiply_ints, NULL, maximum_ints, minimum_ints, squared_difference_ints, NULL, mod_ints,
   floor_div_ints, NULL, NULL, equal_ints, not_equal_ints, less_ints, less_equal_ints, greater_ints, greater_equal_ints,
   NULL, NULL},
  {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, equal_truths, not_equal_truths, NULL, NULL,
   NULL, NULL, and_truths, or_truths},
};

// ---- Stretching ----------------------------------------------------------------------------------------------------------
typedef struct {
  const u8 *from;
  ptrdiff_t step[MOST]; // in elements; 0 where the operand is stretched
  bool contiguous;      // it has every element of the result, in the same order
} operand;

typedef struct {
  u8 *to;
  operand a, b;
  row_function row;
  int in_bytes, out_bytes, rank, chunks;
  size_t size[MOST], count;
} combining;

static ptrdiff_t place_of(const combining *c, const operand *x, size_t index) {
  ptrdiff_t place = 0;
  for (int i = c->rank - 1; i >= 0; i--) {
    place += (ptrdiff_t)(index % c->size[i]) * x->step[i];
    index /= c->size[i];
  }
  return place;
}

/** Writes whole rows of the operand as stretched, one after the other: `n` elements from element `start` on. */
static void stretch(const combining *c, const operand *x, size_t start, size_t n, u8 *to) {
  int last = c->rank - 1;
  size_t columns = c->size[last], row = start / columns, at[MOST];
  ptrdiff_t place = place_of(c, x, start), step = x->step[last];
  for (int i = last - 1; i >= 0; i--) at[i] = row % c->size[i], row /= c->size[i];
  for (size_t i = 0; i < n; i += columns) {
    if (c->in_bytes == 4)
      for (size_t k = 0; k < columns; k++) ((word *)to)[i + k] = ((const word *)x->from)[place + (ptrdiff_t)k * step];
    else
      for (size_t k = 0; k < columns; k++) to[i + k] = x->from[place + (ptrdiff_t)k * step];
    for (int d = last - 1; d >= 0; d--) {
      place += x->step[d];
      if (++at[d] < c->size[d]) break;
      place -= (ptrdiff_t)at[d] * x->step[d];
      at[d] = 0;
    }
  }
}

/** Rows of a few elements: operands are stretched block by block, so that a block is one row. */
static void combine_blocks(const combining *c, size_t start, size_t end) {
  i32 block_a[BLOCK], block_b[BLOCK];
  size_t columns = c->size[c->rank - 1], block = BLOCK / columns * columns; // blocks start where rows do
  // A row that is the same all over is stretched once.
  bool same_a = c->rank == 2 && c->a.step[0] == 0, same_b = c->rank == 2 && c->b.step[0] == 0;
  for (size_t i = start; i < end; i += block) {
    size_t n = MIN(block, end - i), bytes = (size_t)c->in_bytes;
    const u8 *a = c->a.from + i * bytes, *b = c->b.from + i * bytes;
    if (!c->a.contiguous) {
      if (i == start || !same_a) stretch(c, &c->a, i, n, (u8 *)block_a);
      a = (u8 *)block_a;
    }
    if (!c->b.contiguous) {
      if (i == start || !same_b) stretch(c, &c->b, i, n, (u8 *)block_b);
      b = (u8 *)block_b;
    }
    c->row(c->to + i * (size_t)c->out_bytes, a, 1, b, 1, n);
  }
}

static void combine_rows(const combining *c, size_t start, size_t end) {
  int last = c->rank - 1;
  size_t columns = c->size[last], column = start % columns, at[MOST];
  size_t bytes = (size_t)c->in_bytes, row = start / columns;
  ptrdiff_t a = place_of(c, &c->a, row * columns), b = place_of(c, &c->b, row * columns);
  for (int i = last - 1; i >= 0; i--) at[i] = row % c->size[i], row /= c->size[i];
  while (start < end) {
    size_t here = MIN(columns - column, end - start);
    c->row(c->to + start * (size_t)c->out_bytes, c->a.from + (a + (ptrdiff_t)column * c->a.step[last]) * (ptrdiff_t)bytes,
           (int)c->a.step[last], c->b.from + (b + (ptrdiff_t)column * c->b.step[last]) * (ptrdiff_t)bytes,
           (int)c->b.step[last], here);
    start += here, column = 0;
    for (int i = last - 1; i >= 0; i--) {
      a += c->a.step[i], b += c->b.step[i];
      if (++at[i] < c->size[i]) break;
      a -= (ptrdiff_t)at[i] * c->a.step[i], b -= (ptrdiff_t)at[i] * c->b.step[i];
      at[i] = 0;
    }
  }
}

static void combine_part(void *context, int chunk, int thread) {
  (void)thread;
  const combining *c = context;
  size_t columns = c->size[c->rank - 1];
  bool blocks = c->rank > 1 && columns < SHORT;
  size_t step = blocks ? columns : 64;
  size_t start = chunk_start(c->count, chunk, c->chunks, step), end = chunk_start(c->count, chunk + 1, c->chunks, step);
  if (start >= end) return;
  if (blocks) combine_blocks(c, start, end);
  else combine_rows(c, start, end);
}

/**
 * (out; a, b; function, kind of the operands, rank, then for each dimension: size, step in a, step in b)
 *
 * Steps are in elements and those of an operand that broadcasts are 0; in the last dimension 1 or 0, not both 0.
 * Comparisons give bytes. `out` may be an operand that is not stretched.
 */
void op_binary(const i32 *a) {
  i32 function = INT(3), kind = INT(4), rank = INT(5);
  combining c = {.to = PLACE(0), .a = {.from = PLACE(1)}, .b = {.from = PLACE(2)}, .rank = rank, .count = 1};
  c.row = ROWS[kind][function];
  c.in_bytes = kind == TRUTHS ? 1 : 4, c.out_bytes = function >= PAIRS ? 1 : 4;
  for (int i = 0; i < rank; i++) {
    c.size[i] = (u32)INT(6 + 3 * i), c.a.step[i] = INT(7 + 3 * i), c.b.step[i] = INT(8 + 3 * i);
    c.count *= c.size[i];
  }
  if (c.count == 0) return;
  c.a.contiguous = c.b.contiguous = true;
  size_t whole = 1;
  for (int i = rank - 1; i >= 0; whole *= c.size[i--]) {
    c.a.contiguous &= c.a.step[i] == (ptrdiff_t)whole;
    c.b.contiguous &= c.b.step[i] == (ptrdiff_t)whole;
  }
  c.chunks = chunks_of(c.count, function == POW || function == MOD ? GRAIN / 16 : GRAIN);
  parallel_for(combine_part, &c, c.chunks);
}

// ---- Sums of many, and choices ---------------------------------------------------------------------------------------------
typedef struct {
  void *to;
  const void *from[4];
  const u8 *condition;
  size_t count, inner;
  int terms, bytes, chunks;
} merging;

static const f32 zeros[VL];
static void add_part(void *context, int chunk, int thread) {
  (void)thread;
  merging *m = context;
  size_t start = chunk_start(m->count, chunk, m->chunks, 64), end = chunk_start(m->count, chunk + 1, m->chunks, 64);
  f32 *to = m->to;
  const f32 *x = m->from[0], *y = m->from[1], *z = m->from[2], *w = m->from[3];
  if (m->terms < 4) w = zeros;
  if (m->terms < 3) z = zeros;
  size_t i = start, z_step = m->terms > 2, w_step = m->terms > 3;
  for (; i + VL <= end; i += VL) store(to + i, load(x + i) + load(y + i) + load(z + i * z_step) + load(w + i * w_step));
  for (; i < end; i++) to[i] = x[i] + y[i] + z[i * z_step] + w[i * w_step];
}
/** (out; x₁, x₂, x₃, x₄; count, how many of the four) on floats */
void op_add_n(const i32 *a) {
  size_t count = (u32)INT(5);
  merging m = {PLACE(0), {PLACE(1), PLACE(2), PLACE(3), PLACE(4)}, NULL, count, 1, INT(6), 4, chunks_of(count, GRAIN)};
  parallel_for(add_part, &m, m.chunks);
}

static void select_part(void *context, int chunk, int thread) {
  (void)thread;
  merging *m = context;
  size_t start = chunk_start(m->count, chunk, m->chunks, 64), end = chunk_start(m->count, chunk + 1, m->chunks, 64);
  const u8 *condition = m->condition;
  if (m->inner > 1) {
    size_t bytes = m->inner * (size_t)m->bytes;
    for (size_t i = start; i < end; i++)
      memmove((u8 *)m->to + i * bytes, (const u8 *)m->from[condition[i] == 1 ? 0 : 1] + i * bytes, bytes);
  } else if (m->bytes == 1) {
    const u8 *yes = m->from[0], *no = m->from[1];
    for (size_t i = start; i < end; i++) ((u8 *)m->to)[i] = condition[i] == 1 ? yes[i] : no[i];
  } else {
    const i32 *yes = m->from[0], *no = m->from[1];
    i32 *to = m->to;
    size_t i = start;
    for (; i + VL <= end; i += VL) {
      vi taken = __builtin_convertvector(*(const vb *)(condition + i), vi) == 1;
      *(vi *)(to + i) = (*(const vi *)(yes + i) & taken) | (*(const vi *)(no + i) & ~taken);
    }
    for (; i < end; i++) to[i] = condition[i] == 1 ? yes[i] : no[i];
  }
}
/** (out; condition, yes, no; how many conditions, elements that each decides on, bytes of an element) */
void op_select(const i32 *a) {
  size_t count = (u32)INT(4), inner = (u32)INT(5);
  merging m = {PLACE(0), {PLACE(2), PLACE(3), NULL, NULL}, BYTES(1), count, inner, 2, INT(6), chunks_of(count * inner, GRAIN)};
  parallel_for(select_part, &m, m.chunks);
}
