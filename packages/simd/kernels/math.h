// Functions of vectors of floats, to about two units in the last place, right for infinities, NaN, the smallest numbers
// and overflow, with neither tables nor branches. The polynomials are minimax fits of our own over the ranges noted.
#pragma once
#include "base.h"
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define INFINITY_F __builtin_inff()
#define NAN_F __builtin_nanf("")

// ---- Rounding, signs, order ------------------------------------------------------------------------------------------
#define EACH_LANE(f) \
  vf y; \
  for (int i = 0; i < VL; i++) y[i] = f(x[i]); \
  return y
#if defined(__AVX512F__)
#define BY_MACHINE(x512, x256, wasm, neon, scalar) return (vf)(x512)
#elif defined(__AVX2__)
#define BY_MACHINE(x512, x256, wasm, neon, scalar) return (vf)(x256)
#elif defined(__wasm_simd128__)
#define BY_MACHINE(x512, x256, wasm, neon, scalar) return (vf)(wasm)
#elif defined(__ARM_NEON) && defined(__aarch64__)
#define BY_MACHINE(x512, x256, wasm, neon, scalar) return (vf)(neon)
#else
#define BY_MACHINE(x512, x256, wasm, neon, scalar) EACH_LANE(scalar)
#endif

INLINE vf vsqrt(vf x) {
#if defined(__SSE2__) && !defined(__AVX2__)
  return (vf)_mm_sqrt_ps((__m128)x);
#endif
  BY_MACHINE(_mm512_sqrt_ps((__m512)x), _mm256_sqrt_ps((__m256)x), __builtin_elementwise_sqrt(x), vsqrtq_f32((float32x4_t)x), __builtin_sqrtf);
}
INLINE vf vfloor(vf x) {
  BY_MACHINE(_mm512_roundscale_ps((__m512)x, 9), _mm256_round_ps((__m256)x, 9), __builtin_elementwise_floor(x), vrndmq_f32((float32x4_t)x), __builtin_floorf);
}
INLINE vf vceil(vf x) {
  BY_MACHINE(_mm512_roundscale_ps((__m512)x, 10), _mm256_round_ps((__m256)x, 10), __builtin_elementwise_ceil(x), vrndpq_f32((float32x4_t)x), __builtin_ceilf);
}
INLINE vf vtrunc(vf x) {
  BY_MACHINE(_mm512_roundscale_ps((__m512)x, 11), _mm256_round_ps((__m256)x, 11), __builtin_elementwise_trunc(x), vrndq_f32((float32x4_t)x), __builtin_truncf);
}
/** Halves go to the even neighbour. */
INLINE vf vround(vf x) {
  BY_MACHINE(_mm512_roundscale_ps((__m512)x, 8), _mm256_round_ps((__m256)x, 8), __builtin_elementwise_roundeven(x), vrndnq_f32((float32x4_t)x), __builtin_rintf);
}

INLINE vf vabs(vf x) { return (vf)((vi)x & 0x7fffffff); }
INLINE vi vsign_bit(vf x) { return (vi)x & (i32)0x80000000; }
/** |x| with the sign of s. */
INLINE vf vcopysign(vf x, vf s) { return (vf)((vi)vabs(x) | vsign_bit(s)); }
INLINE vi vis_nan(vf x) { return x != x; }

// With relaxed SIMD clang turns the plain choice into an instruction that leaves open what becomes of NaN.
/** a < b ? a : b, so b where either is NaN. */
INLINE vf vmin(vf a, vf b) {
#if defined(__AVX512F__)
  return (vf)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (vf)_mm256_min_ps((__m256)a, (__m256)b);
#elif defined(__wasm_simd128__)
  return (vf)__builtin_wasm_pmin_f32x4(b, a);
#else
  return choose(a < b, a, b);
#endif
}
/** a > b ? a : b, so b where either is NaN. */
INLINE vf vmax(vf a, vf b) {
#if defined(__AVX512F__)
  return (vf)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (vf)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__wasm_simd128__)
  return (vf)__builtin_wasm_pmax_f32x4(b, a);
#else
  return choose(a > b, a, b);
