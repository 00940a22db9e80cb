// Moving elements. One strided copy in any number of dimensions slices, joins, transposes, tiles, reverses and
// broadcasts; padding fills and copies in one pass over what it writes.
#include "turn.h"

#define MOST 12          // dimensions of a move
#define MOVE_GRAIN 32768 // elements that are worth a chunk of their own

/** A copy after its dimensions are sorted and merged: batches of a plane (rows, columns), all steps in elements. */
typedef struct {
  u8 *to;
  const u8 *from;
  int bytes; // of an element: 4 or 1
  int rank;
  i32 size[MOST];
  ptrdiff_t to_step[MOST], from_step[MOST];
  bool by_columns; // the chunks share the columns out, not the rows
  int chunks;
} moving;

// ---- One plane -----------------------------------------------------------------------------------------------------
static void copy_row(word *to, const word *from, size_t n) {
  if (n >= 2048) {
    memcpy(to, from, n * 4);
    return;
  }
  size_t i = 0;
  for (; i + VL <= n; i += VL) *(vi *)(to + i) = *(const vi *)(from + i);
  for (; i + 4 <= n; i += 4) *(quad *)(to + i) = *(const quad *)(from + i);
  for (; i < n; i++) to[i] = from[i];
}

static void fill_row(word *to, i32 value, size_t n) {
  size_t i = 0;
  for (vi all = splat_int(value); i + VL <= n; i += VL) *(vi *)(to + i) = all;
  for (; i < n; i++) to[i] = value;
}

#define PLANE(name, type)                                                                                              \
  static void name(type *to, const type *from, const ptrdiff_t *to_step, const ptrdiff_t *from_step, size_t rows,      \
                   size_t columns) {                                                                                   \
    for (size_t r = 0; r < rows; r++) {                                                                                \
      type *t = to + (ptrdiff_t)r * to_step[0];                                                                        \
      const type *f = from + (ptrdiff_t)r * from_step[0];                                                              \
      for (size_t c = 0; c < columns; c++, t += to_step[1], f += from_step[1]) *t = *f;                                \
    }                                                                                                                  \
  }
PLANE(plane_of_words, word)
PLANE(plane_of_bytes, u8)

/** Part of a plane; `to_step` and `from_step` are those of its rows and columns. */
static void move_plane(int bytes, u8 *to, const u8 *from, const ptrdiff_t *to_step, const ptrdiff_t *from_step, size_t rows,
                       size_t columns) {
  if (bytes == 1) {
    if (to_step[1] == 1 && from_step[1] == 1 && columns >= 16)
      for (size_t r = 0; r < rows; r++) memcpy(to + (ptrdiff_t)r * to_step[0], from + (ptrdiff_t)r * from_step[0], columns);
    else plane_of_bytes(to, from, to_step, from_step, rows, columns);
    return;
  }
  word *t = (word *)to;
  const word *f = (const word *)from;
  if (to_step[1] == 1 && from_step[1] == 1 && columns >= 4)
    for (size_t r = 0; r < rows; r++, t += to_step[0], f += from_step[0]) copy_row(t, f, columns);
  else if (to_step[1] == 1 && from_step[1] == 0 && columns >= 4)
    for (size_t r = 0; r < rows; r++, t += to_step[0], f += from_step[0]) fill_row(t, *f, columns);
  else if (to_step[1] == 1 && from_step[0] == 1) turn(t, to_step[0], f, from_step[1], rows, columns);
  else plane_of_words(t, f, to_step, from_step, rows, columns);
}

