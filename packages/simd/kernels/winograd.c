// Convolutions of 3 × 3 taps without strides by Winograd's F(2 × 2, 3 × 3): four outputs of a tile of 4 × 4 inputs take 16
// products a pair of channels instead of 36. Lavin and Gray 2016, "Fast algorithms for convolutional neural networks":
// Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A. The sums over channels make 16 matrix products, one for each point of the tile.
#include "conv.h"
#include "gemm-activation.h"
#include "partial.h"

enum {
  POINTS = 16,
  BLOCK_FLOATS = 160 * 1024, // of tiles and products that one thread has at hand: within its second cache
  MOST_TILES = 84,           // at hand: more would not pay
  PACKED_STEPS = 32,         // of the depth that are packed at once
};

// ---- The matrix products: kernels for every height of a tile, for a whole and a one-vector panel -------------------------
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
/** Rows of A stand PITCH apart. */
static void product_of_rows(int rows, int vectors, int depth, const f32 *a, const f32 *b, const tile *t) {
#define CASE(n) \
  case n: \
    if (vectors == VECTORS) multiply_tile(n, VECTORS, PITCH, 1, depth, a, b, VECTORS * VL, t); \
    else multiply_tile(n, 1, PITCH, 1, depth, a, b, VL, t); \
    break;
  switch (rows) { HEIGHTS(CASE) }
#undef CASE
}
/** Rows of A stand side by side, its steps `step` apart. */
static void product_of_columns(int rows, int vectors, int depth, const f32 *a, int step, const f32 *b, int ldb, const tile *t) {
#define CASE(n) \
  case n: \
    if (vectors == VECTORS) multiply_tile(n, VECTORS, 1, step, depth, a, b, ldb, t); \
    else multiply_tile(n, 1, 1, step, depth, a, b, ldb, t); \
    break;
  switch (rows) { HEIGHTS(CASE) }
#undef CASE
}

// ---- Tiles ---------------------------------------------------------------------------------------------------------------
/** Images cut into tiles of `size` × `size` pixels, the first of which begins at −top, −left; tiles are 2 pixels apart. */
typedef struct {
  const f32 *image;
  int height, width, channels, top, left;
} view;

typedef struct {
  view x, dy;              // dy for the gradient of the filter
  int tiles_y, tiles_x, tiles, chunks;
  int depth, columns;      // channels that are summed over, and those that come out
  const f32 *filter, *bias;
  bool turned;             // the filter is used backwards, for the gradient of the input
  int activation;
  f32 alpha;
  f32 *y, *packed;         // packed: [point][panel][depth][column of the panel]; or sums, [part][point][depth][column]
  int out_height, out_width;
  int strip;               // columns of the filter's gradient that one chunk sums
} winograd;

INLINE int whole(int count) { return (count + VL - 1) / VL * VL; }

/** Where the pixels of a tile are; those outside the image are at `zeros`. */
INLINE void locate(const winograd *w, const view *v, int index, const int size, const f32 *zeros, const f32 **at) {
  int tile_x = index % w->tiles_x, line = index / w->tiles_x, tile_y = line % w->tiles_y, batch = line / w->tiles_y;
  for (int i = 0; i < size; i++)
    for (int j = 0; j < size; j++) {
      int y = 2 * tile_y - v->top + i, x = 2 * tile_x - v->left + j;
      bool inside = y >= 0 && y < v->height && x >= 0 && x < v->width;
      at[i * size + j] = inside ? v->image + (((size_t)batch * v->height + y) * v->width + x) * v->channels : zeros;
    }
}

