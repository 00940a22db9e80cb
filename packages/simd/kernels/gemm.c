// Matrix products: packed, blocked for registers and caches, on all threads.
#include "gemm.h"
#include "gemm-activation.h"
#include "blas.h"
#include "thin-product.h"

// ---- The kernels for every height of a tile, for a whole and a one-vector panel, for both ways to store A --------------
#define TO_4(each) each(1) each(2) each(3) each(4)
#define TO_6(each) TO_4(each) each(5) each(6)
#define TO_12(each) TO_6(each) each(7) each(8) each(9) each(10) each(11) each(12)
#if defined(__AVX512F__)
#define HEIGHTS(each) TO_12(each) each(13) each(14)
#elif defined(__AVX2__)
#define HEIGHTS(each) TO_6(each)
#elif defined(__aarch64__)
#define HEIGHTS(each) TO_12(each)
#else
#define HEIGHTS(each) TO_4(each)
#endif

#define BY_ROWS_PANEL(rows) KERNEL_(rows, VECTORS, by_rows, PITCH, 1)
#define BY_ROWS_VECTOR(rows) KERNEL_(rows, 1, by_rows_vector, PITCH, 1)
#define BY_COLUMNS_PANEL(rows) KERNEL_(rows, VECTORS, by_columns, 1, LANES)
#define BY_COLUMNS_VECTOR(rows) KERNEL_(rows, 1, by_columns_vector, 1, LANES)
#define KERNEL_(rows, vectors, name, step_row, step)                                                                    \
  static void name##_##rows(int depth, const f32 *a, const f32 *b, size_t ldb, const tile *t) {                        \
    multiply_tile(rows, vectors, step_row, step, depth, a, b, ldb, t);                                                 \
  }
HEIGHTS(BY_ROWS_PANEL)
HEIGHTS(BY_ROWS_VECTOR)
HEIGHTS(BY_COLUMNS_PANEL)
HEIGHTS(BY_COLUMNS_VECTOR)
KERNEL_(1, WIDE, by_rows_wide, PITCH, 1)
KERNEL_(2, WIDE, by_rows_wide, PITCH, 1)
KERNEL_(1, WIDE, by_columns_wide, 1, LANES)
KERNEL_(2, WIDE, by_columns_wide, 1, LANES)

#define NAME_BY_ROWS_PANEL(rows) by_rows_##rows,
#define NAME_BY_ROWS_VECTOR(rows) by_rows_vector_##rows,
#define NAME_BY_COLUMNS_PANEL(rows) by_columns_##rows,
#define NAME_BY_COLUMNS_VECTOR(rows) by_columns_vector_##rows,
/** [by columns][one vector][rows − 1] */
static const tile_kernel KERNELS[2][2][ROWS] = {
    {{HEIGHTS(NAME_BY_ROWS_PANEL)}, {HEIGHTS(NAME_BY_ROWS_VECTOR)}},
    {{HEIGHTS(NAME_BY_COLUMNS_PANEL)}, {HEIGHTS(NAME_BY_COLUMNS_VECTOR)}},
};
static const tile_kernel WIDE_KERNELS[2][WIDE_ROWS] = {
    {by_rows_wide_1, by_rows_wide_2},
    {by_columns_wide_1, by_columns_wide_2},
};

// ---- How the work is cut -----------------------------------------------------------------------------------------------
enum {
  STRIP = 512,              // columns whose packed B, DEPTH deep, stays in the second cache
  SLAB = SCRATCH_SHARED / 4, // floats of B that are packed at once
  FEW = VL / 4,             // columns too few to fill a vector: then the lanes go down the depth
};
static const double GRAIN = 1 << 19; // products worth a chunk
static const double THIN = 1 << 17;  // the same where rows are so few that they wait for B: a thread's part may stay in its second cache
enum { MOST_CHUNKS = 8 };

/** A share of the work: ranges of batches, rows, columns and depth. */
typedef struct { int batch0, batch1, row0, row1, column0, column1, k0, k1; } share;

