// Rows by index: taken (gather), put and summed (scatter, segment sums), and one-hot rows. An index out of range never
// reaches outside memory: gathers then take the nearest row, the others leave the row out; either way the status word
// says so where the op is given one. Sums run over the rows in their order, whatever the threads.
#include "base.h"

#define GATHER_GRAIN 32768 // elements

typedef i32 word __attribute__((may_alias));
typedef i32 quad __attribute__((vector_size(16), aligned(4), may_alias));

static void copy_words(word *to, const word *from, size_t n) {
  if (n >= 1024) {
    memcpy(to, from, n * 4);
    return;
  }
  size_t i = 0;
  for (; i + VL <= n; i += VL) *(vi *)(to + i) = *(const vi *)(from + i);
  for (; i + 4 <= n; i += 4) *(quad *)(to + i) = *(const quad *)(from + i);
  for (; i < n; i++) to[i] = from[i];
}

/** Tells at `place` (0: nobody asks) that an index was out of range: the index, its place among the indices, and 1. */
static void report(u32 place, i32 index, size_t at) {
  if (!place) return;
  i32 *status = (i32 *)AT(place), free = 0;
  if (!__atomic_compare_exchange_n(status, &free, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return;
  status[1] = index, status[2] = (i32)at;
}

// ---- Gather ----------------------------------------------------------------------------------------------------------
typedef struct {
  u8 *to;
  const u8 *from;
  const i32 *indices;
  int bytes; // of an element
  size_t outer, size, count, inner;
  size_t rows; // of the output: batch · outer · count
  u32 status;
  int chunks;
} gathering;

static void gather_part(void *context, int chunk, int thread) {
  (void)thread;
  const gathering *g = context;
  size_t row = chunk_start(g->rows, chunk, g->chunks, 16), end = chunk_start(g->rows, chunk + 1, g->chunks, 16);
  if (row >= end) return;
  size_t bytes = g->inner * (size_t)g->bytes, i = row % g->count, o = row / g->count % g->outer;
  size_t b = row / g->count / g->outer;
  const i32 *indices = g->indices + b * g->count;
  const u8 *from = g->from + (row / g->count) * g->size * bytes;
  for (; row < end; row++) {
    i32 index = indices[i];
    if (index < 0 || (size_t)index >= g->size) {
      report(g->status, index, (size_t)(indices - g->indices) + i);
      index = index < 0 ? 0 : (i32)g->size - 1;
    }
    const u8 *source = from + (size_t)index * bytes;
    u8 *to = g->to + row * bytes;
    if (g->bytes == 1) memcpy(to, source, bytes);
    else if (g->inner == 1) *(word *)to = *(const word *)source;
    else copy_words((word *)to, (const word *)source, g->inner);
    if (++i < g->count) continue;
    i = 0, from += g->size * bytes;
    if (++o == g->outer) o = 0, indices += g->count;
  }
}

/**
 * (to; from, indices; bytes of an element, batches, outer, size, indices in a batch, inner, place of the status or 0):
 * to[b, o, i] = from[b, o, indices[b, i]], rows of `inner` elements.
 */
void op_gather(const i32 *a) {
  gathering g = {.to = BYTES(0), .from = BYTES(1), .indices = INTS(2), .bytes = INT(3), .outer = (u32)INT(5)};
  g.size = (u32)INT(6), g.count = (u32)INT(7), g.inner = (u32)INT(8), g.status = (u32)INT(9);
  g.rows = (u32)INT(4) * g.outer * g.count;
  if (!g.rows || !g.inner || !g.size) return;
  g.chunks = chunks_of(g.rows * MAX(g.inner, 4), GATHER_GRAIN);
  parallel_for(gather_part, &g, g.chunks);
}

// ---- Rows of several indices -----------------------------------------------------------------------------------------
#define MOST_INDICES 8
typedef struct {
  u8 *to;
  const u8 *from;
  const i32 *indices;
  int bytes, depth; // of an element; indices of a row
  size_t count, inner, rows;
  i32 size[MOST_INDICES];
  u32 status;
  int chunks;
} indexing;

/** The row that these indices name; the nearest one, and false, if there is none. */
static bool row_of(const indexing *x, size_t at, size_t *row) {
  bool fine = true;
  *row = 0;
  for (int j = 0; j < x->depth; j++) {
    i32 index = x->indices[at * (size_t)x->depth + (size_t)j];
    if (index < 0 || index >= x->size[j]) {
      report(x->status, index, at);
      index = index < 0 ? 0 : x->size[j] - 1;
      fine = false;
    }
    *row = *row * (size_t)x->size[j] + (size_t)index;
  }
  return fine;
}

static void gather_rows_part(void *context, int chunk, int thread) {
  (void)thread;
  const indexing *x = context;
  size_t bytes = x->inner * (size_t)x->bytes, end = chunk_start(x->count, chunk + 1, x->chunks, 16), row;
  for (size_t i = chunk_start(x->count, chunk, x->chunks, 16); i < end; i++) {
    row_of(x, i, &row);
    if (x->bytes == 1) memcpy(x->to + i * bytes, x->from + row * bytes, bytes);
    else copy_words((word *)(x->to + i * bytes), (const word *)(x->from + row * bytes), x->inner);
  }
}

/** Reads (…; bytes of an element, count, inner, place of the status or 0, depth, then `depth` sizes). @returns whether fit */
static void read_indexing(indexing *x, const i32 *numbers) {
  x->bytes = numbers[0], x->count = (u32)numbers[1], x->inner = (u32)numbers[2], x->status = (u32)numbers[3];
  x->depth = numbers[4], x->rows = 1;
  for (int j = 0; j < x->depth; j++) x->rows *= (size_t)(x->size[j] = numbers[5 + j]);
}

/** (to; from, indices; bytes of an element, count, inner, place of the status or 0, depth, sizes): to[i] = from[indices[i]]. */
void op_gather_rows(const i32 *a) {
  indexing x = {.to = BYTES(0), .from = BYTES(1), .indices = INTS(2)};
  read_indexing(&x, a + 3);
  if (!x.count || !x.inner || !x.rows) return;
  x.chunks = chunks_of(x.count * MAX(x.inner, 4), GATHER_GRAIN);
  parallel_for(gather_rows_part, &x, x.chunks);
}

// ---- Sums into rows --------------------------------------------------------------------------------------------------
INLINE void add_row(f32 *to, const f32 *from, size_t n) {
  size_t i = 0;
  for (; i + VL <= n; i += VL) store(to + i, load(to + i) + load(from + i));
  for (; i < n; i++) to[i] += from[i];
}
INLINE void add_row_of_ints(u32 *to, const u32 *from, size_t n) {
  for (size_t i = 0; i < n; i++) to[i] += from[i]; // wraps
}

// `from` holds the count of rows to add, `to` the sums; a chunk owns some of the rows of `to`, or some columns of all.
typedef struct {
  indexing x;
  bool ints, by_columns;
} summing;

static void scatter_part(void *context, int chunk, int thread) {
  (void)thread;
  const summing *s = context;
  const indexing *x = &s->x;
  size_t first = 0, end = x->rows, left = 0, right = x->inner, row;
  if (s->by_columns) left = chunk_start(right, chunk, x->chunks, 16), right = chunk_start(right, chunk + 1, x->chunks, 16);
  else first = chunk_start(end, chunk, x->chunks, 1), end = chunk_start(end, chunk + 1, x->chunks, 1);
  if (first >= end || left >= right) return;
  f32 *to = (f32 *)x->to + left;
  const f32 *from = (const f32 *)x->from + left;
  size_t width = right - left, step = x->inner;
  if (width == step) memset(to + first * step, 0, (end - first) * step * 4);
  else for (size_t r = first; r < end; r++) memset(to + r * step, 0, width * 4);
  for (size_t i = 0; i < x->count; i++) {
    if (x->depth == 1) {
      row = (size_t)x->indices[i];
      if (x->indices[i] < 0 || row >= x->rows) {
        report(x->status, x->indices[i], i);
        continue;
      }
    } else if (!row_of(x, i, &row)) continue;
    if (row < first || row >= end) continue;
    if (s->ints) add_row_of_ints((u32 *)to + row * step, (const u32 *)from + i * step, width);
    else add_row(to + row * step, from + i * step, width);
  }
}

/**
 * (to; from, indices; 1 for int32 or 0 for float32, count, inner, place of the status or 0, depth, sizes): `to` is 0 and
 * from[i] is added to to[indices[i]] for each i in order. Rows whose indices are out of range are left out.
 */
void op_scatter_sum(const i32 *a) {
  summing s = {.x = {.to = BYTES(0), .from = BYTES(1), .indices = INTS(2)}};
  indexing *x = &s.x;
  read_indexing(x, a + 3);
  s.ints = x->bytes == 1;
  if (!x->rows || !x->inner) return;
  // A chunk reads all the indices, so there are few.
  s.by_columns = x->inner >= 128;
  x->chunks = chunks_of(x->count * x->inner + x->rows * x->inner, GATHER_GRAIN);
  x->chunks = (int)MIN((size_t)MIN(x->chunks, 8), s.by_columns ? x->inner / 64 : x->inner >= 4 ? x->rows : 1);
  parallel_for(scatter_part, &s, x->chunks);
}

// ---- One-hot ---------------------------------------------------------------------------------------------------------
typedef struct {
  u8 *to;
  const i32 *indices;
  size_t count, depth;
  int bytes;
  i32 on, off;
  int chunks;
} marking;

static void one_hot_part(void *context, int chunk, int thread) {
  (void)thread;
  const marking *m = context;
  size_t end = chunk_start(m->count, chunk + 1, m->chunks, 1);
  for (size_t i = chunk_start(m->count, chunk, m->chunks, 1); i < end; i++) {
    size_t index = (size_t)m->indices[i], start = i * m->depth;
    bool within = m->indices[i] >= 0 && index < m->depth;
    if (m->bytes == 1) {
      memset(m->to + start, m->off, m->depth);
      if (within) m->to[start + index] = (u8)m->on;
    } else {
      i32 *row = (i32 *)m->to + start;
      for (size_t j = 0; j < m->depth; j++) row[j] = m->off;
      if (within) row[index] = m->on;
    }
  }
}

/** (to; indices; bytes of an element, count, depth, on, off (as their bits)). An index out of range marks nothing. */
void op_one_hot(const i32 *a) {
  marking m = {.to = BYTES(0), .indices = INTS(1), .bytes = INT(2), .count = (u32)INT(3), .depth = (u32)INT(4)};
  m.on = INT(5), m.off = INT(6);
  m.chunks = chunks_of(m.count * m.depth, GATHER_GRAIN);
  parallel_for(one_hot_part, &m, m.chunks);
}