/** Bᵀ d B of tiles [first, first + count): [point][tile][channel], channels padded to whole vectors. */
static void transform_inputs(const winograd *w, const view *v, int first, int count, const f32 *zeros, f32 *to) {
  const int pitch = whole(v->channels);
  const size_t step = (size_t)count * pitch;
  for (int n = 0; n < count; n++, to += pitch) {
    const f32 *at[16];
    locate(w, v, first + n, 4, zeros, at);
    EACH_VECTOR(c, lanes, 0, (size_t)v->channels) {
      vf rows[4][4];
      for (int j = 0; j < 4; j++) {
        vf d0 = load_part(at[j] + c, lanes), d1 = load_part(at[4 + j] + c, lanes);
        vf d2 = load_part(at[8 + j] + c, lanes), d3 = load_part(at[12 + j] + c, lanes);
        rows[0][j] = d0 - d2, rows[1][j] = d1 + d2, rows[2][j] = d2 - d1, rows[3][j] = d1 - d3;
      }
      for (int i = 0; i < 4; i++) {
        f32 *out = to + c + 4 * i * step;
        store(out, rows[i][0] - rows[i][2]);
        store(out + step, rows[i][1] + rows[i][2]);
        store(out + 2 * step, rows[i][2] - rows[i][1]);
        store(out + 3 * step, rows[i][1] - rows[i][3]);
      }
    }
  }
}

/** A dY Aᵀ, where dY are the slopes at the 2 × 2 outputs of a tile; laid out as inputs are, for some of the channels. */
static void transform_slopes(const winograd *w, const view *v, int start, int channels, int first, int count,
                             const f32 *zeros, f32 *to) {
  const int pitch = whole(channels);
  const size_t step = (size_t)count * pitch;
  for (int n = 0; n < count; n++, to += pitch) {
    const f32 *at[4];
    locate(w, v, first + n, 2, zeros, at);
    for (int i = 0; i < 4; i++) at[i] += start;
    EACH_VECTOR(c, lanes, 0, (size_t)channels) {
      vf rows[4][2];
      for (int j = 0; j < 2; j++) {
        vf a = load_part(at[j] + c, lanes), b = load_part(at[2 + j] + c, lanes);
        rows[0][j] = a, rows[1][j] = a + b, rows[2][j] = a - b, rows[3][j] = -b;
      }
      for (int i = 0; i < 4; i++) {
        f32 *out = to + c + 4 * i * step;
        store(out, rows[i][0]);
        store(out + step, rows[i][0] + rows[i][1]);
        store(out + 2 * step, rows[i][0] - rows[i][1]);
        store(out + 3 * step, -rows[i][1]);
      }
    }
  }
}

/** Y = Aᵀ M A, with bias and activation; what lies outside the image is left out. */
static void transform_outputs(const winograd *w, int first, int count, const f32 *from) {
  const int pitch = whole(w->columns);
  const size_t step = (size_t)count * pitch;
  for (int n = 0; n < count; n++, from += pitch) {
    int index = first + n, tile_x = index % w->tiles_x, line = index / w->tiles_x;
    int y = line % w->tiles_y * 2, x = tile_x * 2, batch = line / w->tiles_y;
    f32 *to = w->y + (((size_t)batch * w->out_height + y) * w->out_width + x) * w->columns;
    const bool right = x + 1 < w->out_width, below = y + 1 < w->out_height;
    const size_t across = w->columns, down = (size_t)w->out_width * w->columns;
    EACH_VECTOR(c, lanes, 0, (size_t)w->columns) {
      vf rows[2][4], bias = w->bias ? load_part(w->bias + c, lanes) : (vf){};
      for (int j = 0; j < 4; j++) {
        vf m0 = load(from + c + j * step), m1 = load(from + c + (4 + j) * step);
        vf m2 = load(from + c + (8 + j) * step), m3 = load(from + c + (12 + j) * step);
        rows[0][j] = (m0 + m1) + m2, rows[1][j] = (m1 - m2) - m3;
      }
      store_part(to + c, (rows[0][0] + rows[0][1]) + rows[0][2] + bias, lanes);
      if (right) store_part(to + c + across, (rows[0][1] - rows[0][2]) - rows[0][3] + bias, lanes);
      if (below) store_part(to + c + down, (rows[1][0] + rows[1][1]) + rows[1][2] + bias, lanes);
      if (right && below) store_part(to + c + down + across, (rows[1][1] - rows[1][2]) - rows[1][3] + bias, lanes);
    }
    if (w->activation) {
      activate(w->activation, w->alpha, to, w->columns);
      if (right) activate(w->activation, w->alpha, to + across, w->columns);
      if (below) activate(w->activation, w->alpha, to + down, w->columns);
      if (right && below) activate(w->activation, w->alpha, to + down + across, w->columns);
    }
  }
}