/** All that the tasks know. */
typedef struct {
  const product *p;
  int batch_chunks, row_chunks, column_chunks, depth_chunks;
  share all;
  const f32 *packed; // B's slab for `all`, or NULL
  f32 *partial;      // where the sums of each part of the depth go, or NULL
} work;

/** Depth k0 … k1 is done in equal blocks, so that no block is a thin rest. */
INLINE int block_depth(int k0, int k1) {
  int blocks = (k1 - k0 + DEPTH - 1) / DEPTH;
  int depth = (k1 - k0 + blocks - 1) / MAX(blocks, 1);
  return (depth + VL - 1) / VL * VL;
}
INLINE int whole_vectors(int columns) { return (columns + VL - 1) / VL * VL; }
INLINE bool is_narrow(const product *p) { return p->columns <= FEW && !p->by_columns && p->depth >= 2 * VL; }

/** The width of the panel that starts at `column`: whole, or one vector when no more is wanted. */
INLINE int panel_width(int column, int end) { return end - column > VL ? PANEL : VL; }

static void pack_block(const product *p, f32 *to, int batch, int column0, int column1, int k, int depth) {
  for (int column = column0; column < column1; column += PANEL) {
    int width = panel_width(column, column1);
    p->pack_b(p, to + (size_t)(column - column0) * depth, width, batch, column, MIN(width, column1 - column), k, depth);
  }
}

/** The lanes of a product with few columns go down the depth: C[i][j] = Σ a[i][k] · b[j][k]. */
static void multiply_narrow(int rows, int columns, int depth, const f32 *a, const f32 *b, const tile *t) {
  int steps = (depth + VL - 1) / VL * VL;
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      const f32 *left = a + i * PITCH, *right = b + j * PITCH;
      vf sum0 = {}, sum1 = {}, sum2 = {}, sum3 = {};
      int k = 0;
      for (; k + 4 * VL <= steps; k += 4 * VL) {
        sum0 = fma_(load(left + k), load(right + k), sum0);
        sum1 = fma_(load(left + k + VL), load(right + k + VL), sum1);
        sum2 = fma_(load(left + k + 2 * VL), load(right + k + 2 * VL), sum2);
        sum3 = fma_(load(left + k + 3 * VL), load(right + k + 3 * VL), sum3);
      }
      for (; k < steps; k += VL) sum0 = fma_(load(left + k), load(right + k), sum0);
      f32 x = sum_lanes((sum0 + sum1) + (sum2 + sum3));
      if (t->from == FROM_C) x += t->c[i][j];
      else if (t->from == FROM_BIAS) x += t->bias[j];
      t->c[i][j] = t->relu && x < 0 ? 0 : x;
    }
}

