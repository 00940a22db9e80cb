// Random numbers from keys: the same words for a key as `randomBits` of @genai/core (and as JAX), turned into numbers by
// the same float32 arithmetic. Word i depends on the key and on i alone, so any cut of the work gives the same numbers.
#include "threefry.h"

enum { BITS, UNIFORM, NORMAL, TRUNCATED_NORMAL, GUMBEL };
#define RANDOM_GRAIN (2048 * VL)

#define SQRT2 1.41421354f
#define ABOVE_MINUS_ONE -0.99999994f // the float32 after −1
#define SMALLEST_NORMAL 1.17549435e-38f

// ---- Numbers -------------------------------------------------------------------------------------------------------
/** The same number, and a wall that keeps the compiler from fusing the product in it with a sum outside. */
INLINE vf rounded(vf x) {
#if defined(__x86_64__)
  __asm__("" : "+x"(x));
#elif defined(__aarch64__)
  __asm__("" : "+w"(x));
#endif
  return x;
}

/** The upper 23 bits of a word as a number of [0, 1), exactly. */
INLINE vf unit(vu word) { return __builtin_convertvector((vi)(word >> 9), vf) * 0x1p-23f; }

INLINE vf uniform(vu word, f32 low, f32 span) {
  vf x = rounded(unit(word) * span) + low;
  return choose(x > low, x, splat(low));
}

/** log x of normal x > 0, to about 1 ulp: x = 2ᵉ (1 + f), f from √½ − 1 to √2 − 1 (the polynomial of Cephes). */
INLINE vf log_(vf x) {
  vi above = (vi)x - 0x3f3504f3; // √½
  vf e = __builtin_convertvector(above >> 23, vf);
  vf f = (vf)((vi)x - (above & (i32)0xff800000)) - 1.0f;
  vf p = splat(7.0376836292e-2f);
  p = fma_(p, f, splat(-1.1514610310e-1f));
  p = fma_(p, f, splat(1.1676998740e-1f));
  p = fma_(p, f, splat(-1.2420140846e-1f));
  p = fma_(p, f, splat(1.4249322787e-1f));
  p = fma_(p, f, splat(-1.6668057665e-1f));
  p = fma_(p, f, splat(2.0000714765e-1f));
  p = fma_(p, f, splat(-2.4999993993e-1f));
  p = fma_(p, f, splat(3.3333331174e-1f));
  vf square = f * f;
  vf rest = fma_(e, splat(-2.12194440e-4f), square * f * p);
  rest = fma_(square, splat(-0.5f), rest);
  return fma_(e, splat(0.693359375f), f + rest);
}

/** √x to 1 ulp for x of 5 … 100, in parts that every machine has. */
INLINE vf root(vf x) {
  vf r = (vf)(0x5f3759df - ((vi)x >> 1)); // about 1 / √x; each step doubles the digits
  for (int i = 0; i < 3; i++) r = r * (1.5f - 0.5f * x * r * r);
  vf s = x * r;
  return fma_(fma_(-s, s, x), 0.5f * r, s);
}

INLINE bool any_lane(vi mask) {
#if defined(__wasm_simd128__)
  return __builtin_wasm_any_true_v128((signed char __attribute__((vector_size(16))))mask);
#else
  uint64_t pair[VL / 2], any = 0;
  *(vi *)pair = mask;
  for (int i = 0; i < VL / 2; i++) any |= pair[i];
  return any != 0;
#endif
}

/**
 * x to √2 · erf⁻¹(x) for |x| < 1, rounded where `scaledErfInv` of @genai/core rounds.
 *
 * @source Giles 2010, "Approximating the erfinv function", table 5 (single precision).
 */
INLINE void scaled_erf_inv(vf *x) {
  vf w[VECTORS], p[VECTORS];
  vi far = {};
  EACH w[v] = -log_(1.0f - rounded(x[v] * x[v]));
  EACH far |= w[v] >= 5.0f;
  EACH {
    vf t = w[v] - 2.5f;
    p[v] = fma_(splat(2.81022636e-8f), t, splat(3.43273939e-7f));
    p[v] = fma_(p[v], t, splat(-3.5233877e-6f));
    p[v] = fma_(p[v], t, splat(-4.39150654e-6f));
    p[v] = fma_(p[v], t, splat(2.1858087e-4f));
    p[v] = fma_(p[v], t, splat(-1.25372503e-3f));
    p[v] = fma_(p[v], t, splat(-4.17768164e-3f));
    p[v] = fma_(p[v], t, splat(2.46640727e-1f));
    p[v] = fma_(p[v], t, splat(1.50140941f));
  }
  if (any_lane(far)) // one number in 300
    EACH {
      vf t = root(w[v]) - 3.0f;
      vf q = fma_(splat(-2.00214257e-4f), t, splat(1.00950558e-4f));
      q = fma_(q, t, splat(1.34934322e-3f));
      q = fma_(q, t, splat(-3.67342844e-3f));
      q = fma_(q, t, splat(5.73950773e-3f));
      q = fma_(q, t, splat(-7.6224613e-3f));
      q = fma_(q, t, splat(9.43887047e-3f));
      q = fma_(q, t, splat(1.00167406f));
      q = fma_(q, t, splat(2.83297682f));
      p[v] = choose(w[v] >= 5.0f, q, p[v]);
    }
  EACH x[v] = SQRT2 * rounded(p[v] * x[v]);
}