// ---- Forwards, and the gradient of the input, which is a convolution of dy with the filter turned about ------------------
INLINE int panel_width(int column, int end) { return end - column > VL ? PANEL : VL; }

/** G g Gᵀ of a panel's columns and some steps of the depth. */
static void pack_filters(void *context, int chunk, int thread) {
  const winograd *w = context;
  const int width = whole(w->columns), blocks = (w->depth + PACKED_STEPS - 1) / PACKED_STEPS;
  const int column = chunk / blocks * PANEL, k = chunk % blocks * PACKED_STEPS, depth = MIN(PACKED_STEPS, w->depth - k);
  const int pitch = panel_width(column, width), columns = MIN(pitch, w->columns - column);
  const size_t step = (size_t)w->depth * width;
  f32 *taps = (f32 *)scratch(thread), *to = w->packed + (size_t)column * w->depth + (size_t)k * pitch;
  for (int tap = 0; tap < 9; tap++) {
    f32 *copy = taps + tap * PACKED_STEPS * PANEL;
    if (w->turned) {
      const f32 *from = w->filter + ((size_t)(8 - tap) * w->columns + column) * w->depth + k;
      pack_turned(copy, pitch, from, w->depth, columns, depth);
    } else pack_rows(copy, pitch, w->filter + ((size_t)tap * w->depth + k) * w->columns + column, w->columns, columns, depth);
  }
  for (int at = 0; at < depth * pitch; at += VL) {
    vf rows[4][3];
    for (int j = 0; j < 3; j++) {
      vf g0 = load(taps + j * PACKED_STEPS * PANEL + at), g1 = load(taps + (3 + j) * PACKED_STEPS * PANEL + at);
      vf g2 = load(taps + (6 + j) * PACKED_STEPS * PANEL + at), outer = (g0 + g2) * .5f;
      rows[0][j] = g0, rows[1][j] = outer + g1 * .5f, rows[2][j] = outer - g1 * .5f, rows[3][j] = g2;
    }
    for (int i = 0; i < 4; i++) {
      vf outer = (rows[i][0] + rows[i][2]) * .5f, middle = rows[i][1] * .5f;
      f32 *out = to + at + 4 * i * step;
      store(out, rows[i][0]);
      store(out + step, outer + middle);
      store(out + 2 * step, outer - middle);
      store(out + 3 * step, rows[i][2]);
    }
  }
}

static void convolve_tiles(void *context, int chunk, int thread) {
  const winograd *w = context;
  const int first = (int)chunk_start(w->tiles, chunk, w->chunks, 1);
  const int count = (int)chunk_start(w->tiles, chunk + 1, w->chunks, 1) - first;
  const int in = whole(w->depth), out = whole(w->columns), heights = (count + ROWS - 1) / ROWS;
  f32 *zeros = (f32 *)scratch(thread), *a = zeros + in, *inputs = a + ROWS * PITCH, *sums = inputs + (size_t)POINTS * count * in;
  memset(zeros, 0, in * sizeof(f32));
  transform_inputs(w, &w->x, first, count, zeros, inputs);
  for (int point = 0; point < POINTS; point++)
    for (int k = 0; k < w->depth; k += DEPTH) {
      const int depth = MIN(DEPTH, w->depth - k);
      for (int n = 0; n < heights; n++) {
        const int row = count * n / heights, rows = count * (n + 1) / heights - row;
        for (int i = 0; i < rows; i++) copy_run(a + i * PITCH, inputs + ((size_t)point * count + row + i) * in + k, depth);
        for (int column = 0; column < out; column += PANEL) {
          const int width = panel_width(column, out);
          tile t = {.columns = width, .from = k ? FROM_C : FROM_ZERO};
          for (int i = 0; i < rows; i++) t.c[i] = sums + ((size_t)point * count + row + i) * out + column;
          const f32 *b = w->packed + ((size_t)point * out + column) * w->depth + (size_t)k * width;
          product_of_rows(rows, width / VL, depth, a, b, &t);
        }
      }
    }
  transform_outputs(w, first, count, sums);
}

