// Attention to a cache of keys and values, into which new ones are written first: what a decoder does for each token. It walks over the
// positions that are seen, a block at a time, and costs what they cost, however much room the cache has. Done again with the same cache
// it changes nothing, as the trial of a recording needs.
#include "math.h"
#include "partial.h"
#include "small-product.h"

enum {
  KEYS = 128,   // of a block: they and their values stay in the first or second cache
  QUERIES = 64, // about so many at once, so that turning a block of keys is worth it
  FEW = 4,      // queries for which it is not
};

typedef struct {
  f32 *y, *keys, *values;
  const f32 *qkv;
  const i32 *behind, *slopes; // a float for each head, or NULL
  size_t batch, time, heads, key_heads, width, room, window; // window 0: none
  f32 scale, cap;                                            // cap 0: none
  size_t share, columns, row; // queries for each head of keys, numbers in a row of qkv, in one of the cache
  size_t times, blocks;       // positions whose queries are taken at once, and how often
  f32 *parts;                 // of a single time: what each block of keys comes to, (batch, blocks, heads, width + 2)
  int chunks;
} cached;

// ---- Writing -------------------------------------------------------------------------------------------------------------
static void write_part(void *context, int chunk, int thread) {
  (void)thread;
  const cached *c = context;
  const size_t rows = c->batch * c->time, end = chunk_start(rows, chunk + 1, c->chunks, 1), bytes = c->row * sizeof(f32);
  for (size_t i = chunk_start(rows, chunk, c->chunks, 1); i < end; i++) {
    const size_t batch = i / c->time, position = (u32)c->behind[batch] + i % c->time;
    const f32 *from = c->qkv + i * c->columns + c->heads * c->width;
    const size_t to = (batch * c->room + position % c->room) * c->row;
    memcpy(c->keys + to, from, bytes);
    memcpy(c->values + to, from + c->row, bytes);
  }
}

// ---- Attending -----------------------------------------------------------------------------------------------------------
/** What the scores of `seen` keys become; `apart`: positions from the first of them to the query. */
static void bend_scores(const cached *c, f32 *scores, size_t seen, size_t head, size_t apart) {
  if (c->cap > 0)
    EACH_VECTOR(j, lanes, 0, seen) store_part(scores + j, vtanh(load_part(scores + j, lanes) * (1.f / c->cap)) * c->cap, lanes);
  if (!c->slopes) return;
  const f32 slope = as_float(c->slopes[head]);
  vf lane;
  for (int i = 0; i < VL; i++) lane[i] = (f32)i;
  EACH_VECTOR(j, lanes, 0, seen) {
    vf distance = (f32)((i32)apart - (i32)j) - lane;
    store_part(scores + j, fma_(distance, splat(-slope), load_part(scores + j, lanes)), lanes);
  }
}

static f32 largest(const f32 *x, size_t count) {
  f32 top = x[0];
  size_t i = 0;
  if (count >= VL) {
    vf most = load(x);
    for (i = VL; i + VL <= count; i += VL) most = vmax(load(x + i), most);
    for (int lane = 0; lane < VL; lane++) top = most[lane] > top ? most[lane] : top;
  }
  for (; i < count; i++) top = x[i] > top ? x[i] : top;
  return top;
}

/** x becomes exp(x − top). @returns the sum */
static f32 exponentials(f32 *x, size_t count, f32 top) {
  vf total = {};
  f32 sum = 0;
  EACH_VECTOR(j, lanes, 0, count) {
    vf e = vexp_negative(load_part(x + j, lanes) - top);
    store_part(x + j, e, lanes);
    if (lanes == VL) total += e;
    else
      for (size_t i = 0; i < lanes; i++) sum += e[i];
  }
  return sum + sum_lanes(total);
}

/**
 * The queries of one head of keys at some times, side by side. For each go on from block to block: Σ eˢ⁻ᵗ v, Σ eˢ⁻ᵗ and the
 * largest score t of those seen so far (Milakov and Gimelshein 2018, "Online normalizer calculation for softmax", section 3).
 */