// ---- All planes ----------------------------------------------------------------------------------------------------
static void move_part(void *context, int chunk, int thread) {
  (void)thread;
  moving *m = context;
  int outer = m->rank - 2;
  size_t planes = 1, rows = (size_t)m->size[outer], columns = (size_t)m->size[outer + 1];
  for (int i = 0; i < outer; i++) planes *= (size_t)m->size[i];
  const ptrdiff_t *to_step = m->to_step + outer, *from_step = m->from_step + outer;
  size_t start = 0, end = planes * rows, left = 0, right = columns;
  if (m->by_columns) {
    left = chunk_start(columns, chunk, m->chunks, 16), right = chunk_start(columns, chunk + 1, m->chunks, 16);
  } else {
    start = chunk_start(end, chunk, m->chunks, 16), end = chunk_start(planes * rows, chunk + 1, m->chunks, 16);
  }
  if (start >= end || left >= right) return;
  i32 at[MOST];
  size_t plane = start / rows, row = start % rows;
  ptrdiff_t to = (ptrdiff_t)left * to_step[1], from = (ptrdiff_t)left * from_step[1];
  for (int i = outer - 1; i >= 0; i--) {
    at[i] = (i32)(plane % (size_t)m->size[i]);
    plane /= (size_t)m->size[i];
    to += at[i] * m->to_step[i], from += at[i] * m->from_step[i];
  }
  while (start < end) {
    size_t here = MIN(rows - row, end - start);
    move_plane(m->bytes, m->to + (to + (ptrdiff_t)row * to_step[0]) * m->bytes,
               m->from + (from + (ptrdiff_t)row * from_step[0]) * m->bytes, to_step, from_step, here, right - left);
    start += here, row = 0;
    for (int i = outer - 1; i >= 0; i--) {
      to += m->to_step[i], from += m->from_step[i];
      if (++at[i] < m->size[i]) break;
      to -= at[i] * m->to_step[i], from -= at[i] * m->from_step[i];
      at[i] = 0;
    }
  }
}

static void set_dimension(moving *m, int i, i32 size, ptrdiff_t to_step, ptrdiff_t from_step) {
  m->size[i] = size, m->to_step[i] = to_step, m->from_step[i] = from_step;
}

/**
 * (to; from; bytes of an element, first element of `to`, of `from`, rank, then for each dimension: size, step in `to`,
 * step in `from`). Steps and first elements are counted in elements; a step of `from` may be negative or 0. What `to`
 * holds between the elements written stays.
 */
void op_move(const i32 *a) {
  moving m = {.bytes = INT(2), .rank = 0};
  m.to = BYTES(0) + (ptrdiff_t)INT(3) * m.bytes;
  m.from = BYTES(1) + (ptrdiff_t)INT(4) * m.bytes;
  const i32 *given = a + 6;
  // Sorted by their steps in `to`, the largest first, so that writing goes forward.
  for (int i = 0; i < INT(5); i++, given += 3) {
    if (given[0] < 1) return;
    if (given[0] == 1) continue;
    int place = m.rank++;
    for (; place > 0 && m.to_step[place - 1] < given[1]; place--)
      set_dimension(&m, place, m.size[place - 1], m.to_step[place - 1], m.from_step[place - 1]);
    set_dimension(&m, place, given[0], given[1], given[2]);
  }
  // Neighbours that are one run on both sides become one dimension.
  int merged = 0;
  for (int i = 1; i < m.rank; i++) {
    if (m.to_step[merged] == m.to_step[i] * m.size[i] && m.from_step[merged] == m.from_step[i] * m.size[i])
      set_dimension(&m, merged, m.size[merged] * m.size[i], m.to_step[i], m.from_step[i]);
    else {
      merged++;
      set_dimension(&m, merged, m.size[i], m.to_step[i], m.from_step[i]);
    }
  }
  m.rank = m.rank ? merged + 1 : 0;
  while (m.rank < 2) {
    for (int i = m.rank++; i > 0; i--) set_dimension(&m, i, m.size[i - 1], m.to_step[i - 1], m.from_step[i - 1]);
    set_dimension(&m, 0, 1, 0, 0);
  }
  // Where columns jump in `from`, rows shall be the dimension that does not, if there is one.
  int last = m.rank - 1;
  if (m.to_step[last] == 1 && m.from_step[last] != 1 && m.from_step[last] != 0)
    for (int i = 0; i < last - 1; i++)
      if (m.from_step[i] == 1) {
        i32 size = m.size[i];
        ptrdiff_t to_step = m.to_step[i];
        for (; i < last - 1; i++) set_dimension(&m, i, m.size[i + 1], m.to_step[i + 1], m.from_step[i + 1]);
        set_dimension(&m, last - 1, size, to_step, 1);
      }
  size_t lines = 1;
  for (int i = 0; i < last; i++) lines *= (size_t)m.size[i];
  m.chunks = chunks_of(lines * (size_t)m.size[last] * (size_t)m.bytes / 4, MOVE_GRAIN);
  m.by_columns = lines < (size_t)m.chunks * 16 && m.size[last] > m.chunks * 16;
  parallel_for(move_part, &m, m.chunks);
}

