// Normalisation of rows (layer norm, RMS norm) and of groups of channels, with what their gradients share in one pass.
#include "math.h"
#include "partial.h"

enum { GRAIN = 16384, SHARED_FLOATS = SCRATCH_SHARED / 4 };

static f32 inverse_root(f32 x) { return 1.f / __builtin_sqrtf(x); }

/** How many chunks `rows` rows of `width` floats make, each with `partial` floats of shared scratch. */
static int chunks_of_rows(size_t rows, size_t width, size_t partial) {
  size_t chunks = (size_t)chunks_of(rows * width, GRAIN);
  chunks = MIN(chunks, MAX(rows, (size_t)1));
  return (int)MAX((size_t)1, partial ? MIN(chunks, SHARED_FLOATS / partial) : chunks);
}

/** The sum of the partial results of all chunks, in their order. */
static void add_up(f32 *sums, const f32 *partial, size_t width, size_t step, int chunks) {
  EACH_VECTOR(j, lanes, 0, width) {
    vf total = {};
    for (int chunk = 0; chunk < chunks; chunk++) total += load_part(partial + (size_t)chunk * step + j, lanes);
    store_part(sums + j, total, lanes);
  }
}

// ---- Rows ------------------------------------------------------------------------------------------------------------
/** y = (x − mean) / σ · scale + shift; RMS: neither mean nor shift. Keeps [mean, 1 / σ] of each row.
 * (y, kept; x, scale, shift or none; rows, width, ε, whether there is a mean) */
typedef struct {
  f32 *y, *kept;
  const f32 *x, *scale, *shift;
  size_t rows, width;
  f32 epsilon;
  bool centred;
  int chunks;
} rows_forward;
static void normalise_rows(void *context, int chunk, int thread) {
  (void)thread;
  const rows_forward c = *(rows_forward *)context;
  const f32 per = 1.f / (f32)c.width;
  size_t end = chunk_start(c.rows, chunk + 1, c.chunks, 1);
  for (size_t row = chunk_start(c.rows, chunk, c.chunks, 1); row < end; row++) {
    const f32 *x = c.x + row * c.width;
    f32 *y = c.y + row * c.width, mean = 0;
    if (c.centred) {
      vf sum = {};
      EACH_VECTOR(j, lanes, 0, c.width) sum += load_part(x + j, lanes);
      mean = sum_lanes(sum) * per;
    }
    vf squares = {};
    size_t whole = c.width / VL * VL;
    for (size_t j = 0; j < whole; j += VL) {
      vf d = load(x + j) - mean;
      squares = fma_(d, d, squares);
    }
    f32 total = sum_lanes(squares);
    for (size_t j = whole; j < c.width; j++) total += (x[j] - mean) * (x[j] - mean);
    f32 inverse = inverse_root(total * per + c.epsilon);
    c.kept[2 * row] = mean;
    c.kept[2 * row + 1] = inverse;
    EACH_VECTOR(j, lanes, 0, c.width) {
      vf shift = c.shift ? load_part(c.shift + j, lanes) : (vf){};
      store_part(y + j, fma_((load_part(x + j, lanes) - mean) * inverse, load_part(c.scale + j, lanes), shift), lanes);
    }
  }
}
void op_norm_rows(const i32 *a) {
  rows_forward c = {FLOATS(0), FLOATS(1), FLOATS(2), FLOATS(3), INT(4) ? FLOATS(4) : NULL, (u32)INT(5), (u32)INT(6),
                    FLOAT(7), INT(8), chunks_of_rows((u32)INT(5), (u32)INT(6), 0)};
  parallel_for(normalise_rows, &c, c.chunks);
}

/** dx = (g − mean g − n · mean(g n)) / σ with n the normalised x and g = dy · scale; RMS: without mean g.
 * dscale = Σ dy n and dshift = Σ dy over rows. (dx, dscale, dshift or none; dy, x, scale, kept; rows, width) */
