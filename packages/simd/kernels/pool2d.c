// Pooling of images, NHWC, and its gradients. As the cpu engine has it: what lies in the padding does not count, a NaN is
// never the largest, and the gradient of a mean divides by the whole window.
#include "base.h"

#define POOL_GRAIN 16384    // elements of input
#define CHANNELS_AT_ONCE 64 // a chunk of a gradient owns so many channels of one image

typedef struct {
  f32 *to;
  const f32 *x, *dy;
  i32 images, height, width, channels, out_height, out_width;
  i32 filter_height, filter_width, stride_height, stride_width, top, left;
  bool mean;
  int chunks;
} pooling;

/** (images, height, width, channels; height and width of the output, of the window, of the step; padding at top and left) */
static pooling read_pooling(const i32 *n) {
  return (pooling){.images = n[0], .height = n[1], .width = n[2], .channels = n[3], .out_height = n[4], .out_width = n[5],
                   .filter_height = n[6], .filter_width = n[7], .stride_height = n[8], .stride_width = n[9], .top = n[10],
                   .left = n[11]};
}

/** The part of the window of output (row, column) that lies in the image. */
typedef struct {
  i32 top, bottom, left, right; // rows and columns, the ends not included
} window;
INLINE window window_at(const pooling *p, i32 row, i32 column) {
  i32 top = row * p->stride_height - p->top, left = column * p->stride_width - p->left;
  i32 bottom = MIN(top + p->filter_height, p->height), right = MIN(left + p->filter_width, p->width);
  top = MAX(top, 0), left = MAX(left, 0);
  return (window){top, MAX(bottom, top), left, MAX(right, left)}; // empty if all of it is padding
}

// ---- Forward ---------------------------------------------------------------------------------------------------------
INLINE vf pool_vector(const pooling *p, const f32 *image, window at, i32 channel) {
  ptrdiff_t pixel = p->channels, line = (ptrdiff_t)p->width * pixel;
  vf value = splat(p->mean ? 0 : -__builtin_inff());
  for (i32 y = at.top; y < at.bottom; y++)
    for (i32 x = at.left; x < at.right; x++) {
      vf here = load(image + y * line + x * pixel + channel);
      if (p->mean) value += here;
      else value = choose(here > value, here, value);
    }
  if (p->mean) value /= (f32)((at.bottom - at.top) * (at.right - at.left));
  return value;
}
INLINE f32 pool_number(const pooling *p, const f32 *image, window at, i32 channel) {
  ptrdiff_t pixel = p->channels, line = (ptrdiff_t)p->width * pixel;
  f32 value = p->mean ? 0 : -__builtin_inff();
  for (i32 y = at.top; y < at.bottom; y++)
    for (i32 x = at.left; x < at.right; x++) {
      f32 here = image[y * line + x * pixel + channel];
      value = p->mean ? value + here : here > value ? here : value;
    }
  return p->mean ? value / (f32)((at.bottom - at.top) * (at.right - at.left)) : value;
}

static void pool_part(void *context, int chunk, int thread) {
  (void)thread;
  const pooling *p = context;
  size_t rows = (size_t)p->images * (size_t)p->out_height;
  size_t end = chunk_start(rows, chunk + 1, p->chunks, 1);
  for (size_t row = chunk_start(rows, chunk, p->chunks, 1); row < end; row++) {
    i32 y = (i32)(row % (size_t)p->out_height);
    const f32 *image = p->x + row / (size_t)p->out_height * (size_t)p->height * (size_t)p->width * (size_t)p->channels;
    f32 *to = p->to + row * (size_t)p->out_width * (size_t)p->channels;
    for (i32 x = 0; x < p->out_width; x++, to += p->channels) {
      window at = window_at(p, y, x);
      i32 c = 0;
      for (; c + VL <= p->channels; c += VL) store(to + c, pool_vector(p, image, at, c));
      if (c == p->channels) continue;
      if (c) store(to + p->channels - VL, pool_vector(p, image, at, p->channels - VL)); // overlaps
      else for (; c < p->channels; c++) to[c] = pool_number(p, image, at, c);
    }
  }
}

static void run_pool(pooling p) {
  if (!p.images || !p.channels || !p.out_height || !p.out_width) return;
  size_t window = (size_t)p.filter_height * (size_t)p.filter_width;
  size_t outputs = (size_t)p.images * (size_t)p.out_height * (size_t)p.out_width * (size_t)p.channels;
  p.chunks = chunks_of(outputs * window, POOL_GRAIN * 4);
  parallel_for(pool_part, &p, p.chunks);
}

/** (y; x; see read_pooling) */
void op_max_pool(const i32 *a) {
  pooling p = read_pooling(a + 2);
  p.to = FLOATS(0), p.x = FLOATS(1);
  run_pool(p);
}
/** (y; x; see read_pooling) */
void op_avg_pool(const i32 *a) {
  pooling p = read_pooling(a + 2);
  p.to = FLOATS(0), p.x = FLOATS(1), p.mean = true;
  run_pool(p);
}