#endif
}
/** The smaller, and NaN where either is; −0 is smaller than 0. As Math.min. */
INLINE vf vminimum(vf a, vf b) {
#if defined(__wasm_simd128__)
  return (vf)__builtin_wasm_min_f32x4(a, b);
#else
  return choose(a == b, (vf)((vi)a | (vi)b), choose(vis_nan(a), a, vmin(a, b)));
#endif
}
/** The greater, and NaN where either is; 0 is greater than −0. As Math.max. */
INLINE vf vmaximum(vf a, vf b) {
#if defined(__wasm_simd128__)
  return (vf)__builtin_wasm_max_f32x4(a, b);
#else
  return choose(a == b, (vf)((vi)a & (vi)b), choose(vis_nan(a), a, vmax(a, b)));
#endif
}
/** Brings all lanes together with `join`, into lane 0, in a fixed order: half with half, and so on. */
#if VL == 16
#define FOLD(x, join) \
  (x = join(x, __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)), \
   x = join(x, __builtin_shufflevector(x, x, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7)), \
   x = join(x, __builtin_shufflevector(x, x, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3)), \
   x = join(x, __builtin_shufflevector(x, x, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)))
#elif VL == 8
#define FOLD(x, join) \
  (x = join(x, __builtin_shufflevector(x, x, 4, 5, 6, 7, 4, 5, 6, 7)), \
   x = join(x, __builtin_shufflevector(x, x, 2, 3, 2, 3, 2, 3, 2, 3)), \
   x = join(x, __builtin_shufflevector(x, x, 1, 1, 1, 1, 1, 1, 1, 1)))
#else
#define FOLD(x, join) \
  (x = join(x, __builtin_shufflevector(x, x, 2, 3, 2, 3)), x = join(x, __builtin_shufflevector(x, x, 1, 1, 1, 1)))
#endif

INLINE vf vreciprocal(vf x) { return 1.f / x; }
INLINE vf vrsqrt(vf x) { return 1.f / vsqrt(x); }

// ---- Exponentials ----------------------------------------------------------------------------------------------------
#define ROUNDER 12582912.f // 1.5 · 2²³: adding it rounds to an integer, which then stands in the lowest bits
#define LN2_HIGH 0.693359375f // ten bits, so that its product with an exponent is exact
#define LN2_LOW -2.12194440e-4f

/** x = n ln 2 + r with |r| ≤ ln 2 / 2. @returns r */
INLINE vf exp_reduce(vf x, vf *n, vi *exponent) {
  vf rounded = fma_(x, splat(1.44269504f), splat(ROUNDER));
  *exponent = (vi)rounded - 0x4b400000;
  *n = rounded - ROUNDER;
  return fma_(*n, splat(-LN2_LOW), fma_(*n, splat(-LN2_HIGH), x));
}
/** 2ⁿ for n of −126 … 127. */
INLINE vf power_of_two(vi n) { return (vf)((n + 127) << 23); }
INLINE vf exp_polynomial(vf r) {
  vf p = fma_(r, splat(0.00138144648f), splat(0.00836878062f));
  p = fma_(p, r, splat(0.0416683943f));
  p = fma_(p, r, splat(0.166665201f));
  p = fma_(p, r, splat(0.499999934f));
  return fma_(r * r, p, r) + 1.f;
}

INLINE vf vexp(vf x) {
  x = vmax(splat(-104.f), vmin(splat(89.f), x));
  vf n;
  vi exponent;
  vf r = exp_reduce(x, &n, &exponent);
#if defined(__AVX512F__)
  return (vf)_mm512_scalef_ps((__m512)exp_polynomial(r), (__m512)n);
#else
  vi half = exponent >> 1; // in two steps, for neither 2¹²⁸ nor 2⁻¹⁵⁰ is a float
  return exp_polynomial(r) * power_of_two(half) * power_of_two(exponent - half);
#endif
}

/** exp(x) for x of −87 … 0 (smaller ones, −∞ too, give exp(−87), about 1e-38) and NaN: as a softmax needs it. */
INLINE vf vexp_negative(vf x) {
  x = vmax(splat(-87.f), x);
  vf n;
  vi exponent;
  vf r = exp_reduce(x, &n, &exponent);
  return exp_polynomial(r) * power_of_two(exponent);
}

