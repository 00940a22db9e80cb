// Signed bytes, widened to the lanes of vectors.
#pragma once
#include "base.h"
#if defined(__AVX2__)
#include <immintrin.h>
#endif

typedef signed char i8;
typedef i8 i8x16 __attribute__((vector_size(16), aligned(1), may_alias));
typedef int16_t i16x8 __attribute__((vector_size(16), may_alias));

INLINE i8x16 load_bytes(const i8 *p) { return *(const i8x16 *)p; }

/** 16 bytes to 16 integers. */
INLINE void widen(vi *to, i8x16 x) {
  // gcc would convert vectors of bytes one by one.
#if defined(__AVX512F__)
  to[0] = (vi)_mm512_cvtepi8_epi32((__m128i)x);
#elif defined(__AVX2__)
  to[0] = (vi)_mm256_cvtepi8_epi32((__m128i)x);
  to[1] = (vi)_mm256_cvtepi8_epi32(_mm_unpackhi_epi64((__m128i)x, (__m128i)x));
#else
#define HALF(x, from, type) __builtin_convertvector(__builtin_shufflevector(x, x, from, from + 1, from + 2, from + 3), type)
  i16x8 low = __builtin_convertvector(__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7), i16x8);
  i16x8 high = __builtin_convertvector(__builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15), i16x8);
  to[0] = HALF(low, 0, vi);
  to[1] = HALF(low, 4, vi);
  to[2] = HALF(high, 0, vi);
  to[3] = HALF(high, 4, vi);
#undef HALF
#endif
}
