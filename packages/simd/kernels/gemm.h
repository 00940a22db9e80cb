// The matrix product that the convolutions stand on too: how A is read and B is packed is the caller's to say.
#pragma once
#include "gemm-kernel.h"

/** C = act(A·B + bias), with A of rows × depth, B of depth × columns. One description, filled in once and then only read. */
typedef struct product product;
struct product {
  int rows, columns, depth;
  // A: copies rows [row, row + rows) and steps [k, k + depth) of it to a tile: [row][k], PITCH apart, or, `by_columns`,
  // [k][row], LANES apart.
  void (*copy_a)(const product *p, f32 *to, int batch, int row, int rows, int k, int depth);
  bool by_columns;
  // B: copies `columns` (at most PANEL) columns and `depth` steps of it, [k][column], `pitch` apart, with zeros behind the
  // last column. Or it is read where it is, where `b_in_place`.
  void (*pack_b)(const product *p, f32 *to, int pitch, int batch, int column, int columns, int k, int depth);
  bool b_in_place;
  const f32 *a, *b;
  size_t lda, ldb;
  // C: its rows are ldc apart, unless `place_rows` says where each is.
  void (*place_rows)(const product *p, f32 **to, int batch, int row, int rows);
  f32 *c;
  size_t ldc;
  const f32 *bias; // of the columns, or NULL
  int activation;
  f32 alpha; // of the activation
  bool accumulate;
  bool c_turned; // C is stored by columns: for one batch, without a bias, and few rows and columns
  int batches, inner; // in two levels: `inner` of them in a row, then the next row
  size_t a_batch, b_batch, c_batch; // between batches, in floats; 0 repeats
  size_t a_outer, b_outer, c_outer; // between rows of `inner` batches
  const void *more; // what the caller's functions want besides
};

INLINE size_t batch_offset(const product *p, int batch, size_t step, size_t outer) {
  return p->inner ? (size_t)(batch / p->inner) * outer + (size_t)(batch % p->inner) * step : (size_t)batch * step;
}
INLINE const f32 *a_of(const product *p, int batch) { return p->a + batch_offset(p, batch, p->a_batch, p->a_outer); }
INLINE const f32 *b_of(const product *p, int batch) { return p->b + batch_offset(p, batch, p->b_batch, p->b_outer); }
INLINE f32 *c_of(const product *p, int batch) { return p->c + batch_offset(p, batch, p->c_batch, p->c_outer); }

/** Computes it, on all threads. */
void multiply(const product *p);

typedef f32 four __attribute__((vector_size(16), aligned(4), may_alias));

/** Copies `count` floats; short runs are common, so this is not a call. */
INLINE void copy_run(f32 *to, const f32 *from, int count) {
  int i = 0;
  for (; i + VL <= count; i += VL) store(to + i, load(from + i));
  for (; i + 4 <= count; i += 4) *(four *)(to + i) = *(const four *)(from + i);
  for (; i < count; i++) to[i] = from[i];
}
INLINE void zero_run(f32 *to, int count) {
  int i = 0;
  for (; i + VL <= count; i += VL) store(to + i, (vf){});
  for (; i < count; i++) to[i] = 0;
}

/** Packs B from a matrix [k][column], ldb apart, or from [column][k]. */
void pack_rows(f32 *to, int pitch, const f32 *from, size_t ld, int columns, int depth);
void pack_turned(f32 *to, int pitch, const f32 *from, size_t ld, int columns, int depth);
