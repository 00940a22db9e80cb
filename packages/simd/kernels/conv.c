#include "conv.h"

/**
 * Patches of an image, one for each point of a grid: the rows of a matrix [batch, y, x][tap y, tap x, channel]. A line of
 * taps without dilation is one run of memory.
 */
typedef struct {
  const f32 *image;
  size_t end; // of the image, in floats
  int height, width, channels;
  int grid_height, grid_width, stride_y, stride_x; // the grid, and how far its points are apart in the image
  int top, left;                                   // where its first point's first tap is: below 0 in the padding
  int taps_y, taps_x, step_y, step_x;              // the taps, and how far they are apart
  // For gradients of the input: where the grid's points go, and the filter that the taps are of.
  const convolution *of;
  f32 *to;
  int first_y, first_x, tap_y, tap_x, tap_step_y, tap_step_x; // the first tap's place in the filter; then backwards
} patches;

/** A point of the grid, and how to go on from it. */
typedef struct { int batch, y, x; } point;
INLINE point point_at(const patches *g, int row) {
  int line = row / g->grid_width;
  return (point){line / g->grid_height, line % g->grid_height, row % g->grid_width};
}
INLINE void step_on(const patches *g, point *at) {
  if (++at->x < g->grid_width) return;
  at->x = 0;
  if (++at->y < g->grid_height) return;
  at->y = 0;
  at->batch++;
}

/** Floats [r, r + count) of the line of taps that begins at column x of an image's line; zeros in the padding. */
INLINE void copy_taps(const patches *g, f32 *to, const f32 *line, int x, int r, int count) {
  if (g->step_x == 1) {
    int from = x * g->channels + r, end = g->width * g->channels;
    int before = MIN(MAX(-from, 0), count), behind = MAX(MIN(end - from, count), before);
    zero_run(to, before);
    copy_run(to + before, line + from + before, behind - before);
    zero_run(to + behind, count - behind);
    return;
  }
  for (int tap = r / g->channels, c = r % g->channels; count > 0; tap++, c = 0) {
    int at = x + tap * g->step_x, length = MIN(g->channels - c, count);
    if (at < 0 || at >= g->width) zero_run(to, length);
    else copy_run(to, line + at * g->channels + c, length);
    to += length;
    count -= length;
  }
}

/** A tile of patches, [point][k]. */
static void copy_patches(const product *p, f32 *to, int batch, int row, int rows, int k, int depth) {
  (void)batch;
  const patches *g = p->more;
  const int run = g->taps_x * g->channels, first = k / run, rest = k % run;
  point at = point_at(g, row);
  for (int i = 0; i < rows; i++, step_on(g, &at)) {
    f32 *out = to + i * PITCH;
    int x = g->left + at.x * g->stride_x, y = g->top + at.y * g->stride_y + first * g->step_y;
    for (int done = 0, r = rest; done < depth; y += g->step_y, r = 0) {
      int count = MIN(run - r, depth - done);
      if (y < 0 || y >= g->height) zero_run(out + done, count);
      else copy_taps(g, out + done, g->image + ((size_t)at.batch * g->height + y) * g->width * g->channels, x, r, count);
      done += count;
    }
  }
}

/**
 * Patches turned, [point][k], `pitch` apart: here taps and channels [row, row + rows) go side by side. What follows them
 * within `pitch` is left undefined.
 */
static void copy_turned(const patches *g, f32 *to, int pitch, int row, int rows, int k, int depth) {
  const int run = g->taps_x * g->channels, end = g->width * g->channels, step = g->stride_x * g->channels;
  for (int done = 0; done < rows;) {
    const int tap = (row + done) / run, r = (row + done) % run, count = MIN(run - r, rows - done);
    // A short run is moved as one vector, among lanes of which those before it stay as they are.
    vi ours = {0};
    for (int lane = 0; lane < VL; lane++) ours[lane] = lane < done ? 0 : -1;
    const bool vector = g->step_x == 1 && pitch == VL, wide = g->step_x == 1 && pitch > VL && count == pitch;
    point at = point_at(g, k);
    f32 *out = to + done;
    for (int i = 0; i < depth;) {
      const int points = MIN(g->grid_width - at.x, depth - i), y = g->top + at.y * g->stride_y + tap * g->step_y;
      if (y < 0 || y >= g->height) {
        for (int j = 0; j < points; j++, out += pitch) zero_run(out, count);
      } else {
        const size_t before = ((size_t)at.batch * g->height + y) * g->width * g->channels; // floats before this line
        const f32 *line = g->image + before;
        const int x = g->left + at.x * g->stride_x, from = x * g->channels + r;
        // Points [inside, beyond) see nothing of the padding, and vectors read there stay within the image.
        int inside = from < 0 ? (-from + step - 1) / step : 0, beyond = 0;
        if (vector || wide) {
          const int64_t last = MIN((int64_t)end - count, (int64_t)(g->end - before) - pitch + done) - from;
          const int64_t lead = (int64_t)done - (int64_t)before - from; // the first vector must not begin before the image
          if (lead > 0) inside = MAX(inside, (int)((lead + step - 1) / step));
          beyond = last < 0 ? 0 : (int)MIN(last / step + 1, (int64_t)points);
        }
        inside = MIN(inside, MAX(beyond, 0));
        int j = 0;
        for (; j < inside; j++, out += pitch) copy_taps(g, out, line, x + j * g->stride_x, r, count);
        const f32 *source = line + from + (ptrdiff_t)j * step;
        if (vector && done == 0)
          for (; j < beyond; j++, out += VL, source += step) store(out, load(source));
        else if (vector)
          for (; j < beyond; j++, out += VL, source += step) store(out - done, choose(ours, load(source - done), load(out - done)));
        else
          for (; j < beyond; j++, out += pitch, source += step)
            for (int lane = 0; lane < pitch; lane += VL) store(out + lane, load(source + lane));
        for (; j < points; j++, out += pitch) copy_taps(g, out, line, x + j * g->stride_x, r, count);
      }
      i += points;
      at.x += points;
      if (at.x == g->grid_width) {
        at.x = 0;
        if (++at.y == g->grid_height) at.y = 0, at.batch++;
      }
    }
    done += count;
  }
}

