// Floats in 16 bits: the upper half of a float32, two in an integer, the lower half first.
#include "threefry.h"

#define PACK_GRAIN 8192

typedef struct {
  u32 *codes;
  f32 *values;
  u32 k0, k1;
  bool nearest;
  size_t count;
  int chunks;
} bfloats;

// ---- Pairs ---------------------------------------------------------------------------------------------------------
#if VL == 16
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif VL == 8
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

INLINE vu either(vi mask, vu a, vu b) { return (a & (vu)mask) | (b & ~(vu)mask); }

// ---- To 16 bits ----------------------------------------------------------------------------------------------------
/** The upper halves after `more` is added below them. Finite numbers stay finite, and NaN stays NaN. */
INLINE vu upper(vu bits, vu more) {
  vu sum = (bits + more) >> 16;
  sum += (vu)((sum & 0x7fff) == 0x7f80); // − 1: from infinity back to the largest
  vu nan = (vu)((bits & 0x7fffffff) > 0x7f800000) & 0x40;
  return either((bits & 0x7f800000) == 0x7f800000, bits >> 16 | nan, sum);
}

/** BLOCK codes of 2 · BLOCK floats, `first` the number of the first code. */
INLINE void codes_at(u32 *codes, const f32 *values, u32 first, bool nearest, const bfloats *c) {
  vu words[VECTORS] = {};
  if (!nearest) words_at(words, first, c->k0, c->k1);
  EACH {
    vu a = *(const vu *)(values + 2 * v * VL), b = *(const vu *)(values + (2 * v + 1) * VL);
    vu low = EVEN(a, b), high = ODD(a, b), below = words[v] & 0xffff, above = words[v] >> 16;
    if (nearest) below = (low >> 16 & 1) + 0x7fff, above = (high >> 16 & 1) + 0x7fff; // halves to the even one
    *(vu *)(codes + v * VL) = upper(low, below) | upper(high, above) << 16;
  }
}

INLINE void pack_part(const bfloats *c, int chunk, bool nearest) {
  size_t words = (c->count + 1) / 2;
  size_t i = chunk_start(words, chunk, c->chunks, BLOCK), end = chunk_start(words, chunk + 1, c->chunks, BLOCK);
  for (; i + BLOCK <= c->count / 2 && i < end; i += BLOCK) codes_at(c->codes + i, c->values + 2 * i, (u32)i, nearest, c);
  if (i < end) {
    f32 values[2 * BLOCK] = {};
    u32 codes[BLOCK];
    memcpy(values, c->values + 2 * i, (c->count - 2 * i) * 4);
    codes_at(codes, values, (u32)i, nearest, c);
    memcpy(c->codes + i, codes, (end - i) * 4);
  }
}
static void pack_nearest_part(void *context, int chunk, int thread) {
  (void)thread;
  pack_part(context, chunk, true);
}
static void pack_random_part(void *context, int chunk, int thread) {
  (void)thread;
  pack_part(context, chunk, false);
}

/**
 * Rounded up with a chance that is the part of the way there: half i of the words of the key folded with the step is what is added to
 * the bits of number i. To nearest without a step. (codes; x, step or none; count, two words of the key)
 */
void op_pack_bfloat16(const i32 *a) {
  size_t count = (u32)INT(3);
  bfloats c = {.codes = (u32 *)PLACE(0), .values = FLOATS(1), .nearest = !INT(2), .count = count};
  c.chunks = chunks_of((count + 1) / 2, PACK_GRAIN);
  if (!c.nearest) {
    vu x0[VECTORS], x1[VECTORS];
    blocks_at(x0, x1, (u32)FLOATS(2)[0], (u32)INT(4), (u32)INT(5));
    c.k0 = x0[0][0], c.k1 = x1[0][0];
  }
  parallel_for(c.nearest ? pack_nearest_part : pack_random_part, &c, c.chunks);
}

// ---- From 16 bits --------------------------------------------------------------------------------------------------
static void unpack_part(void *context, int chunk, int thread) {
  (void)thread;
  const bfloats *c = context;
  size_t words = (c->count + 1) / 2;
  size_t i = chunk_start(words, chunk, c->chunks, VL), end = chunk_start(words, chunk + 1, c->chunks, VL);
  for (; i + VL <= c->count / 2 && i < end; i += VL) {
    vu code = *(const vu *)(c->codes + i), low = code << 16, high = code & 0xffff0000;
    *(vu *)(c->values + 2 * i) = ZIP_LOW(low, high);
    *(vu *)(c->values + 2 * i + VL) = ZIP_HIGH(low, high);
  }
  for (; i < end; i++) {
    u32 pair[2] = {c->codes[i] << 16, c->codes[i] & 0xffff0000};
    memcpy(c->values + 2 * i, pair, MIN((size_t)2, c->count - 2 * i) * 4);
  }
}

/** (values; codes; count) */
void op_unpack_bfloat16(const i32 *a) {
  size_t count = (u32)INT(2);
  bfloats c = {.values = FLOATS(0), .codes = (u32 *)PLACE(1), .count = count};
  c.chunks = chunks_of((count + 1) / 2, 2 * PACK_GRAIN);
  parallel_for(unpack_part, &c, c.chunks);
}
