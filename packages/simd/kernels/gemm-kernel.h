// The inner loop of every matrix product: a tile of C stays in registers while it runs down the columns of A's tile and
// the rows of B's panel, one vector of B times one number of A, spread over the lanes, at a time.
#pragma once
#include "base.h"

// The tile that fills the registers: rows of C, and columns in vectors (at most two, see `panel_width`).
#if defined(__AVX512F__)
enum { ROWS = 14, VECTORS = 2 };
#elif defined(__AVX2__)
enum { ROWS = 6, VECTORS = 2 };
#elif defined(__aarch64__)
enum { ROWS = 12, VECTORS = 2 };
#else
enum { ROWS = 4, VECTORS = 2 };
#endif

enum {
  PANEL = VECTORS * VL, // columns of B that stand side by side when packed
  DEPTH = 256,          // how far down one pass goes: a panel and a tile of A of this depth stay in the first cache
  PITCH = DEPTH + 16,   // between the rows of a tile of A: no power of two, or they would fight for the same cache lines
  LANES = (ROWS + VL - 1) / VL * VL, // between the steps of a tile of A that is stored by columns
  WIDE = 8,             // vectors of the kernel for few rows, which reads B where it is
  WIDE_ROWS = 2,
  TILE_FLOATS = ROWS * PITCH > DEPTH * LANES ? ROWS * PITCH : DEPTH * LANES,
};

/** What the sums begin with, and what is done to them at the end. */
enum { FROM_ZERO, FROM_BIAS, FROM_C };
typedef struct {
  f32 *c[ROWS];    // where each row of the tile goes
  const f32 *bias; // of the first column
  int columns;     // how many are wanted; the panel may be wider
  int from;
  bool relu;
} tile;

/** Stores the first columns of sums that began with zero. */
static __attribute__((noinline)) void store_columns(const tile *t, const f32 *sums, int rows, int pitch) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < t->columns; j++) {
      f32 x = sums[i * pitch + j] + (t->from == FROM_C ? t->c[i][j] : t->from == FROM_BIAS ? t->bias[j] : 0);
      t->c[i][j] = t->relu && x < 0 ? 0 : x;
    }
}

/**
 * C = A·B for `rows` rows of A and one panel of `vectors` vectors. `step_row` and `step` lead through A; all four are
 * constants where this is inlined, so that the sums become registers.
 */
INLINE void multiply_tile(const int rows, const int vectors, const int step_row, const int step, int depth, const f32 *a,
                          const f32 *b, size_t ldb, const tile *t) {
  vf sum[ROWS][WIDE]; // as much of it as rows and vectors say
  const bool whole = t->columns >= vectors * VL;
  if (t->from == FROM_ZERO || !whole) {
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 16
      for (int j = 0; j < vectors; j++) sum[i][j] = (vf){};
  } else if (t->from == FROM_BIAS) {
#pragma GCC unroll 16
    for (int j = 0; j < vectors; j++) {
      vf bias = load(t->bias + j * VL);
#pragma GCC unroll 16
      for (int i = 0; i < rows; i++) sum[i][j] = bias;
    }
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 16
      for (int j = 0; j < vectors; j++) sum[i][j] = load(t->c[i] + j * VL);
  }
  for (int k = 0; k < depth; k++) {
    vf right[WIDE];
#pragma GCC unroll 16
    for (int j = 0; j < vectors; j++) right[j] = load(b + j * VL);
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
      vf left = splat(a[i * step_row]);
#pragma GCC unroll 16
      for (int j = 0; j < vectors; j++) sum[i][j] = fma_(left, right[j], sum[i][j]);
    }
    a += step;
    b += ldb;
  }
  if (!whole) {
    f32 rest[ROWS * WIDE * VL];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 16
      for (int j = 0; j < vectors; j++) store(rest + (i * vectors + j) * VL, sum[i][j]);
    store_columns(t, rest, rows, vectors * VL);
  } else if (t->relu) {
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 16
      for (int j = 0; j < vectors; j++) store(t->c[i] + j * VL, choose(sum[i][j] < 0, (vf){}, sum[i][j]));
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 16
      for (int j = 0; j < vectors; j++) store(t->c[i] + j * VL, sum[i][j]);
  }
}

typedef void (*tile_kernel)(int depth, const f32 *a, const f32 *b, size_t ldb, const tile *t);
