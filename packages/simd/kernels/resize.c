// Resizing of images, NHWC, to the nearest pixel or between four, and its gradients.
#include "base.h"

#define RESIZE_GRAIN 32768  // elements
#define CHANNELS_AT_ONCE 64 // a chunk of a gradient owns so many channels of one image

typedef struct {
  f32 *to;
  const f32 *from;
  i32 images, height, width, channels, new_height, new_width; // those of x, and of the resized
  bool align_corners, half_pixels, nearest;
  int chunks;
} resizing;

/** (images, height, width, channels; new height, new width; align corners, half pixel centres) */
static resizing read_resizing(const i32 *n) {
  return (resizing){.images = n[0], .height = n[1], .width = n[2], .channels = n[3], .new_height = n[4], .new_width = n[5],
                    .align_corners = n[6], .half_pixels = n[7]};
}

/** Between which two of `size` old ones the new one at `at` stands, and how near to the second. */
typedef struct {
  i32 low, high;
  f32 part;
} between;
static double floor_(double x) {
  double whole = (double)(i32)x;
  return whole > x ? whole - 1 : whole;
}
static between source(const resizing *r, i32 at, i32 size, i32 new_size) {
  bool corners = r->align_corners && new_size > 1;
  double ratio = (double)(corners ? size - 1 : size) / (double)(corners ? new_size - 1 : new_size);
  if (r->nearest) {
    double place = ratio * ((double)at + (r->half_pixels ? 0.5 : 0));
    i32 whole = (i32)floor_(r->align_corners ? place + 0.5 : place);
    whole = MIN(MAX(whole, 0), size - 1);
    return (between){whole, whole, 0};
  }
  double place = r->half_pixels ? ratio * ((double)at + 0.5) - 0.5 : ratio * (double)at;
  double whole = floor_(place);
  i32 low = (i32)MAX(whole, 0), high = (i32)(place > whole ? whole + 1 : whole);
  return (between){low, MIN(MAX(high, 0), size - 1), (f32)(place - (double)low)};
}

// ---- Forward ---------------------------------------------------------------------------------------------------------
INLINE void copy_pixel(f32 *to, const f32 *from, size_t n) {
  size_t i = 0;
  for (; i + VL <= n; i += VL) store(to + i, load(from + i));
  for (; i < n; i++) to[i] = from[i];
}

/** The mean of four pixels: first between left and right, then between top and bottom. */
INLINE void mix_pixel(f32 *to, const f32 *top, const f32 *bottom, size_t left, size_t right, f32 across, f32 down, size_t n) {
  size_t i = 0;
  for (; i + VL <= n; i += VL) {
    vf a = load(top + left + i), b = load(bottom + left + i);
    a += (load(top + right + i) - a) * across;
    b += (load(bottom + right + i) - b) * across;
    store(to + i, a + (b - a) * down);
  }
  for (; i < n; i++) {
    f32 a = top[left + i], b = bottom[left + i];
    a += (top[right + i] - a) * across;
    b += (bottom[right + i] - b) * across;
    to[i] = a + (b - a) * down;
  }
}

static void resize_part(void *context, int chunk, int thread) {
  (void)thread;
  const resizing *r = context;
  size_t rows = (size_t)r->images * (size_t)r->new_height, pixel = (size_t)r->channels;
  size_t start = chunk_start(rows, chunk, r->chunks, 1), end = chunk_start(rows, chunk + 1, r->chunks, 1);
  size_t line = (size_t)r->width * pixel, new_line = (size_t)r->new_width * pixel;
  for (size_t row = start; row < end; row++) {
    i32 y = (i32)(row % (size_t)r->new_height);
    const f32 *image = r->from + row / (size_t)r->new_height * (size_t)r->height * line;
    f32 *to = r->to + row * new_line;
    between down = source(r, y, r->height, r->new_height);
    if (r->nearest && row > start && y > 0 && down.low == source(r, y - 1, r->height, r->new_height).low) {
      memcpy(to, to - new_line, new_line * 4);
      continue;
    }
    const f32 *top = image + (size_t)down.low * line, *bottom = image + (size_t)down.high * line;
    for (i32 x = 0; x < r->new_width; x++, to += pixel) {
      between across = source(r, x, r->width, r->new_width);
      size_t left = (size_t)across.low * pixel, right = (size_t)across.high * pixel;
      if (r->nearest) copy_pixel(to, top + left, pixel);
      else mix_pixel(to, top, bottom, left, right, across.part, down.part, pixel);
    }
  }
}