// ---- Gradients -------------------------------------------------------------------------------------------------------
/** Hands the gradient of one output, VL channels of it, to the first largest of its window. */
INLINE void hand_to_largest(const pooling *p, f32 *dx, const f32 *image, window at, vf dy) {
  ptrdiff_t pixel = p->channels, line = (ptrdiff_t)p->width * pixel;
  vf largest = splat(-__builtin_inff());
  vi place = splat_int(-1);
  i32 here = 0;
  for (i32 y = at.top; y < at.bottom; y++)
    for (i32 x = at.left; x < at.right; x++, here++) {
      vf value = load(image + y * line + x * pixel);
      vi above = value > largest;
      largest = choose(above, value, largest);
      place = (splat_int(here) & above) | (place & ~above);
    }
  here = 0;
  for (i32 y = at.top; y < at.bottom; y++)
    for (i32 x = at.left; x < at.right; x++, here++) {
      f32 *to = dx + y * line + x * pixel;
      store(to, load(to) + choose(place == here, dy, (vf){}));
    }
}
INLINE void hand_number_to_largest(const pooling *p, f32 *dx, const f32 *image, window at, f32 dy) {
  ptrdiff_t pixel = p->channels, line = (ptrdiff_t)p->width * pixel, place = -1;
  f32 largest = -__builtin_inff();
  for (i32 y = at.top; y < at.bottom; y++)
    for (i32 x = at.left; x < at.right; x++)
      if (image[y * line + x * pixel] > largest) largest = image[place = y * line + x * pixel];
  if (place >= 0) dx[place] += dy;
}

/** Hands an equal part of the gradient of one output, these channels of it, to all of its window. */
INLINE void hand_to_all(const pooling *p, f32 *dx, window at, const f32 *dy, i32 channels) {
  ptrdiff_t pixel = p->channels, line = (ptrdiff_t)p->width * pixel;
  f32 part = 1.0f / (f32)(p->filter_height * p->filter_width);
  for (i32 y = at.top; y < at.bottom; y++)
    for (i32 x = at.left; x < at.right; x++) {
      f32 *to = dx + y * line + x * pixel;
      i32 c = 0;
      for (; c + VL <= channels; c += VL) store(to + c, load(to + c) + load(dy + c) * part);
      for (; c < channels; c++) to[c] += dy[c] * part;
    }
}

static void pool_grad_part(void *context, int chunk, int thread) {
  (void)thread;
  const pooling *p = context;
  size_t pixel = (size_t)p->channels, blocks = (pixel + CHANNELS_AT_ONCE - 1) / CHANNELS_AT_ONCE;
  size_t units = (size_t)p->images * blocks, end = chunk_start(units, chunk + 1, p->chunks, 1);
  size_t pixels = (size_t)p->height * (size_t)p->width;
  for (size_t unit = chunk_start(units, chunk, p->chunks, 1); unit < end; unit++) {
    size_t image = unit / blocks, first = unit % blocks * CHANNELS_AT_ONCE;
    i32 channels = (i32)MIN((size_t)CHANNELS_AT_ONCE, pixel - first);
    size_t start = image * pixels * pixel + first;
    f32 *dx = p->to + start;
    const f32 *x = p->x + start;
    const f32 *dy = p->dy + image * (size_t)p->out_height * (size_t)p->out_width * pixel + first;
    if (blocks == 1) memset(dx, 0, pixels * pixel * 4);
    else for (size_t i = 0; i < pixels; i++) memset(dx + i * pixel, 0, (size_t)channels * 4);
    for (i32 row = 0; row < p->out_height; row++)
      for (i32 column = 0; column < p->out_width; column++, dy += pixel) {
        window at = window_at(p, row, column);
        if (p->mean) {
          hand_to_all(p, dx, at, dy, channels);
          continue;
        }
        i32 c = 0;
        for (; c + VL <= channels; c += VL) hand_to_largest(p, dx + c, x + c, at, load(dy + c));
        for (; c < channels; c++) hand_number_to_largest(p, dx + c, x + c, at, dy[c]);
      }
  }
}

static void run_pool_grad(pooling p) {
  size_t blocks = ((size_t)p.channels + CHANNELS_AT_ONCE - 1) / CHANNELS_AT_ONCE, units = (size_t)p.images * blocks;
  size_t work = (size_t)p.images * (size_t)p.height * (size_t)p.width * (size_t)p.channels;
  if (!work) return;
  p.chunks = (int)MIN((size_t)chunks_of(work, POOL_GRAIN), units);
  parallel_for(pool_grad_part, &p, p.chunks);
}

/** (dx; dy, x; see read_pooling) */
void op_max_pool_grad(const i32 *a) {
  pooling p = read_pooling(a + 3);
  p.to = FLOATS(0), p.dy = FLOATS(1), p.x = FLOATS(2);
  run_pool_grad(p);
}
/** (dx; dy; see read_pooling) */
void op_avg_pool_grad(const i32 *a) {
  pooling p = read_pooling(a + 2);
  p.to = FLOATS(0), p.dy = FLOATS(1), p.x = p.to, p.mean = true;
  run_pool_grad(p);
}
