// Depthwise convolutions with one filter a channel: channels go side by side, taps are summed in registers.
#include "conv.h"
#include "partial.h"

typedef struct depthwise depthwise;
struct depthwise {
  convolution c;
  f32 *to;
  const f32 *x, *other;
  void (*part)(const depthwise *d, int part); // a line of the output, or a tap
  int parts, chunks;
};

INLINE size_t pixel(int batch, int y, int x, int height, int width, int channels) {
  return (((size_t)batch * height + y) * width + x) * channels;
}

static void forward_line(const depthwise *d, int line) {
  const convolution *c = &d->c;
  const int batch = line / c->out_height, out_y = line % c->out_height;
  for (int out_x = 0; out_x < c->out_width; out_x++)
    EACH_VECTOR(at, lanes, 0, (size_t)c->channels) {
      vf sum = {};
      for (int i = 0; i < c->filter_height; i++)
        for (int j = 0; j < c->filter_width; j++) {
          int y = out_y * c->stride_y - c->top + i * c->dilation_y, x = out_x * c->stride_x - c->left + j * c->dilation_x;
          if (y < 0 || y >= c->height || x < 0 || x >= c->width) continue;
          vf image = load_part(d->x + pixel(batch, y, x, c->height, c->width, c->channels) + at, lanes);
          sum = fma_(image, load_part(d->other + (i * c->filter_width + j) * c->channels + at, lanes), sum);
        }
      store_part(d->to + pixel(batch, out_y, out_x, c->out_height, c->out_width, c->channels) + at, sum, lanes);
    }
}

static void input_gradient_line(const depthwise *d, int line) {
  const convolution *c = &d->c;
  const int batch = line / c->height, in_y = line % c->height;
  for (int in_x = 0; in_x < c->width; in_x++)
    EACH_VECTOR(at, lanes, 0, (size_t)c->channels) {
      vf sum = {};
      for (int i = 0; i < c->filter_height; i++)
        for (int j = 0; j < c->filter_width; j++) {
          int y = in_y + c->top - i * c->dilation_y, x = in_x + c->left - j * c->dilation_x;
          if (y < 0 || x < 0 || y % c->stride_y || x % c->stride_x) continue;
          y /= c->stride_y, x /= c->stride_x;
          if (y >= c->out_height || x >= c->out_width) continue;
          vf dy = load_part(d->x + pixel(batch, y, x, c->out_height, c->out_width, c->channels) + at, lanes);
          sum = fma_(dy, load_part(d->other + (i * c->filter_width + j) * c->channels + at, lanes), sum);
        }
      store_part(d->to + pixel(batch, in_y, in_x, c->height, c->width, c->channels) + at, sum, lanes);
    }
}

/** The gradient of one tap: Σ over all points, line by line. */
static void filter_gradient_tap(const depthwise *d, int tap) {
  const convolution *c = &d->c;
  const int i = tap / c->filter_width, j = tap % c->filter_width;
  f32 *to = d->to + (size_t)tap * c->channels;
  for (int k = 0; k < c->channels; k++) to[k] = 0;
  for (int batch = 0; batch < c->batch; batch++)
    for (int out_y = 0; out_y < c->out_height; out_y++) {
      int y = out_y * c->stride_y - c->top + i * c->dilation_y;
      if (y < 0 || y >= c->height) continue;
      EACH_VECTOR(at, lanes, 0, (size_t)c->channels) {
        vf sum = {};
        for (int out_x = 0; out_x < c->out_width; out_x++) {
          int x = out_x * c->stride_x - c->left + j * c->dilation_x;
          if (x < 0 || x >= c->width) continue;
          vf dy = load_part(d->other + pixel(batch, out_y, out_x, c->out_height, c->out_width, c->channels) + at, lanes);
          sum = fma_(load_part(d->x + pixel(batch, y, x, c->height, c->width, c->channels) + at, lanes), dy, sum);
        }
        store_part(to + at, load_part(to + at, lanes) + sum, lanes);
      }
    }
}

static void some_parts(void *context, int chunk, int thread) {
  (void)thread;
  const depthwise *d = context;
  int end = chunk_start(d->parts, chunk + 1, d->chunks, 1);
  for (int part = chunk_start(d->parts, chunk, d->chunks, 1); part < end; part++) d->part(d, part);
}

static void all_parts(const i32 *a, void (*part)(const depthwise *d, int part), int parts) {
  depthwise d = {read_convolution(a, 3), FLOATS(0), FLOATS(1), FLOATS(2), part, parts, 1};
  const convolution *c = &d.c;
  size_t work = (size_t)c->batch * c->out_height * c->out_width * c->channels * c->filter_height * c->filter_width;
  d.chunks = MIN(chunks_of(work, 1 << 17), MAX(parts, 1));
  parallel_for(some_parts, &d, d.chunks);
}

/** (y; x, filter; the convolution's numbers), with as many channels out as in */
void op_depthwise(const i32 *a) { all_parts(a, forward_line, INT(3) * INT(7)); }
/** (dx; dy, filter; the convolution's numbers) */
void op_depthwise_input_gradient(const i32 *a) { all_parts(a, input_gradient_line, INT(3) * INT(4)); }
/** (dfilter; x, dy; the convolution's numbers) */
void op_depthwise_filter_gradient(const i32 *a) { all_parts(a, filter_gradient_tap, INT(10) * INT(11)); }