/** One share, on this thread. `packed` is B's slab for columns and depth of `slab`, or NULL: then B is packed here. */
static void multiply_share(const work *w, const share *s, int batch, f32 *partial, int thread) {
  const product *p = w->p;
  f32 *a_tile = (f32 *)scratch(thread), *own = a_tile + (TILE_FLOATS + 63) / 64 * 64;
  const bool narrow = is_narrow(p);
  const int block = block_depth(w->packed ? w->all.k0 : s->k0, w->packed ? w->all.k1 : s->k1);
  const int slab_width = whole_vectors(w->all.column1 - w->all.column0);
  const f32 *b = b_of(p, batch);
  tile t = {.bias = NULL};
  for (int strip = s->column0; strip < s->column1; strip += STRIP) {
    const int end = MIN(strip + STRIP, s->column1);
    for (int k = s->k0; k < s->k1; k += block) {
      const int depth = MIN(block, s->k1 - k);
      const bool first = partial ? k == s->k0 : k == 0 && !p->accumulate, last = !partial && k + depth == p->depth;
      t.from = !first ? FROM_C : p->bias && !partial ? FROM_BIAS : FROM_ZERO;
      const bool late_bias = last && p->bias && p->accumulate;
      t.relu = last && p->activation == RELU && !late_bias;
      // Where the panels are: side by side as packed, or rows of B itself.
      const f32 *panels = own;
      if (narrow) {
        for (int j = 0; j < p->columns; j++) p->pack_b(p, own + j * PITCH, 1, batch, j, 1, k, depth);
        for (int j = 0; j < p->columns; j++) zero_run(own + j * PITCH + depth, whole_vectors(depth) - depth);
      } else if (w->packed) {
        panels = w->packed + (size_t)(k - w->all.k0) * slab_width + (size_t)(strip - w->all.column0) * depth;
      } else if (!p->b_in_place) {
        pack_block(p, own, batch, strip, end, k, depth);
      } else if ((end - strip) % VL) { // the last columns would be read beyond B's end
        int rest = (end - strip) % PANEL > VL ? (end - strip) % PANEL : (end - strip) % VL;
        pack_block(p, own, batch, end - rest, end, k, depth);
      }
      const int tiles = (s->row1 - s->row0 + ROWS - 1) / ROWS;
      for (int n = 0; n < tiles; n++) {
        const int row = s->row0 + (int)((int64_t)(s->row1 - s->row0) * n / tiles);
        const int rows = s->row0 + (int)((int64_t)(s->row1 - s->row0) * (n + 1) / tiles) - row;
        f32 *to[ROWS];
        p->copy_a(p, a_tile, batch, row, rows, k, depth);
        if (partial)
          for (int i = 0; i < rows; i++) to[i] = partial + (size_t)(row + i) * p->columns;
        else if (p->place_rows) p->place_rows(p, to, batch, row, rows);
        else
          for (int i = 0; i < rows; i++) to[i] = c_of(p, batch) + (size_t)(row + i) * p->ldc;
        if (narrow) {
          for (int i = 0; i < rows; i++) {
            t.c[i] = to[i];
            zero_run(a_tile + i * PITCH + depth, whole_vectors(depth) - depth);
          }
          t.bias = p->bias;
          multiply_narrow(rows, p->columns, depth, a_tile, own, &t);
        }
        for (int column = strip; column < end && !narrow;) {
          int width = panel_width(column, end);
          const f32 *panel = panels + (size_t)(column - strip) * depth;
          size_t ldb = width;
          tile_kernel kernel = KERNELS[p->by_columns][width == VL][rows - 1];
          if (!w->packed && p->b_in_place) {
            if (end - column >= width) panel = b + (size_t)k * p->ldb + column, ldb = p->ldb;
            else panel = own;
            if (rows <= WIDE_ROWS && end - column >= WIDE * VL)
              width = WIDE * VL, kernel = WIDE_KERNELS[p->by_columns][rows - 1];
          }
          for (int i = 0; i < rows; i++) t.c[i] = to[i] + column;
          t.columns = MIN(width, end - column);
          t.bias = p->bias ? p->bias + column : NULL;
          kernel(depth, a_tile, panel, ldb, &t);
          column += width;
        }
        if (late_bias || (last && p->activation > RELU))
          for (int i = 0; i < rows; i++) {
            for (int j = strip; j < end && late_bias; j++) to[i][j] += p->bias[j];
            activate(p->activation, p->alpha, to[i] + strip, end - strip);
          }
      }
    }
  }
}

