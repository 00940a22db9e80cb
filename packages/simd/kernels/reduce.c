// Many numbers to one: (outer, reduced, inner) to (outer, inner).
#include "math.h"

enum { SUM, MAX_OF, MIN_OF, PRODUCT };
#define GRAIN (1 << 16)  // elements that are worth a chunk of their own
#define STRETCH 4096     // elements added in a row before their sum joins the total: rounding grows with the parts only
#define ROWS 64          // likewise, rows
#define MOST_PARTIALS (SCRATCH_SHARED / 4)

typedef struct {
  void *to;
  const void *from;
  void *partial; // [row chunk][outer][inner], where the rows are cut
  size_t outer, reduced, inner;
  f32 divisor;
  i32 function;
  int row_chunks, column_chunks, outer_chunks;
} reducing;

// Floats: a NaN among them is the greatest and the smallest. The first argument is what was found so far.
INLINE vf sum_of(vf total, vf x) { return total + x; }
INLINE vf max_of(vf total, vf x) { return choose(vis_nan(x), x, vmax(x, total)); }
INLINE vf min_of(vf total, vf x) { return choose(vis_nan(x), x, vmin(x, total)); }
INLINE vf product_of(vf total, vf x) { return total * x; }
INLINE vi int_sum_of(vi total, vi x) { return (vi)((vu)total + (vu)x); }
INLINE vi int_max_of(vi total, vi x) { return (x & (x > total)) | (total & ~(x > total)); }
INLINE vi int_min_of(vi total, vi x) { return (x & (x < total)) | (total & ~(x < total)); }
INLINE vi int_product_of(vi total, vi x) { return (vi)((vu)total * (vu)x); }

/** One row to one number, and rows to one row; `first` changes nothing. All in a fixed order. */
#define REDUCTION(name, T, V, first, join) \
  static T name##_stretch(const T *x, size_t n) { \
    V start = (V){} + (first), a = start, b = start, c = start, d = start; \
    size_t i = 0; \
    for (; i + 4 * VL <= n; i += 4 * VL) { \
      a = join(a, *(const V *)(x + i)), b = join(b, *(const V *)(x + i + VL)); \
      c = join(c, *(const V *)(x + i + 2 * VL)), d = join(d, *(const V *)(x + i + 3 * VL)); \
    } \
    for (; i + VL <= n; i += VL) a = join(a, *(const V *)(x + i)); \
    if (i < n) { \
      T lanes[VL]; \
      for (size_t k = 0; k < VL; k++) lanes[k] = i + k < n ? x[i + k] : (first); \
      b = join(b, *(V *)lanes); \
    } \
    a = join(join(a, b), join(c, d)); \
    FOLD(a, join); \
    return a[0]; \
  } \
  static T name##_row(const T *x, size_t n) { \
    V total = (V){} + (first); \
    if (n < 6) { \
      for (size_t i = 0; i < n; i++) total = join(total, (V){} + x[i]); \
      return total[0]; \
    } \
    if (n <= STRETCH) return name##_stretch(x, n); \
    for (size_t i = 0; i < n; i += STRETCH) total = join(total, (V){} + name##_stretch(x + i, MIN(STRETCH, n - i))); \
    return total[0]; \
  } \
  /** Columns `left` … `right` of `rows` rows that lie `step` apart, into `to`. */ \
  static void name##_rows(T *to, const T *x, size_t step, size_t rows, size_t left, size_t right) { \
    for (size_t c = left; c < right; c++) to[c] = (first); \
    for (size_t r0 = 0; r0 < rows; r0 += ROWS) { \
      size_t r1 = MIN(rows, r0 + ROWS), c = left; \
      for (; c + 4 * VL <= right; c += 4 * VL) { \
        V start = (V){} + (first), p = start, q = start, s = start, t = start; \
        for (size_t r = r0; r < r1; r++) { \
          const T *row = x + r * step + c; \
          p = join(p, *(const V *)row), q = join(q, *(const V *)(row + VL)); \
          s = join(s, *(const V *)(row + 2 * VL)), t = join(t, *(const V *)(row + 3 * VL)); \
        } \
        V *at = (V *)(to + c); \
        *at = join(*at, p); \
        at = (V *)(to + c + VL), *at = join(*at, q); \
        at = (V *)(to + c + 2 * VL), *at = join(*at, s); \
        at = (V *)(to + c + 3 * VL), *at = join(*at, t); \
      } \
      for (; c + VL <= right; c += VL) { \
        V p = (V){} + (first); \
        for (size_t r = r0; r < r1; r++) p = join(p, *(const V *)(x + r * step + c)); \
        *(V *)(to + c) = join(*(V *)(to + c), p); \
      } \
      for (; c < right; c++) { \
        V p = (V){} + (first); \
        for (size_t r = r0; r < r1; r++) p = join(p, (V){} + x[r * step + c]); \
        to[c] = join((V){} + to[c], p)[0]; \
      } \
    } \
  }

