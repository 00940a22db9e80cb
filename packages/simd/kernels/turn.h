// Transposition of words.
#pragma once
#include "base.h"

typedef i32 quad __attribute__((vector_size(16), aligned(4), may_alias));
typedef i32 word __attribute__((may_alias));

/** Four columns of four rows: `from` is contiguous along the rows, `to` along the columns. */
INLINE void turn4(word *to, ptrdiff_t to_step, const word *from, ptrdiff_t from_step) {
  quad a = *(const quad *)from, b = *(const quad *)(from + from_step);
  quad c = *(const quad *)(from + 2 * from_step), d = *(const quad *)(from + 3 * from_step);
  quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(quad *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  *(quad *)(to + to_step) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  *(quad *)(to + 2 * to_step) = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
  *(quad *)(to + 3 * to_step) = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
}

/** to[row · to_step + column] = from[row + column · from_step], in tiles of 16 × 16: whole cache lines on both sides. */
static void turn(word *to, ptrdiff_t to_step, const word *from, ptrdiff_t from_step, size_t rows, size_t columns) {
  size_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (size_t r0 = 0; r0 < whole_rows; r0 += 16)
    for (size_t c0 = 0; c0 < whole_columns; c0 += 16)
      for (size_t r = r0; r < MIN(r0 + 16, whole_rows); r += 4)
        for (size_t c = c0; c < MIN(c0 + 16, whole_columns); c += 4)
          turn4(to + (ptrdiff_t)r * to_step + c, to_step, from + r + (ptrdiff_t)c * from_step, from_step);
  for (size_t r = 0; r < rows; r++)
    for (size_t c = r < whole_rows ? whole_columns : 0; c < columns; c++)
      to[(ptrdiff_t)r * to_step + (ptrdiff_t)c] = from[(ptrdiff_t)r + (ptrdiff_t)c * from_step];
}