static void copy_patches_turned(const product *p, f32 *to, int batch, int row, int rows, int k, int depth) {
  (void)batch;
  copy_turned(p->more, to, LANES, row, rows, k, depth);
}

static void pack_patches(const product *p, f32 *to, int pitch, int batch, int column, int columns, int k, int depth) {
  (void)batch;
  copy_turned(p->more, to, pitch, column, columns, k, depth);
  for (int i = 0; i < depth && columns < pitch; i++) zero_run(to + (size_t)i * pitch + columns, pitch - columns);
}
static void copy_output_turned(const product *p, f32 *to, int batch, int row, int rows, int k, int depth) {
  (void)batch;
  for (int i = 0; i < depth; i++) copy_run(to + i * LANES, p->a + (k + i) * p->lda + row, rows);
}

static void pack_filter(const product *p, f32 *to, int pitch, int batch, int column, int columns, int k, int depth) {
  (void)batch;
  pack_rows(to, pitch, p->b + (size_t)k * p->ldb + column, p->ldb, columns, depth);
}

static patches patches_of(const convolution *c, const f32 *image) {
  return (patches){
      .image = image,
      .end = (size_t)c->batch * c->height * c->width * c->channels,
      .height = c->height,
      .width = c->width,
      .channels = c->channels,
      .grid_height = c->out_height,
      .grid_width = c->out_width,
      .stride_y = c->stride_y,
      .stride_x = c->stride_x,
      .top = -c->top,
      .left = -c->left,
      .taps_y = c->filter_height,
      .taps_x = c->filter_width,
      .step_y = c->dilation_y,
      .step_x = c->dilation_x,
  };
}

/** (y; x, filter, bias; the convolution's numbers, has bias, activation, alpha) */
void op_conv2d(const i32 *a) {
  convolution c = read_convolution(a, 4);
  const i32 *tail = a + 4 + CONVOLUTION_NUMBERS;
  patches g = patches_of(&c, FLOATS(1));
  product p = {
      .rows = c.batch * c.out_height * c.out_width,
      .columns = c.out_channels,
      .depth = c.filter_height * c.filter_width * c.channels,
      .copy_a = copy_patches,
      .pack_b = pack_filter,
      .b = FLOATS(2),
      .ldb = c.out_channels,
      .c = FLOATS(0),
      .ldc = c.out_channels,
      .bias = tail[0] ? FLOATS(3) : NULL,
      .activation = tail[1],
      .alpha = as_float(tail[2]),
      .batches = 1,
      .more = &g,
  };
  multiply(&p);
}

/** (dfilter; x, dy; the convolution's numbers) */
void op_conv2d_filter_gradient(const i32 *a) {
  convolution c = read_convolution(a, 3);
  patches g = patches_of(&c, FLOATS(1));
  const int taps = c.filter_height * c.filter_width * c.channels, points = c.batch * c.out_height * c.out_width;
  // Few channels out would leave lanes empty: then the taps go into the lanes, and the product comes out turned.
  const bool turned = points > 0 && c.out_channels < VL && c.out_channels <= ROWS && (size_t)taps * c.out_channels <= SCRATCH_SHARED / 4;
  product p = {
      .rows = turned ? c.out_channels : taps,
      .columns = turned ? taps : c.out_channels,
      .depth = points,
      .copy_a = turned ? copy_output_turned : copy_patches_turned,
      .by_columns = true,
      .pack_b = turned ? pack_patches : pack_filter,
      .a = FLOATS(2),
      .lda = c.out_channels,
      .b = FLOATS(2),
      .ldb = c.out_channels,
      .c = FLOATS(0),
      .ldc = c.out_channels,
      .c_turned = turned,
      .batches = 1,
      .more = &g,
  };
  multiply(&p);
}