typedef struct {
  f32 *dx, *partial;
  const f32 *dy, *x, *scale, *kept;
  size_t rows, width;
  bool centred;
  int chunks;
} rows_backward;
static void slope_of_rows(void *context, int chunk, int thread) {
  (void)thread;
  const rows_backward c = *(rows_backward *)context;
  const f32 per = 1.f / (f32)c.width;
  f32 *dscale = c.partial + (size_t)chunk * 2 * c.width, *dshift = dscale + c.width;
  memset(dscale, 0, 2 * c.width * sizeof(f32));
  size_t end = chunk_start(c.rows, chunk + 1, c.chunks, 1);
  for (size_t row = chunk_start(c.rows, chunk, c.chunks, 1); row < end; row++) {
    const f32 *x = c.x + row * c.width, *dy = c.dy + row * c.width;
    f32 *dx = c.dx + row * c.width, mean = c.kept[2 * row], inverse = c.kept[2 * row + 1];
    vf slopes = {}, products = {};
    EACH_VECTOR(j, lanes, 0, c.width) {
      vf d = load_part(dy + j, lanes), normal = (load_part(x + j, lanes) - mean) * inverse;
      vf slope = d * load_part(c.scale + j, lanes), product = d * normal;
      slopes += slope;
      products = fma_(slope, normal, products);
      store_part(dscale + j, load_part(dscale + j, lanes) + product, lanes);
      store_part(dshift + j, load_part(dshift + j, lanes) + d, lanes);
    }
    f32 common = c.centred ? sum_lanes(slopes) * per : 0, along = sum_lanes(products) * per;
    EACH_VECTOR(j, lanes, 0, c.width) {
      vf normal = (load_part(x + j, lanes) - mean) * inverse;
      vf slope = load_part(dy + j, lanes) * load_part(c.scale + j, lanes);
      store_part(dx + j, ((slope - common) - normal * along) * inverse, lanes);
    }
  }
}
void op_norm_rows_grad(const i32 *a) {
  size_t rows = (u32)INT(7), width = (u32)INT(8);
  rows_backward c = {FLOATS(0), (f32 *)shared_scratch(), FLOATS(3), FLOATS(4), FLOATS(5), FLOATS(6), rows, width,
                     INT(2) != 0, chunks_of_rows(rows, width, 2 * width)};
  parallel_for(slope_of_rows, &c, c.chunks);
  add_up(FLOATS(1), c.partial, width, 2 * width, c.chunks);
  if (c.centred) add_up(FLOATS(2), c.partial + width, width, 2 * width, c.chunks);
}

// ---- Groups of channels ------------------------------------------------------------------------------------------------
typedef struct {
  f32 *y, *kept, *partial;
  const f32 *x, *dy, *scale, *shift;
  size_t batch, positions, channels, groups;
  f32 epsilon;
  int chunks;
} groups_call;

/** Σ over positions of a · b, with a = (x − centre) where there is a centre; b = a (squares), y or 1. For all channels. */
enum { OF_ONE, OF_SQUARE, OF_OTHER };
INLINE void sum_positions(f32 *sums, const f32 *x, const f32 *centre, const f32 *y, size_t positions, size_t channels, int of) {
  for (size_t j = 0; j < channels; j += 4 * VL) {
    size_t width = MIN((size_t)4 * VL, channels - j);
    vf total[4] = {}, middle[4] = {};
    if (width == 4 * VL) {
      for (int v = 0; v < 4; v++)
        if (centre) middle[v] = load(centre + j + v * VL);
      for (size_t p = 0; p < positions; p++)
        for (int v = 0; v < 4; v++) {
          size_t at = p * channels + j + v * VL;
          vf d = load(x + at) - middle[v];
          if (of == OF_ONE) total[v] += d;
          else if (of == OF_SQUARE) total[v] = fma_(d, d, total[v]);
          else total[v] = fma_(d, load(y + at), total[v]);
        }
      for (int v = 0; v < 4; v++) store(sums + j + v * VL, total[v]);
      continue;
    }
    EACH_VECTOR(k, lanes, j, j + width) {
      vf sum = {}, centre_k = centre ? load_part(centre + k, lanes) : (vf){};
      for (size_t p = 0; p < positions; p++) {
        vf d = load_part(x + p * channels + k, lanes) - centre_k;
        if (of == OF_ONE) sum += d;
        else if (of == OF_SQUARE) sum = fma_(d, d, sum);
        else sum = fma_(d, load_part(y + p * channels + k, lanes), sum);
      }
      store_part(sums + k, sum, lanes);
    }
  }
}

/** The sum over the group's channels of sums · weight, over all that the group holds. */
static f32 group_mean(const f32 *sums, const f32 *weight, size_t width, size_t positions) {
  f32 total = 0;
  for (size_t i = 0; i < width; i++) total += weight ? sums[i] * weight[i] : sums[i];
  return total / (f32)(width * positions);
}

/** y = x · by + plus, channel by channel; `other · factor` is added where there is one. */
static void map_positions(f32 *y, const f32 *x, const f32 *by, const f32 *plus, const f32 *other, const f32 *factor,
                          size_t positions, size_t channels) {
  for (size_t p = 0; p < positions; p++) {
    size_t at = p * channels;
    if (other) EACH_VECTOR(j, lanes, 0, channels) {
      vf rest = fma_(load_part(other + at + j, lanes), load_part(factor + j, lanes), load_part(plus + j, lanes));
      store_part(y + at + j, fma_(load_part(x + at + j, lanes), load_part(by + j, lanes), rest), lanes);
    }
    else EACH_VECTOR(j, lanes, 0, channels)
      store_part(y + at + j, fma_(load_part(x + at + j, lanes), load_part(by + j, lanes), load_part(plus + j, lanes)), lanes);
  }
}