// ---- Padding -------------------------------------------------------------------------------------------------------
typedef struct {
  u8 *to;
  const u8 *from;
  int bytes, rank;
  i32 value;
  i32 size[MOST], before[MOST], whole[MOST]; // of `from`; elements in front; of `to`
  size_t rows;
  int chunks;
} padding;

static void fill_elements(u8 *to, i32 value, size_t n, int bytes) {
  if (bytes == 1) memset(to, value, n);
  else fill_row((word *)to, value, n);
}

static void pad_part(void *context, int chunk, int thread) {
  (void)thread;
  padding *p = context;
  size_t row = chunk_start(p->rows, chunk, p->chunks, 1), end = chunk_start(p->rows, chunk + 1, p->chunks, 1);
  int last = p->rank - 1;
  size_t bytes = (size_t)p->bytes, width = (size_t)p->whole[last], inside = (size_t)p->size[last];
  size_t before = (size_t)p->before[last], after = width - before - inside;
  i32 at[MOST];
  size_t rest = row;
  for (int i = last - 1; i >= 0; i--) {
    at[i] = (i32)(rest % (size_t)p->whole[i]);
    rest /= (size_t)p->whole[i];
  }
  for (u8 *to = p->to + row * width * bytes; row < end; row++, to += width * bytes) {
    size_t from = 0;
    bool within = true;
    for (int i = 0; i < last; i++) {
      i32 place = at[i] - p->before[i];
      within &= place >= 0 && place < p->size[i];
      from = from * (size_t)p->size[i] + (size_t)place;
    }
    if (!within) fill_elements(to, p->value, width, p->bytes);
    else {
      fill_elements(to, p->value, before, p->bytes);
      const u8 *source = p->from + from * inside * bytes;
      if (bytes == 1) memcpy(to + before, source, inside);
      else copy_row((word *)(to + before * 4), (const word *)source, inside);
      fill_elements(to + (before + inside) * bytes, p->value, after, p->bytes);
    }
    for (int i = last - 1; i >= 0 && ++at[i] == p->whole[i]; i--) at[i] = 0;
  }
}

/** (to; from; bytes of an element, value (its 32 bits, or the byte), rank, then for each dimension: size, before, after) */
void op_pad(const i32 *a) {
  padding p = {.to = BYTES(0), .from = BYTES(1), .bytes = INT(2), .value = INT(3), .rank = 0};
  const i32 *given = a + 5;
  size_t count = 1;
  for (int i = 0; i < INT(4); i++, given += 3) {
    i32 size = given[0], before = given[1], whole = given[0] + given[1] + given[2];
    count *= (size_t)whole;
    int last = p.rank - 1;
    if (p.rank && size == whole) p.size[last] *= size, p.before[last] *= size, p.whole[last] *= size;
    else p.size[p.rank] = size, p.before[p.rank] = before, p.whole[p.rank++] = whole;
  }
  if (!count) return;
  if (!p.rank) p.size[0] = p.whole[0] = 1, p.before[0] = 0, p.rank = 1;
  p.rows = 1;
  for (int i = 0; i < p.rank - 1; i++) p.rows *= (size_t)p.whole[i];
  p.chunks = chunks_of(count * (size_t)p.bytes / 4, MOVE_GRAIN);
  parallel_for(pad_part, &p, p.chunks);
}