static void attend(const cached *c, size_t unit, f32 *space) {
  const size_t first = unit % c->blocks * c->times, times = MIN(c->times, c->time - first), rows = times * c->share;
  const size_t group = unit / c->blocks % c->key_heads, batch = unit / c->blocks / c->key_heads, width = c->width;
  f32 *q = space, *sum = q + rows * width, *top = sum + rows * width, *total = top + rows, *scores = total + rows;
  f32 *turned = scores + rows * KEYS;
  for (size_t r = 0; r < rows; r++) {
    const f32 *from = c->qkv + (batch * c->time + first + r / c->share) * c->columns + (group * c->share + r % c->share) * width;
    EACH_VECTOR(i, lanes, 0, width) store_part(q + r * width + i, load_part(from + i, lanes) * c->scale, lanes);
    top[r] = -INFINITY_F, total[r] = 0;
  }
  memset(sum, 0, rows * width * sizeof(f32));
  const size_t behind = (u32)c->behind[batch], held = behind + c->time; // positions up to here were written
  const size_t oldest = held > c->room ? held - c->room : 0, begin = behind + first, end = begin + times;
  const size_t reach = c->window && begin + 1 > c->window ? begin + 1 - c->window : 0;
  for (size_t p = MAX(oldest, reach), count; p < end; p += count) {
    const size_t slot = p % c->room, at = (batch * c->room + slot) * c->row + group * width;
    count = MIN(MIN((size_t)KEYS, end - p), c->room - slot);
    if (rows > FEW) {
      transpose(turned, KEYS, c->keys + at, c->row, count, width, round_up(count));
      product(scores, KEYS, (matrix){q, width, 1}, turned, KEYS, rows, round_up(count), width, false);
    } else
      for (size_t r = 0; r < rows; r++) scores_of_row(scores + r * KEYS, q + r * width, c->keys + at, c->row, count, width);
    for (size_t r = 0; r < rows; r++) {
      f32 *row = scores + r * KEYS;
      const size_t position = begin + r / c->share, low = c->window && position + 1 > c->window + p ? position + 1 - c->window - p : 0;
      const size_t high = MIN(count, position + 1 > p ? position + 1 - p : 0);
      if (low >= high) {
        memset(row, 0, count * sizeof(f32));
        continue;
      }
      bend_scores(c, row + low, high - low, group * c->share + r % c->share, position - p - low);
      const f32 most = largest(row + low, high - low), now = most > top[r] ? most : top[r];
      const f32 factor = total[r] > 0 ? vexp_negative(splat(top[r] - now))[0] : 0;
      memset(row, 0, low * sizeof(f32));
      memset(row + high, 0, (count - high) * sizeof(f32));
      total[r] = total[r] * factor + exponentials(row + low, high - low, now);
      top[r] = now;
      if (factor != 1)
        EACH_VECTOR(i, lanes, 0, width) store_part(sum + r * width + i, load_part(sum + r * width + i, lanes) * factor, lanes);
    }
    product(sum, width, (matrix){scores, KEYS, 1}, c->values + at, c->row, rows, width, count, true);
  }
  for (size_t r = 0; r < rows; r++) {
    f32 *y = c->y + ((batch * c->time + first + r / c->share) * c->heads + group * c->share + r % c->share) * width;
    const f32 inverse = 1.f / total[r];
    EACH_VECTOR(i, lanes, 0, width) store_part(y + i, load_part(sum + r * width + i, lanes) * inverse, lanes);
  }
}

static void attend_part(void *context, int chunk, int thread) {
  const cached *c = context;
  const size_t units = c->batch * c->key_heads * c->blocks, end = chunk_start(units, chunk + 1, c->chunks, 1);
  for (size_t unit = chunk_start(units, chunk, c->chunks, 1); unit < end; unit++) attend(c, unit, (f32 *)scratch(thread));
}

// ---- A single time -------------------------------------------------------------------------------------------------------
// All heads look at a block of keys at once, so that memory is read in order; what the blocks come to is then joined.
INLINE size_t seen_from(const cached *c, size_t behind) {
  const size_t held = behind + 1, most = c->window && c->window < c->room ? c->window : c->room;
  return held > most ? held - most : 0;
}

/** sum += Σ weight v over some positions, whose weights stand one behind the other. */
INLINE void add_values(f32 *sum, const f32 *weights, const f32 *v, size_t row, size_t width, const int count) {
  EACH_VECTOR(i, lanes, 0, width) {
    vf x = load_part(sum + i, lanes);
#pragma GCC unroll 4
    for (int n = 0; n < count; n++) x = fma_(splat(weights[n]), load_part(v + n * row + i, lanes), x);
    store_part(sum + i, x, lanes);
  }
}

static void attend_block(const cached *c, size_t batch, size_t block, f32 *scores) {
  const size_t behind = (u32)c->behind[batch], first = seen_from(c, behind) + block * KEYS, width = c->width;
  if (first > behind) return;
  const size_t count = MIN((size_t)KEYS, behind + 1 - first), slot = first % c->room, whole = MIN(count, c->room - slot);
  const f32 *q = c->qkv + batch * c->columns;
  const size_t cache = batch * c->room * c->row;
  for (size_t j = 0; j < count; j++) {
    const f32 *k = c->keys + cache + (j < whole ? slot + j : j - whole) * c->row;
    for (size_t head = 0; head < c->heads; head++) {
      vf sum = {};
      EACH_VECTOR(i, lanes, 0, width) sum = fma_(load_part(q + head * width + i, lanes), load_part(k + head / c->share * width + i, lanes), sum);
      scores[head * KEYS + j] = sum_lanes(sum) * c->scale;
    }
  }
  f32 *part = c->parts + (batch * c->blocks + block) * c->heads * (width + 2);
  for (size_t head = 0; head < c->heads; head++) {
    f32 *row = scores + head * KEYS, *to = part + head * (width + 2);
    bend_scores(c, row, count, head, behind - first);
    to[0] = largest(row, count);
    to[1] = exponentials(row, count, to[0]);
    memset(to + 2, 0, width * sizeof(f32));
  }
  for (size_t j = 0, step; j < count; j += step) {
    const f32 *v = c->values + cache + (j < whole ? slot + j : j - whole) * c->row;
    step = (j < whole ? whole : count) - j >= 4 ? 4 : 1;
    for (size_t head = 0; head < c->heads; head++) {
      f32 *sum = part + head * (width + 2) + 2, *weights = scores + head * KEYS + j;
      if (step == 4) add_values(sum, weights, v + head / c->share * width, c->row, width, 4);
      else add_values(sum, weights, v + head / c->share * width, c->row, width, 1);
    }
  }
}
static void block_part(void *context, int chunk, int thread) {
  const cached *c = context;
  const size_t units = c->batch * c->blocks, end = chunk_start(units, chunk + 1, c->chunks, 1);
  for (size_t unit = chunk_start(units, chunk, c->chunks, 1); unit < end; unit++)
    attend_block(c, unit / c->blocks, unit % c->blocks, (f32 *)scratch(thread));
}