static void convolve(winograd *w) {
  const int out = whole(w->columns), panels = (out + PANEL - 1) / PANEL;
  parallel_for(pack_filters, w, panels * ((w->depth + PACKED_STEPS - 1) / PACKED_STEPS));
  // Whole heights of tiles, as many as stay at hand.
  const int most = MIN(BLOCK_FLOATS / POINTS / (whole(w->depth) + out), MOST_TILES);
  const int at_once = MAX(MIN(most, (w->tiles + 7) / 8) / ROWS, 1) * ROWS;
  w->chunks = (w->tiles + at_once - 1) / at_once;
  parallel_for(convolve_tiles, w, w->chunks);
}

/** (y, packed; x, filter, bias; the convolution's numbers, has bias, activation, alpha) */
void op_winograd(const i32 *a) {
  convolution c = read_convolution(a, 5);
  const i32 *tail = a + 5 + CONVOLUTION_NUMBERS;
  winograd w = {
      .x = {FLOATS(2), c.height, c.width, c.channels, c.top, c.left},
      .tiles_y = (c.out_height + 1) / 2,
      .tiles_x = (c.out_width + 1) / 2,
      .depth = c.channels,
      .columns = c.out_channels,
      .filter = FLOATS(3),
      .bias = tail[0] ? FLOATS(4) : NULL,
      .activation = tail[1],
      .alpha = as_float(tail[2]),
      .y = FLOATS(0),
      .packed = FLOATS(1),
      .out_height = c.out_height,
      .out_width = c.out_width,
  };
  w.tiles = c.batch * w.tiles_y * w.tiles_x;
  convolve(&w);
}

/** (dx, packed; dy, filter; the convolution's numbers) */
void op_winograd_input_gradient(const i32 *a) {
  convolution c = read_convolution(a, 4);
  winograd w = {
      .x = {FLOATS(2), c.out_height, c.out_width, c.out_channels, 2 - c.top, 2 - c.left},
      .tiles_y = (c.height + 1) / 2,
      .tiles_x = (c.width + 1) / 2,
      .depth = c.out_channels,
      .columns = c.channels,
      .filter = FLOATS(3),
      .turned = true,
      .y = FLOATS(0),
      .packed = FLOATS(1),
      .out_height = c.height,
      .out_width = c.width,
  };
  w.tiles = c.batch * w.tiles_y * w.tiles_x;
  convolve(&w);
}

// ---- The gradient of the filter: Gᵀ [Σ (Bᵀ d B) ⊙ (A dY Aᵀ)] G ---------------------------------------------------------
/** The sums over one part of the tiles, for one strip of columns: so many that they stay in the second cache. */
static void sum_tiles(void *context, int chunk, int thread) {
  const winograd *w = context;
  const int part = chunk % w->chunks, start = chunk / w->chunks * w->strip, columns = MIN(w->strip, w->columns - start);
  const int in = whole(w->depth), out = whole(w->columns), right = whole(columns), heights = (w->depth + ROWS - 1) / ROWS;
  const int at_once = MIN(BLOCK_FLOATS / POINTS / (in + right), MOST_TILES);
  const int first = (int)chunk_start(w->tiles, part, w->chunks, 1), end = (int)chunk_start(w->tiles, part + 1, w->chunks, 1);
  const int blocks = (end - first + at_once - 1) / at_once;
  f32 *zeros = (f32 *)scratch(thread), *inputs = zeros + MAX(in, out), *sums = w->packed + (size_t)part * POINTS * w->depth * out + start;
  memset(zeros, 0, MAX(in, out) * sizeof(f32));
  for (int block = 0; block < blocks; block++) {
    const int from = first + (int)chunk_start(end - first, block, blocks, 1);
    const int count = first + (int)chunk_start(end - first, block + 1, blocks, 1) - from;
    f32 *slopes = inputs + (size_t)POINTS * count * in;
    transform_inputs(w, &w->x, from, count, zeros, inputs);
    transform_slopes(w, &w->dy, start, columns, from, count, zeros, slopes);
    for (int point = 0; point < POINTS; point++)
      for (int n = 0; n < heights; n++) {
        const int row = w->depth * n / heights, rows = w->depth * (n + 1) / heights - row;
        for (int column = 0; column < right; column += PANEL) {
          const int width = panel_width(column, right);
          tile t = {.columns = width, .from = block ? FROM_C : FROM_ZERO};
          for (int i = 0; i < rows; i++) t.c[i] = sums + ((size_t)point * w->depth + row + i) * out + column;
          const f32 *a = inputs + (size_t)point * count * in + row, *b = slopes + (size_t)point * count * right + column;
          product_of_columns(rows, width / VL, count, a, in, b, right, &t);
        }
      }
  }
}

