// Mean and scatter Σ (x − mean)(x − mean)ᵀ of rows of floats, in double precision: of these a covariance is gathered.
#include "base.h"

enum { LANES = VL / 2 };
typedef double vd __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef f32 narrow __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

// A tile has SIDE columns of the left side and one panel of the right. Columns stand side by side in panels, (rows, PANEL), of
// which a tile's left side is a part.
#if defined(__AVX512F__)
enum { SIDE = 8 };
#else
enum { SIDE = 4 };
#endif
enum {
  VECTORS = 2,
  PANEL = VECTORS * LANES,
  STRIP = 64 / PANEL, // panels of the right side that a chunk takes
  DEPTH = 64,         // rows of them that stay in the first cache
};

#if defined(__wasm_relaxed_simd__)
INLINE vd fma_double(vd a, vd b, vd c) { return (vd)__builtin_wasm_relaxed_madd_f64x2(a, b, c); }
#else
INLINE vd fma_double(vd a, vd b, vd c) { return a * b + c; }
#endif

typedef struct {
  double *mean, *out, *panels;
  const f32 *x;
  size_t rows, width, count; // how many panels
} scattering;

/** The means of one panel's columns, and their distances from them; zeros behind the last column. */
static void centre_panel(void *context, int chunk, int thread) {
  (void)thread;
  const scattering s = *(scattering *)context;
  const size_t first = (size_t)chunk * PANEL, columns = MIN((size_t)PANEL, s.width - first);
  double *panel = s.panels + s.rows * first, sums[PANEL] = {0};
  const f32 *x = s.x + first;
  if (columns == PANEL) {
    vd sum[VECTORS] = {};
    for (size_t i = 0; i < s.rows; i++, x += s.width)
      for (int v = 0; v < VECTORS; v++) sum[v] += __builtin_convertvector(*(const narrow *)(x + v * LANES), vd);
    for (int v = 0; v < VECTORS; v++) *(vd *)(sums + v * LANES) = sum[v] /= (double)s.rows;
    x = s.x + first;
    for (size_t i = 0; i < s.rows; i++, x += s.width, panel += PANEL)
      for (int v = 0; v < VECTORS; v++)
        *(vd *)(panel + v * LANES) = __builtin_convertvector(*(const narrow *)(x + v * LANES), vd) - sum[v];
  } else {
    for (size_t i = 0; i < s.rows; i++, x += s.width)
      for (size_t j = 0; j < columns; j++) sums[j] += x[j];
    for (size_t j = 0; j < columns; j++) sums[j] /= (double)s.rows;
    x = s.x + first;
    for (size_t i = 0; i < s.rows; i++, x += s.width, panel += PANEL)
      for (size_t j = 0; j < PANEL; j++) panel[j] = j < columns ? x[j] - sums[j] : 0;
  }
  for (size_t j = 0; j < columns; j++) s.mean[first + j] = sums[j];
}

/** out += AᵀB of some rows of a panel's part and of a panel, as much of it as `tall` and `wide` say. */
static void add_tile(size_t depth, const double *a, const double *b, double *out, size_t pitch, size_t tall, size_t wide) {
  vd sum[SIDE][VECTORS];
#pragma GCC unroll 16
  for (int i = 0; i < SIDE; i++)
#pragma GCC unroll 16
    for (int v = 0; v < VECTORS; v++) sum[i][v] = (vd){};
  for (size_t k = 0; k < depth; k++, a += PANEL, b += PANEL) {
    vd right[VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < VECTORS; v++) right[v] = *(const vd *)(b + v * LANES);
#pragma GCC unroll 16
    for (int i = 0; i < SIDE; i++) {
      vd left = a[i] - (vd){};
#pragma GCC unroll 16
      for (int v = 0; v < VECTORS; v++) sum[i][v] = fma_double(left, right[v], sum[i][v]);
    }
  }
  if (tall == SIDE && wide == PANEL) {
#pragma GCC unroll 16
    for (int i = 0; i < SIDE; i++)
#pragma GCC unroll 16
      for (int v = 0; v < VECTORS; v++) *(vd *)(out + i * pitch + v * LANES) += sum[i][v];
    return;
  }
  double rest[SIDE * PANEL];
#pragma GCC unroll 16
  for (int i = 0; i < SIDE; i++)
#pragma GCC unroll 16
    for (int v = 0; v < VECTORS; v++) *(vd *)(rest + i * PANEL + v * LANES) = sum[i][v];
  for (size_t i = 0; i < tall; i++)
    for (size_t j = 0; j < wide; j++) out[i * pitch + j] += rest[i * PANEL + j];
}

/** Some columns of the scatter, down to the diagonal, and their mirror. */
static void scatter_strip(void *context, int chunk, int thread) {
  (void)thread;
  const scattering s = *(scattering *)context;
  const size_t end = s.count - (size_t)chunk * STRIP, start = end > STRIP ? end - STRIP : 0; // the longest first
  const size_t last = MIN(end * PANEL, s.width), w = s.width;
  for (size_t i = 0; i < last; i++) memset(s.out + i * w + start * PANEL, 0, (last - start * PANEL) * sizeof(double));
  for (size_t top = 0; top < s.rows; top += DEPTH) {
    const size_t depth = MIN((size_t)DEPTH, s.rows - top);
    for (size_t i = 0; i < last; i += SIDE) {
      const double *a = s.panels + (i / PANEL * s.rows + top) * PANEL + i % PANEL;
      for (size_t panel = MAX(start, i / PANEL); panel < end; panel++) {
        const double *b = s.panels + (panel * s.rows + top) * PANEL;
        const size_t j = panel * PANEL;
        add_tile(depth, a, b, s.out + i * w + j, w, MIN((size_t)SIDE, last - i), MIN((size_t)PANEL, w - j));
      }
    }
  }
  for (size_t j = start * PANEL; j < last; j++)
    for (size_t i = 0; i < j / PANEL * PANEL; i++) s.out[j * w + i] = s.out[i * w + j];
}

/** The bits of doubles: the mean, then the scatter, row after row. (bits, panels; x; first row, rows, width) */
void op_scatter(const i32 *a) {
  const size_t from = (u32)INT(3), rows = (u32)INT(4), width = (u32)INT(5), count = (width + PANEL - 1) / PANEL;
  double *bits = (double *)PLACE(0);
  scattering s = {bits, bits + width, (double *)PLACE(1), FLOATS(2) + from * width, rows, width, count};
  parallel_for(centre_panel, &s, (int)count);
  parallel_for(scatter_strip, &s, (int)((count + STRIP - 1) / STRIP));
}
