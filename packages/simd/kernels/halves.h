// Floats of half precision, widened to the lanes of vectors.
#pragma once
#include "bytes.h"
#include "math.h"

typedef int16_t halves __attribute__((vector_size(2 * VL), aligned(2), may_alias));

/** VL float16 as floats, exactly. They must be finite. */
INLINE vf load_halves(const i8 *p) {
#if defined(__AVX512F__)
  return (vf)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
#elif defined(__AVX2__) && defined(__F16C__)
  return (vf)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
#else
  // With the exponent moved to where floats have theirs, a subnormal, which has no leading one, reads as 2^−15 · (1 + f) instead of
  // 2^−14 · f. That is twice what was read, less 2^−14; of all others this is the larger one. No float is subnormal, which would be slow.
  const vi x = (vi)((vu)__builtin_convertvector(*(const halves *)p, vi) << 13);
  const vf read = (vf)((x & 0x0fffe000) + (112 << 23));
  return (vf)((vi)vmin(read, fma_(read, splat(2), splat(-0x1p-14f))) | (x & (i32)0x80000000));
#endif
}