/** Gᵀ M G of some channels, M being the sum of all parts. */
typedef struct { const winograd *w; f32 *to; int chunks; } finishing;
static void finish_filters(void *context, int chunk, int thread) {
  (void)thread;
  const finishing *f = context;
  const winograd *w = f->w;
  const int out = whole(w->columns), end = (int)chunk_start(w->depth, chunk + 1, f->chunks, 1);
  const size_t step = (size_t)w->depth * out, size = POINTS * step;
  for (int k = (int)chunk_start(w->depth, chunk, f->chunks, 1); k < end; k++)
    EACH_VECTOR(c, lanes, 0, (size_t)w->columns) {
      vf rows[3][4];
      for (int j = 0; j < 4; j++) {
        vf m[4] = {};
        for (int part = 0; part < w->chunks; part++)
          for (int i = 0; i < 4; i++) m[i] += load(w->packed + part * size + (4 * i + j) * step + (size_t)k * out + c);
        vf outer = (m[1] + m[2]) * .5f;
        rows[0][j] = m[0] + outer, rows[1][j] = (m[1] - m[2]) * .5f, rows[2][j] = outer + m[3];
      }
      for (int i = 0; i < 3; i++) {
        f32 *to = f->to + ((size_t)3 * i * w->depth + k) * w->columns + c;
        const size_t tap = (size_t)w->depth * w->columns;
        vf outer = (rows[i][1] + rows[i][2]) * .5f;
        store_part(to, rows[i][0] + outer, lanes);
        store_part(to + tap, (rows[i][1] - rows[i][2]) * .5f, lanes);
        store_part(to + 2 * tap, outer + rows[i][3], lanes);
      }
    }
}

/** (dfilter, sums; x, dy; the convolution's numbers, parts of the tiles that are
 * summed on their own, columns that are, a multiple of 16) */
void op_winograd_filter_gradient(const i32 *a) {
  convolution c = read_convolution(a, 4);
  winograd w = {
      .x = {FLOATS(2), c.height, c.width, c.channels, c.top, c.left},
      .dy = {FLOATS(3), c.out_height, c.out_width, c.out_channels, 0, 0},
      .tiles_y = (c.out_height + 1) / 2,
      .tiles_x = (c.out_width + 1) / 2,
      .depth = c.channels,
      .columns = c.out_channels,
      .packed = FLOATS(1),
      .chunks = a[4 + CONVOLUTION_NUMBERS],
      .strip = a[5 + CONVOLUTION_NUMBERS],
  };
  w.tiles = c.batch * w.tiles_y * w.tiles_x;
  parallel_for(sum_tiles, &w, w.chunks * ((w.columns + w.strip - 1) / w.strip));
  finishing f = {&w, FLOATS(0), MIN(chunks_of((size_t)w.chunks * POINTS * c.channels * c.out_channels, 1 << 16), c.channels)};
  parallel_for(finish_filters, &f, f.chunks);
}