#define LEAST (-2147483647 - 1)
#define MOST 2147483647
REDUCTION(sum, f32, vf, 0.f, sum_of)
REDUCTION(max, f32, vf, -INFINITY_F, max_of)
REDUCTION(min, f32, vf, INFINITY_F, min_of)
REDUCTION(product, f32, vf, 1.f, product_of)
REDUCTION(int_sum, i32, vi, 0, int_sum_of)
REDUCTION(int_max, i32, vi, LEAST, int_max_of)
REDUCTION(int_min, i32, vi, MOST, int_min_of)
REDUCTION(int_product, i32, vi, 1, int_product_of)

typedef struct {
  f32 (*row)(const f32 *, size_t);
  void (*rows)(f32 *, const f32 *, size_t, size_t, size_t, size_t);
} for_floats;
typedef struct {
  i32 (*row)(const i32 *, size_t);
  void (*rows)(i32 *, const i32 *, size_t, size_t, size_t, size_t);
} for_ints;
static const for_floats FLOAT_FUNCTIONS[] = {{sum_row, sum_rows}, {max_row, max_rows}, {min_row, min_rows}, {product_row, product_rows}};
static const for_ints INT_FUNCTIONS[] = {
  {int_sum_row, int_sum_rows}, {int_max_row, int_max_rows}, {int_min_row, int_min_rows}, {int_product_row, int_product_rows}};

/** Cuts the work among outer, then rows, then columns, as far as it pays. @returns the number of chunks */
static int cut(reducing *r) {
  int wanted = chunks_of(r->outer * r->reduced * r->inner, GRAIN);
  r->outer_chunks = r->row_chunks = r->column_chunks = 1;
  if (wanted == 1) return 1;
  r->outer_chunks = (int)MIN((size_t)wanted, MAX(r->outer, 1));
  wanted = (wanted + r->outer_chunks - 1) / r->outer_chunks;
  if (wanted == 1) return r->outer_chunks;
  size_t places = r->outer * r->inner, rows = r->reduced / (r->inner == 1 ? STRETCH : ROWS);
  r->row_chunks = (int)MAX(1, MIN(MIN((size_t)wanted, rows), MOST_PARTIALS / MAX(places, 1)));
  if (r->row_chunks == 1) r->column_chunks = (int)MAX(1, MIN((size_t)wanted, r->inner / 256));
  return r->outer_chunks * r->row_chunks * r->column_chunks;
}