static void multiply_chunk(void *context, int chunk, int thread) {
  const work *w = context;
  const share *all = &w->all;
  share s = *all;
  int column = chunk % w->column_chunks, row = chunk / w->column_chunks % w->row_chunks;
  int part = chunk / w->column_chunks / w->row_chunks % w->depth_chunks;
  int batch = chunk / w->column_chunks / w->row_chunks / w->depth_chunks;
  s.row0 += chunk_start(all->row1 - all->row0, row, w->row_chunks, ROWS);
  s.row1 = all->row0 + chunk_start(all->row1 - all->row0, row + 1, w->row_chunks, ROWS);
  s.column0 += chunk_start(all->column1 - all->column0, column, w->column_chunks, PANEL);
  s.column1 = all->column0 + chunk_start(all->column1 - all->column0, column + 1, w->column_chunks, PANEL);
  s.k0 += chunk_start(all->k1 - all->k0, part, w->depth_chunks, VL);
  s.k1 = all->k0 + chunk_start(all->k1 - all->k0, part + 1, w->depth_chunks, VL);
  s.batch0 += chunk_start(all->batch1 - all->batch0, batch, w->batch_chunks, 1);
  s.batch1 = all->batch0 + chunk_start(all->batch1 - all->batch0, batch + 1, w->batch_chunks, 1);
  f32 *partial = w->partial ? w->partial + (size_t)part * w->p->rows * w->p->columns : NULL;
  for (int b = s.batch0; b < s.batch1; b++) multiply_share(w, &s, b, partial, thread);
}

// ---- Packing B once for all threads ------------------------------------------------------------------------------------
static void pack_chunk(void *context, int chunk, int thread) {
  (void)thread;
  const work *w = context;
  const share *s = &w->all;
  int block = block_depth(s->k0, s->k1), width = whole_vectors(s->column1 - s->column0);
  int k = s->k0 + chunk / w->column_chunks * block, depth = MIN(block, s->k1 - k);
  int columns = s->column1 - s->column0, part = chunk % w->column_chunks;
  int column0 = chunk_start(columns, part, w->column_chunks, PANEL), column1 = chunk_start(columns, part + 1, w->column_chunks, PANEL);
  f32 *to = (f32 *)w->packed + (size_t)(k - s->k0) * width + (size_t)column0 * depth;
  if (column0 < column1) pack_block(w->p, to, s->batch0, s->column0 + column0, s->column0 + column1, k, depth);
}

// ---- Sums over parts of the depth --------------------------------------------------------------------------------------
typedef struct { const product *p; const f32 *partial; int parts, chunks; } summing;
static void sum_chunk(void *context, int chunk, int thread) {
  (void)thread;
  const summing *s = context;
  const product *p = s->p;
  size_t size = (size_t)p->rows * p->columns;
  int end = chunk_start(p->rows, chunk + 1, s->chunks, 1);
  for (int row = chunk_start(p->rows, chunk, s->chunks, 1); row < end; row++) {
    f32 *to = p->c + row * p->ldc;
    const f32 *from = s->partial + (size_t)row * p->columns;
    if (p->c_turned) {
      for (int j = 0; j < p->columns; j++) {
        f32 sum = p->accumulate ? p->c[j * p->ldc + row] : 0;
        for (int part = 0; part < s->parts; part++) sum += from[part * size + j];
        p->c[j * p->ldc + row] = sum;
      }
      continue;
    }
    for (int j = 0; j < p->columns; j++) to[j] = (p->accumulate ? to[j] : 0) + (p->bias ? p->bias[j] : 0);
    for (int part = 0; part < s->parts; part++) {
      const f32 *of = from + part * size;
      int j = 0;
      for (; j + VL <= p->columns; j += VL) store(to + j, load(to + j) + load(of + j));
      for (; j < p->columns; j++) to[j] += of[j];
    }
    if (p->activation) activate(p->activation, p->alpha, to, p->columns);
  }
}

// ---- The plan ------------------------------------------------------------------------------------------------------------
/** C = act(bias), where there is nothing to add up. */
static void multiply_nothing(const product *p) {
  for (int batch = 0; batch < p->batches; batch++)
    for (int row = 0; row < p->rows; row++) {
      f32 *to = c_of(p, batch) + row * p->ldc;
      if (p->place_rows) p->place_rows(p, &to, batch, row, 1);
      for (int j = 0; j < p->columns; j++) to[j] = (p->accumulate ? to[j] : 0) + (p->bias ? p->bias[j] : 0);
      if (p->activation) activate(p->activation, p->alpha, to, p->columns);
    }
}