typedef struct {
  f32 *to;
  const f32 *from; // of dropout
  size_t count;
  u32 k0, k1;
  f32 a, b, low, high;
  int chunks;
} drawing;

INLINE void numbers_at(int kind, f32 *to, u32 first, const drawing *d) {
  vu words[VECTORS];
  vf x[VECTORS];
  words_at(words, first, d->k0, d->k1);
  if (kind == BITS) EACH x[v] = (vf)words[v];
  if (kind == UNIFORM) EACH x[v] = uniform(words[v], d->a, d->b - d->a);
  if (kind == NORMAL) {
    EACH x[v] = uniform(words[v], ABOVE_MINUS_ONE, 2.0f);
    scaled_erf_inv(x);
  }
  if (kind == TRUNCATED_NORMAL) {
    vf u[VECTORS];
    EACH x[v] = u[v] = uniform(words[v], d->a, d->b - d->a);
    scaled_erf_inv(x);
    EACH {
      x[v] = choose((u[v] == 1.0f) | (u[v] == -1.0f), u[v] * __builtin_inff(), x[v]);
      x[v] = choose(x[v] > d->low, x[v], splat(d->low));
      x[v] = choose(x[v] < d->high, x[v], splat(d->high));
    }
  }
  if (kind == GUMBEL) EACH x[v] = -log_(-log_(uniform(words[v], SMALLEST_NORMAL, 1.0f)));
  EACH store(to + v * VL, x[v]);
}

INLINE void draw(int kind, const drawing *d, int chunk) {
  size_t i = chunk_start(d->count, chunk, d->chunks, BLOCK), end = chunk_start(d->count, chunk + 1, d->chunks, BLOCK);
  for (; i + BLOCK <= end; i += BLOCK) numbers_at(kind, d->to + i, (u32)i, d);
  if (i < end) {
    f32 last[BLOCK];
    numbers_at(kind, last, (u32)i, d);
    memcpy(d->to + i, last, (end - i) * 4);
  }
}

#define DRAW(kind, name)                                                                                               \
  static void name(void *context, int chunk, int thread) {                                                             \
    (void)thread;                                                                                                      \
    draw(kind, context, chunk);                                                                                        \
  }
DRAW(BITS, draw_bits)
DRAW(UNIFORM, draw_uniform)
DRAW(NORMAL, draw_normal)
DRAW(TRUNCATED_NORMAL, draw_truncated_normal)
DRAW(GUMBEL, draw_gumbel)

/**
 * (to;; count, two words of the key, kind, min, max, lowest, highest) where kind is 0 bits, 1 uniform of [min, max),
 * 2 normal, 3 truncated normal (min and max are erf(bound / √2), lowest and highest the open interval's ends), 4 Gumbel.
 */
void op_random(const i32 *a) {
  static const task DRAWS[] = {draw_bits, draw_uniform, draw_normal, draw_truncated_normal, draw_gumbel};
  drawing d = {.to = FLOATS(0), .count = (u32)INT(1), .k0 = (u32)INT(2), .k1 = (u32)INT(3)};
  d.a = FLOAT(5), d.b = FLOAT(6), d.low = FLOAT(7), d.high = FLOAT(8);
  d.chunks = chunks_of(d.count, RANDOM_GRAIN);
  parallel_for(DRAWS[INT(4)], &d, d.chunks);
}

static void drop_part(void *context, int chunk, int thread) {
  (void)thread;
  const drawing *d = context;
  size_t i = chunk_start(d->count, chunk, d->chunks, BLOCK), end = chunk_start(d->count, chunk + 1, d->chunks, BLOCK);
  vu words[VECTORS];
  for (; i + BLOCK <= end; i += BLOCK) {
    words_at(words, (u32)i, d->k0, d->k1);
    EACH store(d->to + i + v * VL, load(d->from + i + v * VL) * choose(unit(words[v]) >= d->a, splat(d->b), splat(0)));
  }
  if (i < end) {
    f32 kept[BLOCK];
    words_at(words, (u32)i, d->k0, d->k1);
    EACH store(kept + v * VL, choose(unit(words[v]) >= d->a, splat(d->b), splat(0)));
    for (int v = 0; i < end; i++, v++) d->to[i] = d->from[i] * kept[v];
  }
}

/** (to; x; count, two words of the key, rate, scale): x · scale where the key's uniform number is at least rate, else x · 0. */
void op_dropout(const i32 *a) {
  drawing d = {.to = FLOATS(0), .from = FLOATS(1), .count = (u32)INT(2), .k0 = (u32)INT(3), .k1 = (u32)INT(4)};
  d.a = FLOAT(5), d.b = FLOAT(6);
  d.chunks = chunks_of(d.count, RANDOM_GRAIN);
  parallel_for(drop_part, &d, d.chunks);
}