#define REDUCE(name, T, FUNCTIONS_OF, finish) \
  static void name##_part(void *context, int chunk, int thread) { \
    (void)thread; \
    reducing *r = context; \
    int column_chunk = chunk % r->column_chunks, row_chunk = chunk / r->column_chunks % r->row_chunks; \
    int outer_chunk = chunk / r->column_chunks / r->row_chunks; \
    size_t left = chunk_start(r->inner, column_chunk, r->column_chunks, 64); \
    size_t right = chunk_start(r->inner, column_chunk + 1, r->column_chunks, 64); \
    size_t unit = r->inner == 1 ? STRETCH : ROWS; \
    size_t top = chunk_start(r->reduced, row_chunk, r->row_chunks, unit); \
    size_t bottom = chunk_start(r->reduced, row_chunk + 1, r->row_chunks, unit); \
    size_t last = chunk_start(r->outer, outer_chunk + 1, r->outer_chunks, 1); \
    for (size_t o = chunk_start(r->outer, outer_chunk, r->outer_chunks, 1); o < last; o++) { \
      const T *x = (const T *)r->from + (o * r->reduced + top) * r->inner; \
      T *to = r->row_chunks == 1 ? (T *)r->to : (T *)r->partial + (size_t)row_chunk * r->outer * r->inner; \
      to += o * r->inner; \
      if (r->inner == 1) *to = FUNCTIONS_OF[r->function].row(x, bottom - top); \
      else FUNCTIONS_OF[r->function].rows(to, x, r->inner, bottom - top, left, right); \
      if (r->row_chunks == 1) \
        for (size_t c = left; c < right; c++) finish; \
    } \
  } \
  static void name##_all(reducing *r) { \
    int chunks = cut(r); \
    r->partial = shared_scratch(); \
    parallel_for(name##_part, r, chunks); \
    if (r->row_chunks == 1) return; \
    size_t places = r->outer * r->inner; \
    T *to = r->to; \
    FUNCTIONS_OF[r->function].rows(to, r->partial, places, (size_t)r->row_chunks, 0, places); \
    for (size_t c = 0; c < places; c++) finish; \
  }
REDUCE(reduce_floats, f32, FLOAT_FUNCTIONS, if (r->divisor != 1) to[c] /= r->divisor)
REDUCE(reduce_ints, i32, INT_FUNCTIONS, )

/** (out; x; function, outer, reduced, inner, divisor) on floats */
void op_reduce(const i32 *a) {
  reducing r = {PLACE(0), PLACE(1), NULL, (u32)INT(3), (u32)INT(4), (u32)INT(5), FLOAT(6), INT(2), 1, 1, 1};
  reduce_floats_all(&r);
}
/** (out; x; function, outer, reduced, inner) on ints */
void op_reduce_int(const i32 *a) {
  reducing r = {PLACE(0), PLACE(1), NULL, (u32)INT(3), (u32)INT(4), (u32)INT(5), 1, INT(2), 1, 1, 1};
  reduce_ints_all(&r);
}
/** (out; x; 1 for all and 0 for any, outer, reduced, inner) on bytes of 0 and 1 */
void op_reduce_truth(const i32 *a) {
  u8 all = (u8)INT(2);
  size_t outer = (u32)INT(3), reduced = (u32)INT(4), inner = (u32)INT(5);
  const u8 *x = BYTES(1);
  for (size_t o = 0; o < outer; o++) {
    u8 *to = BYTES(0) + o * inner;
    memset(to, all, inner);
    for (size_t r = 0; r < reduced; r++, x += inner)
      for (size_t c = 0; c < inner; c++) to[c] = all ? to[c] & (x[c] != 0) : to[c] | (x[c] != 0);
  }
}

// ---- Where the greatest stands -------------------------------------------------------------------------------------------
/** The first of the greatest (or smallest); where the first of all is NaN, it. */
#define ARG(name, T, V, better, best_of) \
  static i32 name##_row(const T *x, size_t n) { \
    V best = (V){} + x[0]; \
    vi at = {0}, now; \
    for (int k = 0; k < VL; k++) now[k] = k; \
    size_t i = 0; \
    for (; i + VL <= n; i += VL, now += VL) { \
      V y = *(const V *)(x + i); \
      vi wins = y better best; \
      best = best_of(y, best); \
      at = (now & wins) | (at & ~wins); \
    } \
    T value = best[0]; \
    i32 where = at[0]; \
    for (int k = 1; k < VL; k++) \
      if (best[k] better value || (best[k] == value && at[k] < where)) value = best[k], where = at[k]; \
    for (; i < n; i++) \
      if (x[i] better value) value = x[i], where = (i32)i; \
    return where; \
  } \
  static void name##_part(void *context, int chunk, int thread) { \
    (void)thread; \
    reducing *r = context; \
    size_t end = chunk_start(r->outer, chunk + 1, r->outer_chunks, 1); \
    for (size_t o = chunk_start(r->outer, chunk, r->outer_chunks, 1); o < end; o++) { \
      const T *x = (const T *)r->from + o * r->reduced * r->inner; \
      i32 *to = (i32 *)r->to + o * r->inner; \
      if (r->inner == 1) { \
        *to = name##_row(x, r->reduced); \
        continue; \
      } \
      for (size_t c = 0; c < r->inner; c++) { \
        T best = x[c]; \
        i32 at = 0; \
        for (size_t k = 1; k < r->reduced; k++) \
          if (x[k * r->inner + c] better best) best = x[k * r->inner + c], at = (i32)k; \
        to[c] = at; \
      } \
    } \
  }