void multiply(const product *p) {
  if (p->rows <= 0 || p->columns <= 0 || p->batches <= 0) return;
  if (p->depth <= 0) return multiply_nothing(p);
  const double each = (double)p->rows * p->columns * p->depth;
  const share everything = {0, p->batches, 0, p->rows, 0, p->columns, 0, p->depth};
  const int row_tiles = (p->rows + ROWS - 1) / ROWS, panels = (p->columns + PANEL - 1) / PANEL;
  work w = {p, 1, 1, 1, 1, everything, NULL, NULL};

  // Much depth and a small C, as gradients of weights have: parts of the depth, each summed on its own.
  const size_t size = (size_t)p->rows * p->columns;
  const bool deep = p->depth >= 2048 && each >= 4 * GRAIN && p->depth / 4 > MAX(p->rows, p->columns) && size <= SLAB / 4;
  if (p->c_turned || (p->batches == 1 && !p->place_rows && deep)) {
    int parts = deep ? (int)MIN(MIN((size_t)2 * MOST_CHUNKS, SLAB / size), (size_t)MIN(each / GRAIN, p->depth / 512)) : 1;
    w.depth_chunks = parts;
    w.partial = (f32 *)shared_scratch();
    parallel_for(multiply_chunk, &w, parts);
    summing s = {p, w.partial, parts, MIN(chunks_of(size * parts, 1 << 16), p->rows)};
    parallel_for(sum_chunk, &s, s.chunks);
    return;
  }
  // Many products, each small enough for one thread.
  if (p->batches > 1 && (each <= 4 * GRAIN || p->batches >= 4 * MOST_CHUNKS)) {
    double chunks = each * p->batches / GRAIN;
    w.batch_chunks = chunks < 1 ? 1 : (int)MIN(MIN(chunks, 8 * MOST_CHUNKS), p->batches);
    parallel_for(multiply_chunk, &w, w.batch_chunks);
    return;
  }
  for (int batch = 0; batch < p->batches; batch++) {
    w.all.batch0 = batch, w.all.batch1 = batch + 1;
    const bool thin = p->b_in_place && p->rows <= WIDE_ROWS;
    const double grain = thin ? THIN : GRAIN;
    int chunks = each / grain < 1 ? 1 : (int)MIN(each / grain, (double)MOST_CHUNKS);
    // Tall chunks use the part of B that their cache holds more often: columns are cut into strips first.
    w.column_chunks = MIN(p->columns / STRIP + 1, MAX(chunks / 4, 1));
    w.row_chunks = MIN((chunks + w.column_chunks - 1) / w.column_chunks, row_tiles);
    if (w.row_chunks * w.column_chunks * 2 <= chunks) w.column_chunks = MIN((chunks + w.row_chunks - 1) / w.row_chunks, panels);
    if (w.row_chunks == 1 || p->b_in_place || is_narrow(p)) { // nobody else wants the same part of B, or it is cheap
      parallel_for(multiply_chunk, &w, w.row_chunks * w.column_chunks);
      continue;
    }
    // Rows are many: B is packed by all, then used by all, a slab at a time.
    work pack = w;
    f32 *slab = (f32 *)shared_scratch();
    const int strip = MIN(p->columns, SLAB / DEPTH), width = whole_vectors(strip);
    const int deep = MAX(SLAB / width / DEPTH, 1) * DEPTH;
    for (int column = 0; column < p->columns; column += strip)
      for (int k = 0; k < p->depth; k += deep) {
        w.all.column0 = column, w.all.column1 = MIN(column + strip, p->columns);
        w.all.k0 = k, w.all.k1 = MIN(k + deep, p->depth);
        w.packed = slab;
        pack = w;
        int blocks = (w.all.k1 - k + block_depth(k, w.all.k1) - 1) / block_depth(k, w.all.k1);
        pack.column_chunks = MIN(chunks_of((size_t)width * (w.all.k1 - k) / blocks, 1 << 15), panels);
        parallel_for(pack_chunk, &pack, blocks * pack.column_chunks);
        parallel_for(multiply_chunk, &w, w.row_chunks * w.column_chunks);
      }
  }
}