static void run_resize(resizing r) {
  size_t work = (size_t)r.images * (size_t)r.new_height * (size_t)r.new_width * (size_t)r.channels;
  if (!work || !r.height || !r.width) return;
  r.chunks = chunks_of(work, RESIZE_GRAIN);
  parallel_for(resize_part, &r, r.chunks);
}

/** (y; x; see read_resizing) */
void op_resize_bilinear(const i32 *a) {
  resizing r = read_resizing(a + 2);
  r.to = FLOATS(0), r.from = FLOATS(1);
  run_resize(r);
}
/** (y; x; see read_resizing). Any dtype of 4 bytes. */
void op_resize_nearest(const i32 *a) {
  resizing r = read_resizing(a + 2);
  r.to = FLOATS(0), r.from = FLOATS(1), r.nearest = true;
  run_resize(r);
}

// ---- Gradients -------------------------------------------------------------------------------------------------------
INLINE void add_pixel(f32 *to, const f32 *dy, f32 part, size_t n) {
  size_t i = 0;
  for (; i + VL <= n; i += VL) store(to + i, load(to + i) + load(dy + i) * part);
  for (; i < n; i++) to[i] += dy[i] * part;
}

static void resize_grad_part(void *context, int chunk, int thread) {
  (void)thread;
  const resizing *r = context;
  size_t pixel = (size_t)r->channels, blocks = (pixel + CHANNELS_AT_ONCE - 1) / CHANNELS_AT_ONCE;
  size_t units = (size_t)r->images * blocks, end = chunk_start(units, chunk + 1, r->chunks, 1);
  size_t pixels = (size_t)r->height * (size_t)r->width, line = (size_t)r->width * pixel;
  for (size_t unit = chunk_start(units, chunk, r->chunks, 1); unit < end; unit++) {
    size_t image = unit / blocks, first = unit % blocks * CHANNELS_AT_ONCE, channels = MIN(pixel - first, CHANNELS_AT_ONCE);
    f32 *dx = r->to + image * pixels * pixel + first;
    const f32 *dy = r->from + image * (size_t)r->new_height * (size_t)r->new_width * pixel + first;
    for (size_t i = 0; i < pixels; i++) memset(dx + i * pixel, 0, channels * 4);
    for (i32 y = 0; y < r->new_height; y++) {
      between down = source(r, y, r->height, r->new_height);
      f32 *top = dx + (size_t)down.low * line, *bottom = dx + (size_t)down.high * line;
      for (i32 x = 0; x < r->new_width; x++, dy += pixel) {
        between across = source(r, x, r->width, r->new_width);
        size_t left = (size_t)across.low * pixel, right = (size_t)across.high * pixel;
        if (r->nearest) {
          add_pixel(top + left, dy, 1, channels);
          continue;
        }
        add_pixel(top + left, dy, (1 - down.part) * (1 - across.part), channels);
        add_pixel(top + right, dy, (1 - down.part) * across.part, channels);
        add_pixel(bottom + left, dy, down.part * (1 - across.part), channels);
        add_pixel(bottom + right, dy, down.part * across.part, channels);
      }
    }
  }
}

static void run_resize_grad(resizing r) {
  size_t blocks = ((size_t)r.channels + CHANNELS_AT_ONCE - 1) / CHANNELS_AT_ONCE, units = (size_t)r.images * blocks;
  size_t pixels = (size_t)r.height * (size_t)r.width + (size_t)r.new_height * (size_t)r.new_width;
  if (!units || !r.height || !r.width) return;
  r.chunks = (int)MIN((size_t)chunks_of((size_t)r.images * pixels * (size_t)r.channels, RESIZE_GRAIN), units);
  parallel_for(resize_grad_part, &r, r.chunks);
}

/** (dx; dy; see read_resizing) */
void op_resize_bilinear_grad(const i32 *a) {
  resizing r = read_resizing(a + 2);
  r.to = FLOATS(0), r.from = FLOATS(1);
  run_resize_grad(r);
}
/** (dx; dy; see read_resizing) */
void op_resize_nearest_grad(const i32 *a) {
  resizing r = read_resizing(a + 2);
  r.to = FLOATS(0), r.from = FLOATS(1), r.nearest = true;
  run_resize_grad(r);
}
