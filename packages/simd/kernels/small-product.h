// Products of small matrices on one thread, in place where they stand: what attention is made of.
#pragma once
#include "partial.h"

#if VL == 4
enum { ROWS = 4 }; // of a block of sums that stays in registers, beside 2 VL columns
#else
enum { ROWS = 8 };
#endif

/** A matrix whose entry (i, p) stands at at[i · row + p · step]. */
typedef struct { const f32 *at; size_t row, step; } matrix;

/** Rows × (vectors · VL, or `lanes`) of c = a · b, or of c + a · b. */
INLINE void product_block(f32 *c, size_t c_row, matrix a, const f32 *b, size_t b_row, size_t depth, bool add,
                          const int rows, const int vectors, size_t lanes) {
  vf sum[ROWS][2];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < vectors; v++) {
      f32 *at = c + (size_t)i * c_row + v * VL;
      sum[i][v] = add ? (lanes == VL ? load(at) : load_part(at, lanes)) : (vf){};
    }
  for (size_t p = 0; p < depth; p++) {
    vf across[2];
    for (int v = 0; v < vectors; v++)
      across[v] = lanes == VL ? load(b + p * b_row + v * VL) : load_part(b + p * b_row, lanes);
    for (int i = 0; i < rows; i++) {
      vf down = splat(a.at[(size_t)i * a.row + p * a.step]);
      for (int v = 0; v < vectors; v++) sum[i][v] = fma_(down, across[v], sum[i][v]);
    }
  }
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < vectors; v++) {
      f32 *at = c + (size_t)i * c_row + v * VL;
      if (lanes == VL) store(at, sum[i][v]);
      else store_part(at, sum[i][v], lanes);
    }
}
INLINE void product_columns(f32 *c, size_t c_row, matrix a, const f32 *b, size_t b_row, size_t rows, size_t depth,
                            bool add, const int vectors, size_t lanes) {
  size_t i = 0;
#define WITH_ROWS(count) \
  for (; i + (count) <= rows; i += (count)) { \
    matrix part = {a.at + i * a.row, a.row, a.step}; \
    product_block(c + i * c_row, c_row, part, b, b_row, depth, add, count, vectors, lanes); \
  }
  WITH_ROWS(ROWS)
#if VL > 4
  WITH_ROWS(4)
#endif
  WITH_ROWS(2)
  WITH_ROWS(1)
}
/** c = a · b, or c += a · b; c: rows × columns, a: rows × depth, b: depth × columns. */
static void product(f32 *c, size_t c_row, matrix a, const f32 *b, size_t b_row, size_t rows, size_t columns,
                    size_t depth, bool add) {
  size_t j = 0;
  for (; j + 2 * VL <= columns; j += 2 * VL) product_columns(c + j, c_row, a, b + j, b_row, rows, depth, add, 2, VL);
  for (; j + VL <= columns; j += VL) product_columns(c + j, c_row, a, b + j, b_row, rows, depth, add, 1, VL);
  if (j < columns) product_columns(c + j, c_row, a, b + j, b_row, rows, depth, add, 1, columns - j);
}

typedef f32 four __attribute__((vector_size(16), aligned(4), may_alias));

/** to[j · to_row + i] = from[i · from_row + j], and zeros for i from `rows` up to `padded`. */
static void transpose(f32 *to, size_t to_row, const f32 *from, size_t from_row, size_t rows, size_t columns, size_t padded) {
  size_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    const f32 *at = from + i * from_row;
    size_t j = 0;
#if defined(__wasm_simd128__) || !defined(__wasm__)
    for (; j + 4 <= columns; j += 4) {
      four a = *(four *)(at + j), b = *(four *)(at + from_row + j);
      four c = *(four *)(at + 2 * from_row + j), d = *(four *)(at + 3 * from_row + j);
      four ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab1 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      four cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd1 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      f32 *out = to + j * to_row + i;
      *(four *)out = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
      *(four *)(out + to_row) = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
      *(four *)(out + 2 * to_row) = __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5);
      *(four *)(out + 3 * to_row) = __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7);
    }
#endif
    for (; j < columns; j++)
      for (size_t r = 0; r < 4; r++) to[j * to_row + i + r] = at[r * from_row + j];
  }
  for (; i < padded; i++)
    for (size_t j = 0; j < columns; j++) to[j * to_row + i] = i < rows ? from[i * from_row + j] : 0;
}

INLINE size_t round_up(size_t x) { return (x + VL - 1) / VL * VL; }

/** Scores of one query by a product for each key: what a few queries cost is reading the keys, once and in order. */
INLINE void scores_of_row(f32 *scores, const f32 *q, const f32 *k, size_t k_row, size_t keys, size_t width) {
  for (size_t j = 0; j < keys; j++) {
    vf sum = {};
    EACH_VECTOR(p, lanes, 0, width) sum = fma_(load_part(q + p, lanes), load_part(k + j * k_row + p, lanes), sum);
    scores[j] = sum_lanes(sum);
  }
}