// ---- Packing --------------------------------------------------------------------------------------------------------------
void pack_rows(f32 *to, int pitch, const f32 *from, size_t ld, int columns, int depth) {
  if (columns == PANEL && pitch == PANEL) {
    for (int k = 0; k < depth; k++, to += PANEL, from += ld)
#pragma GCC unroll 16
      for (int j = 0; j < VECTORS; j++) store(to + j * VL, load(from + j * VL));
    return;
  }
  for (int k = 0; k < depth; k++, to += pitch, from += ld) {
    copy_run(to, from, columns);
    zero_run(to + columns, pitch - columns);
  }
}

void pack_turned(f32 *to, int pitch, const f32 *from, size_t ld, int columns, int depth) {
  int j = 0;
  for (; j + 4 <= columns; j += 4) {
    const f32 *x = from + j * ld;
    f32 *y = to + j;
    int k = 0;
    for (; k + 4 <= depth; k += 4, x += 4, y += 4 * (size_t)pitch) {
      four a = *(const four *)x, b = *(const four *)(x + ld), c = *(const four *)(x + 2 * ld), d = *(const four *)(x + 3 * ld);
      four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), AB = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), CD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      *(four *)y = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
      *(four *)(y + pitch) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
      *(four *)(y + 2 * pitch) = __builtin_shufflevector(AB, CD, 0, 1, 4, 5);
      *(four *)(y + 3 * pitch) = __builtin_shufflevector(AB, CD, 2, 3, 6, 7);
    }
    for (; k < depth; k++, x++, y += pitch)
      for (int i = 0; i < 4; i++) y[i] = x[i * ld];
  }
  for (; j < columns; j++)
    for (int k = 0; k < depth; k++) to[(size_t)k * pitch + j] = from[j * ld + k];
  if (columns < pitch)
    for (int k = 0; k < depth; k++) zero_run(to + (size_t)k * pitch + columns, pitch - columns);
}

// ---- The op -----------------------------------------------------------------------------------------------------------------
static void copy_rows_of_a(const product *p, f32 *to, int batch, int row, int rows, int k, int depth) {
  const f32 *from = a_of(p, batch) + row * p->lda + k;
  for (int i = 0; i < rows; i++) copy_run(to + i * PITCH, from + i * p->lda, depth);
}

static void copy_columns_of_a(const product *p, f32 *to, int batch, int row, int rows, int k, int depth) {
  const f32 *from = a_of(p, batch) + k * p->lda + row;
  int i = 0;
  // Whole vectors while the matrix goes on behind them.
  if (row + LANES <= p->rows)
    for (; i < depth; i++)
#pragma GCC unroll 4
      for (int j = 0; j < LANES; j += VL) store(to + i * LANES + j, load(from + i * p->lda + j));
  else
    for (; i < depth; i++) copy_run(to + i * LANES, from + i * p->lda, rows);
}

static void pack_b_rows(const product *p, f32 *to, int pitch, int batch, int column, int columns, int k, int depth) {
  pack_rows(to, pitch, b_of(p, batch) + k * p->ldb + column, p->ldb, columns, depth);
}
static void pack_b_turned(const product *p, f32 *to, int pitch, int batch, int column, int columns, int k, int depth) {
  pack_turned(to, pitch, b_of(p, batch) + column * p->ldb + k, p->ldb, columns, depth);
}

/** Where rows, batches and rows of batches of A, B and C begin, in floats. */
typedef struct { size_t ld, batch, outer; } layout;