ARG(arg_max, f32, vf, >, vmax)
ARG(arg_min, f32, vf, <, vmin)
ARG(int_arg_max, i32, vi, >, int_max_of)
ARG(int_arg_min, i32, vi, <, int_min_of)

/** (out; x; 0 for the greatest and 1 for the smallest, + 2 for ints; outer, reduced, inner); `reduced` is not 0 */
void op_arg(const i32 *a) {
  static const task PARTS[] = {arg_max_part, arg_min_part, int_arg_max_part, int_arg_min_part};
  reducing r = {PLACE(0), PLACE(1), NULL, (u32)INT(3), (u32)INT(4), (u32)INT(5), 1, 0, 1, 1, 1};
  r.outer_chunks = (int)MIN((size_t)chunks_of(r.outer * r.reduced * r.inner, GRAIN), MAX(r.outer, 1));
  parallel_for(PARTS[INT(2)], &r, r.outer_chunks);
}

// ---- Running sums and products -------------------------------------------------------------------------------------------
typedef struct {
  void *to;
  const void *from;
  size_t outer, length, inner;
  bool product, exclusive, reverse, ints;
  int chunks;
} running;

#define RUN(name, T, V, join) \
  static void name(const running *r, size_t o, T first) { \
    const T *x = (const T *)r->from + o * r->length * r->inner; \
    T *y = (T *)r->to + o * r->length * r->inner; \
    size_t c = 0; \
    for (; c + VL <= r->inner; c += VL) { \
      V total = (V){} + first; \
      for (size_t k = 0; k < r->length; k++) { \
        size_t i = (r->reverse ? r->length - 1 - k : k) * r->inner + c; \
        V next = join(total, *(const V *)(x + i)); \
        *(V *)(y + i) = r->exclusive ? total : next; \
        total = next; \
      } \
    } \
    for (; c < r->inner; c++) { \
      V total = (V){} + first; \
      for (size_t k = 0; k < r->length; k++) { \
        size_t i = (r->reverse ? r->length - 1 - k : k) * r->inner + c; \
        V next = join(total, (V){} + x[i]); \
        y[i] = r->exclusive ? total[0] : next[0]; \
        total = next; \
      } \
    } \
  }
RUN(run_sum, f32, vf, sum_of)
RUN(run_product, f32, vf, product_of)
RUN(run_int_sum, i32, vi, int_sum_of)
RUN(run_int_product, i32, vi, int_product_of)

static void run_part(void *context, int chunk, int thread) {
  (void)thread;
  running *r = context;
  size_t end = chunk_start(r->outer, chunk + 1, r->chunks, 1);
  for (size_t o = chunk_start(r->outer, chunk, r->chunks, 1); o < end; o++) {
    if (r->ints && r->product) run_int_product(r, o, 1);
    else if (r->ints) run_int_sum(r, o, 0);
    else if (r->product) run_product(r, o, 1);
    else run_sum(r, o, 0);
  }
}
/** (out; x; outer, length, inner, whether products, exclusive, reversed, ints) */
void op_running(const i32 *a) {
  running r = {PLACE(0), PLACE(1), (u32)INT(2), (u32)INT(3), (u32)INT(4), INT(5), INT(6), INT(7), INT(8), 1};
  r.chunks = (int)MIN((size_t)chunks_of(r.outer * r.length * r.inner, GRAIN / 4), MAX(r.outer, 1));
  parallel_for(run_part, &r, r.chunks);
}