/** Keeps [mean, 1 / σ] of each example and group. (y, kept; x, scale, shift; batch, positions, channels, groups, ε) */
static void normalise_groups(void *context, int chunk, int thread) {
  const groups_call c = *(groups_call *)context;
  f32 *sums = (f32 *)scratch(thread), *centre = sums + c.channels, *by = centre + c.channels, *plus = by + c.channels;
  size_t size = c.positions * c.channels, width = c.channels / c.groups;
  size_t end = chunk_start(c.batch, chunk + 1, c.chunks, 1);
  for (size_t example = chunk_start(c.batch, chunk, c.chunks, 1); example < end; example++) {
    const f32 *x = c.x + example * size;
    f32 *kept = c.kept + example * c.groups * 2;
    sum_positions(sums, x, NULL, NULL, c.positions, c.channels, OF_ONE);
    for (size_t g = 0; g < c.groups; g++) {
      kept[2 * g] = group_mean(sums + g * width, NULL, width, c.positions);
      for (size_t i = 0; i < width; i++) centre[g * width + i] = kept[2 * g];
    }
    sum_positions(sums, x, centre, NULL, c.positions, c.channels, OF_SQUARE);
    for (size_t g = 0; g < c.groups; g++) {
      kept[2 * g + 1] = inverse_root(group_mean(sums + g * width, NULL, width, c.positions) + c.epsilon);
      for (size_t i = g * width; i < (g + 1) * width; i++) {
        by[i] = kept[2 * g + 1] * c.scale[i];
        plus[i] = c.shift[i] - centre[i] * by[i];
      }
    }
    map_positions(c.y + example * size, x, by, plus, NULL, NULL, c.positions, c.channels);
  }
}
void op_norm_groups(const i32 *a) {
  size_t batch = (u32)INT(5), positions = (u32)INT(6), channels = (u32)INT(7);
  groups_call c = {.y = FLOATS(0), .kept = FLOATS(1), .x = FLOATS(2), .scale = FLOATS(3), .shift = FLOATS(4),
                   .batch = batch, .positions = positions, .channels = channels, .groups = (u32)INT(8),
                   .epsilon = FLOAT(9), .chunks = chunks_of_rows(batch, positions * channels, 0)};
  parallel_for(normalise_groups, &c, c.chunks);
}

/** As for rows, with means over the group. (dx, dscale, dshift; dy, x, scale, kept; batch, positions, channels, groups) */
static void slope_of_groups(void *context, int chunk, int thread) {
  const groups_call c = *(groups_call *)context;
  f32 *slopes = (f32 *)scratch(thread), *products = slopes + c.channels, *centre = products + c.channels;
  f32 *by = centre + c.channels, *factor = by + c.channels, *plus = factor + c.channels;
  f32 *dscale = c.partial + (size_t)chunk * 2 * c.channels, *dshift = dscale + c.channels;
  size_t size = c.positions * c.channels, width = c.channels / c.groups;
  memset(dscale, 0, 2 * c.channels * sizeof(f32));
  size_t end = chunk_start(c.batch, chunk + 1, c.chunks, 1);
  for (size_t example = chunk_start(c.batch, chunk, c.chunks, 1); example < end; example++) {
    const f32 *x = c.x + example * size, *dy = c.dy + example * size, *kept = c.kept + example * c.groups * 2;
    for (size_t i = 0; i < c.channels; i++) centre[i] = kept[2 * (i / width)];
    sum_positions(slopes, dy, NULL, NULL, c.positions, c.channels, OF_ONE);
    sum_positions(products, x, centre, dy, c.positions, c.channels, OF_OTHER);
    for (size_t g = 0; g < c.groups; g++) {
      f32 inverse = kept[2 * g + 1];
      for (size_t i = g * width; i < (g + 1) * width; i++) {
        products[i] *= inverse;
        dscale[i] += products[i];
        dshift[i] += slopes[i];
      }
      f32 common = group_mean(slopes + g * width, c.scale + g * width, width, c.positions);
      f32 along = group_mean(products + g * width, c.scale + g * width, width, c.positions);
      // dx = dy · scale / σ − x · along / σ² + (mean · along / σ − common) / σ
      for (size_t i = g * width; i < (g + 1) * width; i++) {
        by[i] = c.scale[i] * inverse;
        factor[i] = -along * inverse * inverse;
        plus[i] = (kept[2 * g] * along * inverse - common) * inverse;
      }
    }
    map_positions(c.y + example * size, dy, by, plus, x, factor, c.positions, c.channels);
  }
}
void op_norm_groups_grad(const i32 *a) {
  size_t batch = (u32)INT(7), positions = (u32)INT(8), channels = (u32)INT(9);
  groups_call c = {.y = FLOATS(0), .partial = (f32 *)shared_scratch(), .dy = FLOATS(3), .x = FLOATS(4),
                   .scale = FLOATS(5), .kept = FLOATS(6), .batch = batch, .positions = positions, .channels = channels,
                   .groups = (u32)INT(10), .chunks = chunks_of_rows(batch, positions * channels, 2 * channels)};
  parallel_for(slope_of_groups, &c, c.chunks);
  add_up(FLOATS(1), c.partial, channels, 2 * channels, c.chunks);
  add_up(FLOATS(2), c.partial + channels, channels, 2 * channels, c.chunks);
}