static void multiply_matrices(const i32 *a, f32 *C, const f32 *A, const f32 *B, layout of_c, layout of_a, layout of_b, int inner) {
  int m = INT(4), n = INT(5), k = INT(6), batches = INT(7);
  bool a_turned = INT(11), b_turned = INT(12), has_bias = INT(16);
  // One B for all batches: their rows are one tall product.
  if (batches > 1 && !inner && !of_b.batch && !a_turned && of_a.batch == m * of_a.ld && of_c.batch == m * of_c.ld) {
    m *= batches;
    batches = 1;
  }
  // A row times a turned matrix, and a turned matrix times a column, are the other's product, turned.
  bool row_times_turned = m == 1 && n > 1 && b_turned, turned_times_column = n == 1 && m > 1 && a_turned && of_c.ld == 1;
  if ((row_times_turned || turned_times_column) && !has_bias) {
    const f32 *left = A;
    const layout of_left = of_a;
    const int rows = m;
    const bool left_turned = a_turned;
    A = B, of_a = of_b, m = n, a_turned = !b_turned;
    B = left, of_b = of_left, n = rows, b_turned = !left_turned;
    of_c.ld = 1;
  }
#ifndef __wasm__
  if (batches == 1 && !has_bias && INT(17) == NONE &&
      blas_gemm(m, n, k, A, of_a.ld, a_turned, B, of_b.ld, b_turned, C, of_c.ld, INT(19)))
    return;
#endif
  if (batches == 1 && !a_turned && !INT(19) && k > 0) {
    thin_product thin = {.c = C, .depth = k, .bias = has_bias ? FLOATS(3) : NULL, .activation = INT(17), .alpha = FLOAT(18)};
    if (m == 1 && n >= VL && !b_turned) {
      thin.vector = A, thin.matrix = B, thin.count = n, thin.ld = of_b.ld;
      if (multiply_row(&thin)) return;
    }
    if (n == 1 && m > 1 && !has_bias && of_c.ld == 1 && (b_turned || of_b.ld == 1)) {
      thin.vector = B, thin.matrix = A, thin.count = m, thin.ld = of_a.ld;
      return multiply_column(&thin);
    }
  }
  product p = {
      .rows = m,
      .columns = n,
      .depth = k,
      .copy_a = a_turned ? copy_columns_of_a : copy_rows_of_a,
      .by_columns = a_turned,
      .pack_b = b_turned ? pack_b_turned : pack_b_rows,
      .b_in_place = !b_turned && m <= 3 * ROWS && n >= VL,
      .a = A,
      .b = B,
      .c = C,
      .lda = of_a.ld,
      .ldb = of_b.ld,
      .ldc = of_c.ld,
      .bias = has_bias ? FLOATS(3) : NULL,
      .activation = INT(17),
      .alpha = FLOAT(18),
      .accumulate = INT(19),
      .batches = batches,
      .inner = inner,
      .a_batch = of_a.batch,
      .b_batch = of_b.batch,
      .c_batch = of_c.batch,
      .a_outer = of_a.outer,
      .b_outer = of_b.outer,
      .c_outer = of_c.outer,
  };
  multiply(&p);
}

/**
 * C[b] = act(op(A[b]) · op(B[b]) + bias), op(A) of m × k, op(B) of k × n
 * (C; A, B, bias; m, n, k, batches, A's, B's and C's step between batches, A turned, B turned, ldA, ldB, ldC, has bias,
 * activation, alpha, accumulate). Steps are in floats; 0 between batches repeats. Without a bias its place may be any.
 */
void op_gemm(const i32 *a) {
  layout A = {INT(13), INT(8), 0}, B = {INT(14), INT(9), 0}, C = {INT(15), INT(10), 0};
  multiply_matrices(a, FLOATS(0), FLOATS(1), FLOATS(2), C, A, B, 0);
}

/**
 * The same on parts of larger tensors, with batches in two levels: after the operands of `gemm` come the number of
 * batches in a row (those of all rows are counted above), A's, B's and C's step between rows, and where A, B and C begin.
 */
void op_gemm_views(const i32 *a) {
  layout A = {INT(13), INT(8), INT(21)}, B = {INT(14), INT(9), INT(22)}, C = {INT(15), INT(10), INT(23)};
  multiply_matrices(a, FLOATS(0) + INT(26), FLOATS(1) + INT(24), FLOATS(2) + INT(25), C, A, B, INT(20));
}
