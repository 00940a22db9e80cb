// Random words from keys: Threefry-2x32, 20 rounds (Salmon et al. 2011), many counters side by side.
#pragma once
#include "base.h"

#define VECTORS 4 // side by side: one hides the latency of the other, as registers allow
#define BLOCK (VECTORS * VL)

INLINE vu rotate(vu x, int by) {
#if defined(__wasm__) && defined(__wasm_simd128__)
  // Whole bytes: one shuffle instead of two shifts.
  typedef u8 bytes __attribute__((vector_size(16)));
  if (by == 16) return (vu)__builtin_shufflevector((bytes)x, (bytes)x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  if (by == 24) return (vu)__builtin_shufflevector((bytes)x, (bytes)x, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
#endif
  return (x << by) | (x >> (32 - by));
}

#define EACH for (int v = 0; v < VECTORS; v++)
INLINE void four_rounds(vu *x0, vu *x1, int a, int b, int c, int d, u32 add0, u32 add1) {
  EACH x0[v] += x1[v], x1[v] = rotate(x1[v], a) ^ x0[v];
  EACH x0[v] += x1[v], x1[v] = rotate(x1[v], b) ^ x0[v];
  EACH x0[v] += x1[v], x1[v] = rotate(x1[v], c) ^ x0[v];
  EACH x0[v] += x1[v], x1[v] = rotate(x1[v], d) ^ x0[v];
  EACH x0[v] += add0, x1[v] += add1;
}

/** The blocks at the 64-bit counters (0, `first`) … (0, `first + BLOCK − 1`), two words each. */
INLINE void blocks_at(vu *x0, vu *x1, u32 first, u32 k0, u32 k1) {
  u32 k2 = k0 ^ k1 ^ 0x1bd11bda, lane[VL];
  for (u32 i = 0; i < VL; i++) lane[i] = i;
  vu lanes = *(vu *)lane;
  EACH x0[v] = (vu){} + k0, x1[v] = lanes + (first + (u32)v * VL + k1);
  four_rounds(x0, x1, 13, 15, 26, 6, k1, k2 + 1);
  four_rounds(x0, x1, 17, 29, 16, 24, k2, k0 + 2);
  four_rounds(x0, x1, 13, 15, 26, 6, k0, k1 + 3);
  four_rounds(x0, x1, 17, 29, 16, 24, k1, k2 + 4);
  four_rounds(x0, x1, 13, 15, 26, 6, k2, k0 + 5);
}

/** Words `first` … `first + BLOCK − 1`: the two halves of each block, folded together. */
INLINE void words_at(vu *words, u32 first, u32 k0, u32 k1) {
  vu x0[VECTORS], x1[VECTORS];
  blocks_at(x0, x1, first, k0, k1);
  EACH words[v] = x0[v] ^ x1[v];
}