// ---- The gradient of the input, which is also the transposed convolution -------------------------------------------------
// With strides, an input pixel meets only every so-many-th tap. Pixels that meet the same taps make a phase, and a phase
// is a plain convolution of dy, without strides.

static void place_phase_rows(const product *p, f32 **to, int batch, int row, int rows) {
  (void)batch;
  const patches *g = p->more;
  const convolution *c = g->of;
  point at = point_at(g, row);
  for (int i = 0; i < rows; i++, step_on(g, &at)) {
    size_t y = g->first_y + at.y * c->stride_y, x = g->first_x + at.x * c->stride_x;
    to[i] = g->to + (((size_t)at.batch * c->height + y) * c->width + x) * c->channels;
  }
}

/** The taps of a phase, last tap first, as a matrix [tap y, tap x, channel out][channel in]. */
static void pack_phase(const product *p, f32 *to, int pitch, int batch, int column, int columns, int k, int depth) {
  (void)batch;
  const patches *g = p->more;
  const convolution *c = g->of;
  for (int done = 0; done < depth;) {
    int tap = (k + done) / c->out_channels, channel = (k + done) % c->out_channels;
    int y = g->tap_y - tap / g->taps_x * g->tap_step_y, x = g->tap_x - tap % g->taps_x * g->tap_step_x;
    int count = MIN(c->out_channels - channel, depth - done);
    const f32 *from = p->b + (((size_t)y * c->filter_width + x) * c->channels + column) * c->out_channels + channel;
    pack_turned(to + (size_t)done * pitch, pitch, from, c->out_channels, columns, count);
    done += count;
  }
}

/** Along one axis: the taps that pixels `phase`, `phase` + stride, … of the input meet. */
typedef struct { int taps, last, apart, from, step; } phase_taps;
static phase_taps taps_of_phase(int phase, int stride, int dilation, int padding, int filter) {
  phase_taps t = {0, 0, 1, 0, 1};
  int previous = -1;
  for (int tap = filter - 1; tap >= 0; tap--) {
    if ((phase + padding - tap * dilation) % stride) continue;
    if (t.taps == 0) t.last = tap, t.from = (phase + padding - tap * dilation) / stride;
    if (t.taps == 1) t.apart = previous - tap, t.step = t.apart * dilation / stride;
    previous = tap;
    t.taps++;
  }
  return t;
}

/** (dx; dy, filter, bias; the convolution's numbers, has bias, activation, alpha); the bias is of dx's channels */
void op_conv2d_input_gradient(const i32 *a) {
  convolution c = read_convolution(a, 4);
  const i32 *tail = a + 4 + CONVOLUTION_NUMBERS;
  for (int phase_y = 0; phase_y < MIN(c.stride_y, c.height); phase_y++)
    for (int phase_x = 0; phase_x < MIN(c.stride_x, c.width); phase_x++) {
      phase_taps y = taps_of_phase(phase_y, c.stride_y, c.dilation_y, c.top, c.filter_height);
      phase_taps x = taps_of_phase(phase_x, c.stride_x, c.dilation_x, c.left, c.filter_width);
      patches g = {
          .image = FLOATS(1),
          .height = c.out_height,
          .width = c.out_width,
          .channels = c.out_channels,
          .grid_height = (c.height - phase_y + c.stride_y - 1) / c.stride_y,
          .grid_width = (c.width - phase_x + c.stride_x - 1) / c.stride_x,
          .stride_y = 1,
          .stride_x = 1,
          .top = y.from,
          .left = x.from,
          .taps_y = y.taps,
          .taps_x = x.taps,
          .step_y = y.step,
          .step_x = x.step,
          .of = &c,
          .to = FLOATS(0),
          .first_y = phase_y,
          .first_x = phase_x,
          .tap_y = y.last,
          .tap_x = x.last,
          .tap_step_y = y.apart,
          .tap_step_x = x.apart,
      };
      product p = {
          .rows = c.batch * g.grid_height * g.grid_width,
          .columns = c.channels,
          .depth = y.taps * x.taps * c.out_channels,
          .copy_a = copy_patches,
          .pack_b = pack_phase,
          .b = FLOATS(2),
          .c = FLOATS(0),
          .place_rows = place_phase_rows,
          .bias = tail[0] ? FLOATS(3) : NULL,
          .activation = tail[1],
          .alpha = as_float(tail[2]),
          .batches = 1,
          .more = &g,
      };
      multiply(&p);
    }
}
