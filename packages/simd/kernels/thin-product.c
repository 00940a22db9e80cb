// Products with one row or one column, which read a matrix once and do little with it: memory sets their pace. So threads read it in
// long runs, a part of its rows each.
#include "thin-product.h"
#include "gemm-activation.h"
#include "partial.h"

enum {
  TOGETHER = 8,    // rows read side by side, so that the sums are seldom stored
  ACROSS = 4096,   // columns whose sums stay in the first cache
  MOST_PARTS = 8,
};
static const size_t GRAIN = 1 << 16; // products worth a chunk

typedef struct {
  const thin_product *p;
  f32 *sums; // (parts, columns)
  int parts, chunks;
} work;

/** As many parts as `size` products are worth, in powers of two, which two and four threads share evenly. */
static int parts_of(size_t size, size_t most) {
  int parts = 1;
  while (parts < MOST_PARTS && (size_t)(2 * parts) * GRAIN <= size && (size_t)(2 * parts) <= most) parts *= 2;
  return parts;
}

// ---- One row: c = a · B ------------------------------------------------------------------------------------------------
/** Adds a few rows of B to the sums, or begins them. */
INLINE void add_rows(f32 *sums, const f32 *a, const f32 *b, size_t ldb, size_t columns, const int rows, bool begins) {
  vf left[TOGETHER];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) left[r] = splat(a[r]);
  EACH_VECTOR(j, lanes, 0, columns) {
    vf even = begins ? (vf){} : load_part(sums + j, lanes), odd = {};
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
      vf right = load_part(b + r * ldb + j, lanes);
      if (r % 2) odd = fma_(left[r], right, odd);
      else even = fma_(left[r], right, even);
    }
    store_part(sums + j, even + odd, lanes);
  }
}
static void row_part(void *context, int part, int thread) {
  (void)thread;
  const work *w = context;
  const thin_product *p = w->p;
  const size_t first = chunk_start(p->depth, part, w->parts, TOGETHER), end = chunk_start(p->depth, part + 1, w->parts, TOGETHER);
  for (size_t j = 0; j < p->count; j += ACROSS) {
    const size_t columns = MIN((size_t)ACROSS, p->count - j);
    f32 *sums = w->sums + part * p->count + j;
    size_t k = first;
    for (; k + TOGETHER <= end; k += TOGETHER) add_rows(sums, p->vector + k, p->matrix + k * p->ld + j, p->ld, columns, TOGETHER, k == first);
    for (; k < end; k++) add_rows(sums, p->vector + k, p->matrix + k * p->ld + j, p->ld, columns, 1, k == first);
  }
}
static void join_part(void *context, int chunk, int thread) {
  (void)thread;
  const work *w = context;
  const thin_product *p = w->p;
  const size_t first = chunk_start(p->count, chunk, w->chunks, VL), end = chunk_start(p->count, chunk + 1, w->chunks, VL);
  EACH_VECTOR(j, lanes, first, end) {
    vf sum = p->bias ? load_part(p->bias + j, lanes) : (vf){};
    for (int part = 0; part < w->parts; part++) sum += load_part(w->sums + part * p->count + j, lanes);
    store_part(p->c + j, sum, lanes);
  }
  if (p->activation) activate(p->activation, p->alpha, p->c + first, (int)(end - first));
}
bool multiply_row(const thin_product *p) {
  const size_t fit = SCRATCH_SHARED / sizeof(f32) / MAX(p->count, (size_t)1);
  if (p->depth < TOGETHER || fit < 1) return false;
  work w = {p, (f32 *)shared_scratch(), parts_of(p->count * p->depth, MIN(p->depth / TOGETHER, fit)), 1};
  parallel_for(row_part, &w, w.parts);
  w.chunks = chunks_of(p->count * w.parts, 1 << 17);
  parallel_for(join_part, &w, w.chunks);
  return true;
}

// ---- One column: c = A · b ---------------------------------------------------------------------------------------------
INLINE void dots(f32 *c, const f32 *a, size_t lda, const f32 *b, size_t depth, const int rows) {
  vf sum[4] = {};
  EACH_VECTOR(k, lanes, 0, depth) {
    vf right = load_part(b + k, lanes);
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) sum[r] = fma_(load_part(a + r * lda + k, lanes), right, sum[r]);
  }
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) c[r] = sum_lanes(sum[r]);
}
static void column_part(void *context, int part, int thread) {
  (void)thread;
  const work *w = context;
  const thin_product *p = w->p;
  const size_t first = chunk_start(p->count, part, w->parts, 4), end = chunk_start(p->count, part + 1, w->parts, 4);
  size_t i = first;
  for (; i + 4 <= end; i += 4) dots(p->c + i, p->matrix + i * p->ld, p->ld, p->vector, p->depth, 4);
  for (; i < end; i++) dots(p->c + i, p->matrix + i * p->ld, p->ld, p->vector, p->depth, 1);
  if (p->activation) activate(p->activation, p->alpha, p->c + first, (int)(end - first));
}
void multiply_column(const thin_product *p) {
  work w = {p, NULL, parts_of(p->count * p->depth, MAX(p->count / 4, (size_t)1)), 1};
  parallel_for(column_part, &w, w.parts);
}
