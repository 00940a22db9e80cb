// Vectors at the end of a row, where fewer than VL floats are left.
#pragma once
#include "base.h"
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

/** The first `lanes` floats at p (1 … VL), zeros behind them. Reads nothing beyond. */
INLINE vf load_part(const f32 *p, size_t lanes) {
#if defined(__AVX512F__)
  return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << lanes) - 1), p);
#else
  if (lanes == VL) return load(p);
  f32 lane[VL] = {0};
  for (size_t i = 0; i < lanes; i++) lane[i] = p[i];
  return load(lane);
#endif
}
/** Writes the first `lanes` floats of x (1 … VL) and nothing beyond. */
INLINE void store_part(f32 *p, vf x, size_t lanes) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << lanes) - 1), (__m512)x);
#else
  if (lanes == VL) {
    store(p, x);
    return;
  }
  f32 lane[VL];
  store(lane, x);
  for (size_t i = 0; i < lanes; i++) p[i] = lane[i];
#endif
}

/** Runs through start … end − 1 in steps of VL; `lanes` is VL but in the last step. */
#define EACH_VECTOR(i, lanes, start, end) \
  for (size_t i = (start), lanes = MIN((size_t)VL, (size_t)(end) - i); i < (size_t)(end); \
       i += VL, lanes = MIN((size_t)VL, (size_t)(end) - i))