INLINE vf expm1_in_range(vf x) { // −18 … 89
  vf n;
  vi exponent;
  vf r = exp_reduce(x, &n, &exponent);
  vf p = fma_(r, splat(0.000199136752f), splat(0.00139410773f));
  p = fma_(p, r, splat(0.00833327398f));
  p = fma_(p, r, splat(0.0416663539f));
  p = fma_(p, r, splat(0.166666668f));
  p = fma_(p, r, splat(0.5f));
  p = fma_(r * r, p, r);                 // exp(r) − 1
  vf half = power_of_two(exponent - 1); // 2¹²⁸ is no float
  vf y = fma_(half, p, half - .5f);
  return y + y;
}
INLINE vf vexpm1(vf x) {
  vf y = expm1_in_range(vmax(splat(-18.f), vmin(splat(89.f), x)));
  return choose(vabs(x) < 1e-20f, x, y); // half of the smallest is no float, and −0 + 0 is 0
}

INLINE vf vtanh(vf x) {
  vf e = expm1_in_range(vmin(splat(19.f), 2.f * vabs(x)));
  return vcopysign(e / (e + 2.f), x);
}
/** 1 / (1 + exp(−x)), with its full precision far below zero too. */
INLINE vf vsigmoid(vf x) {
  vf e = vexp(-vabs(x));
  return choose(x < 0.f, e, splat(1.f)) / (1.f + e);
}

// ---- Logarithms ------------------------------------------------------------------------------------------------------
/** log(2ᵉ (1 + f)) for f of √½ − 1 … √2 − 1. */
INLINE vf log_polynomial(vf f, vf e) {
  vf p = fma_(f, splat(-0.076345345f), splat(0.127615546f));
  p = fma_(p, f, splat(-0.131601525f));
  p = fma_(p, f, splat(0.142017583f));
  p = fma_(p, f, splat(-0.16623361f));
  p = fma_(p, f, splat(0.200012271f));
  p = fma_(p, f, splat(-0.250008209f));
  p = fma_(p, f, splat(0.333333317f));
  vf square = f * f;
  vf y = fma_(e, splat(LN2_LOW), square * f * p);
  y = fma_(square, splat(-.5f), y);
  return fma_(e, splat(LN2_HIGH), f + y);
}
/** x = 2ᵉ m with m of √½ … √2. @returns m */
INLINE vf split_exponent(vf x, vi *e) {
  *e = ((vi)x - 0x3f3504f3) >> 23;
  return (vf)((vi)x - (*e << 23));
}

INLINE vf vlog(vf x) {
  vi tiny = x < 1.17549435e-38f, e;
  vf m = split_exponent(choose(tiny, x * 8388608.f, x), &e);
  vf y = log_polynomial(m - 1.f, __builtin_convertvector(e - (tiny & 23), vf));
  y = choose(x < INFINITY_F, y, x); // ∞ and NaN
  y = choose(x == 0.f, splat(-INFINITY_F), y);
  return choose(x < 0.f, splat(NAN_F), y);
}

INLINE vf log1p_in_range(vf x) { // −1 < x < ∞
  vf u = 1.f + x;
  vf lost = choose(x < 1.f, x - (u - 1.f), 1.f - (u - x));
  vi e;
  vf m = split_exponent(u, &e);
  lost = choose(x < 1e30f, lost * power_of_two(-e), splat(0.f));
  return log_polynomial((m - 1.f) + lost, __builtin_convertvector(e, vf));
}
INLINE vf vlog1p(vf x) {
  vf y = choose(x < INFINITY_F, log1p_in_range(x), x);
  y = choose(x == 0.f, x, y);
  y = choose(x == -1.f, splat(-INFINITY_F), y);
  return choose(x < -1.f, splat(NAN_F), y);
}
/** log(1 + exp(x)) */
INLINE vf vsoftplus(vf x) { return vmax(splat(0.f), x) + log1p_in_range(vexp(-vabs(x))); }