static void join_part(void *context, int chunk, int thread) {
  (void)thread;
  const cached *c = context;
  const size_t units = c->batch * c->heads, end = chunk_start(units, chunk + 1, c->chunks, 1), pitch = c->heads * (c->width + 2);
  for (size_t unit = chunk_start(units, chunk, c->chunks, 1); unit < end; unit++) {
    const size_t batch = unit / c->heads, behind = (u32)c->behind[batch];
    const size_t blocks = (behind + 1 - seen_from(c, behind) + KEYS - 1) / KEYS;
    const f32 *part = c->parts + batch * c->blocks * pitch + unit % c->heads * (c->width + 2);
    f32 *y = c->y + unit * c->width, top = part[0], total = 0;
    for (size_t i = 1; i < blocks; i++) top = MAX(top, part[i * pitch]);
    memset(y, 0, c->width * sizeof(f32));
    for (size_t i = 0; i < blocks; i++) {
      const f32 factor = vexp_negative(splat(part[i * pitch] - top))[0];
      total += factor * part[i * pitch + 1];
      add_values(y, &factor, part + i * pitch + 2, 0, c->width, 1);
    }
    EACH_VECTOR(i, lanes, 0, c->width) store_part(y + i, load_part(y + i, lanes) * (1.f / total), lanes);
  }
}

/** @returns false if there is no room for what the blocks come to. */
static bool attend_once(cached *c, size_t most_seen, size_t all_seen) {
  c->blocks = (most_seen + KEYS - 1) / KEYS;
  const size_t size = c->batch * c->blocks * c->heads * (c->width + 2);
  if (size > SCRATCH_SHARED / sizeof(f32) || c->heads * KEYS > SCRATCH_PER_THREAD / sizeof(f32)) return false;
  c->parts = (f32 *)shared_scratch();
  c->chunks = (int)MIN((size_t)chunks_of(2 * all_seen * c->heads * c->width, 1 << 16), MAX(c->batch * c->blocks, 1));
  parallel_for(block_part, c, c->chunks);
  c->chunks = (int)MIN((size_t)chunks_of(size, 1 << 15), MAX(c->batch * c->heads, 1));
  parallel_for(join_part, c, c->chunks);
  return true;
}

/** (y, keys, values; qkv, behind, keys, values; batch, time, heads, key heads, width, room, window, scale, cap, slopes?, slope …) */
void op_cached_attention(const i32 *a) {
  cached c = {.y = FLOATS(0), .keys = FLOATS(1), .values = FLOATS(2), .qkv = FLOATS(3), .behind = INTS(4),
              .batch = (u32)INT(7), .time = (u32)INT(8), .heads = (u32)INT(9), .key_heads = (u32)INT(10), .width = (u32)INT(11),
              .room = (u32)INT(12), .window = (u32)INT(13), .scale = FLOAT(14), .cap = FLOAT(15), .slopes = INT(16) ? a + 17 : NULL};
  c.share = c.heads / c.key_heads, c.row = c.key_heads * c.width, c.columns = (c.heads + 2 * c.key_heads) * c.width;
  c.times = MAX(QUERIES / c.share, (size_t)1);
  const size_t rows = c.batch * c.time;
  c.chunks = (int)MIN((size_t)chunks_of(2 * rows * c.row, 1 << 16), MAX(rows, 1));
  parallel_for(write_part, &c, c.chunks);
  // Units are computed each on its own: how they are shared out, by what is behind, changes no bit.
  size_t most = 0, all = 0;
  for (size_t i = 0; i < c.batch; i++) {
    const size_t seen = MIN((size_t)(u32)c.behind[i] + c.time, c.window ? MIN(c.room, c.window + c.time - 1) : c.room);
    most = MAX(most, seen), all += seen;
  }
  if (c.time == 1 && attend_once(&c, most, all)) return;
  c.blocks = (c.time + c.times - 1) / c.times;
  const size_t units = c.batch * c.key_heads * c.blocks;
  c.chunks = (int)MIN((size_t)chunks_of(2 * all * c.time * c.heads * c.width, 1 << 16), MAX(units, 1));
  parallel_for(attend_part, &c, c.chunks);
}