// ---- The error function ------------------------------------------------------------------------------------------------
INLINE vf verf(vf x) {
  vf a = vmin(splat(4.1f), vabs(x)), z = a * a;
  vf near = fma_(z, splat(7.85385767e-05f), splat(-0.000801019251f)); // erf(a) / a in a², up to 1
  near = fma_(near, z, splat(0.00518832756f));
  near = fma_(near, z, splat(-0.0268538119f));
  near = fma_(near, z, splat(0.112835851f));
  near = fma_(near, z, splat(-0.376126258f));
  near = fma_(near, z, splat(1.12837917f));
  vf far = fma_(a, splat(-2.16976797e-05f), splat(0.000441473437f)); // log(1 − erf(a)), from 1 to 4.1
  far = fma_(far, a, splat(-0.00420528869f));
  far = fma_(far, a, splat(0.0252103505f));
  far = fma_(far, a, splat(-0.108422117f));
  far = fma_(far, a, splat(-0.633216381f));
  far = fma_(far, a, splat(-1.12958032f));
  far = fma_(far, a, splat(0.000188469623f));
  return vcopysign(choose(a < 1.f, near * a, 1.f - vexp_negative(far)), x);
}

// ---- Sine and cosine -------------------------------------------------------------------------------------------------
/** For one big x: x = q π/2 + r by the bits of 2/π that matter (Payne and Hanek). @returns r */
__attribute__((noinline, unused)) static f32 reduce_big(f32 x, i32 *q) {
  static const u32 TWO_OVER_PI[8] = {0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab};
  union { f32 f; u32 i; } bits = {x};
  int e = (int)(bits.i >> 23 & 255) - 150, first = 30 + e; // |x| = mantissa · 2ᵉ; bits before `first` give multiples of 4
  if (e == 105) return x - x; // ∞ and NaN
  uint64_t mantissa = (bits.i & 0x7fffff) | 0x800000;
  u32 window[3];
  for (int i = 0; i < 3; i++) {
    int at = (first >> 5) + i, shift = first & 31;
    window[i] = shift ? TWO_OVER_PI[at] << shift | TWO_OVER_PI[at + 1] >> (32 - shift) : TWO_OVER_PI[at];
  }
  uint64_t product = ((uint64_t)window[0] << 32 | window[1]) * mantissa + (window[2] * mantissa >> 32);
  int64_t fraction = (int64_t)(product << 2);
  i32 quadrant = (i32)(product >> 62) + (fraction < 0);
  f32 r = (f32)((double)fraction * (1.5707963267948966 / 18446744073709551616.));
  *q = x < 0 ? -quadrant : quadrant;
  return x < 0 ? -r : r;
}

/** sin(x + shift π/2) */
INLINE vf sine(vf x, i32 shift) {
  vf rounded = fma_(x, splat(0.636619772f), splat(ROUNDER)), n = rounded - ROUNDER;
  vi q = (vi)rounded - 0x4b400000, big = ~(vi)(vabs(x) < 8192.f);
  vf r = fma_(n, splat(-1.5703125f), x); // π/2 in four parts, of which three times n are exact
  r = fma_(n, splat(-4.837512969970703125e-4f), r);
  r = fma_(n, splat(-7.549533620476723e-08f), r);
  r = fma_(n, splat(-2.56334415e-12f), r);
  i32 any = 0;
  for (int i = 0; i < VL; i++) any |= big[i];
  if (__builtin_expect(any, 0))
    for (int i = 0; i < VL; i++)
      if (big[i]) {
        i32 quadrant = 0;
        r[i] = reduce_big(x[i], &quadrant);
        q[i] = quadrant;
      }
  q += shift;
  vf z = r * r;
  vf s = fma_(z, splat(-0.000195160109f), splat(0.00833216892f));
  s = fma_(s, z, splat(-0.166666548f));
  s = fma_(r * z, s, r);
  vf c = fma_(z, splat(2.44371072e-05f), splat(-0.00138873564f));
  c = fma_(c, z, splat(0.0416666467f));
  c = fma_(z * z, c, fma_(z, splat(-.5f), splat(1.f)));
  vi odd = (q & 1) == 1;
  return (vf)((vi)choose(odd, c, s) ^ (q << 30 & (i32)0x80000000));
}
INLINE vf vsin(vf x) { return choose(x == 0.f, x, sine(x, 0)); }
INLINE vf vcos(vf x) { return sine(x, 1); }
