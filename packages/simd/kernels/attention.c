// Attention, one head of one example at a time: its scores never leave the cache. What is kept for the gradient is
// log Σ eˢ of each query's scores, from which the weights are computed again.
#include "math.h"
#include "partial.h"
#include "small-product.h"

// ---- One head ----------------------------------------------------------------------------------------------------------
/** Where the heads of one operand begin, and how far apart their rows are. */
typedef struct { size_t offset, batch, head, row; } layout;

typedef struct {
  f32 *y, *sums, *dq, *dk, *dv;
  const f32 *q, *k, *v, *reach, *dy, *y_kept, *sums_kept; // reach: for each query of an example, or NULL
  layout of_q, of_k, of_v, of_y;
  size_t batch, heads, time, length, width, features;
  size_t share, window; // queries' heads for each head of keys; how many keys a query sees at most, 0: all
  f32 scale;
  bool causal;
  int chunks;
} attention;

INLINE size_t begin(const attention *c, layout l, size_t at, size_t share) {
  return l.offset + at / c->heads * l.batch + at % c->heads / share * l.head;
}

INLINE const f32 *reach_of(const attention *c, size_t at) { return c->reach ? c->reach + at / c->heads * c->time : NULL; }

/** Keys from `first` to before `end`. */
typedef struct { size_t first, end; } span;

/** The keys that query i sees: all, or all but those behind it when the last query stands at the last key, and of those the nearest. */
INLINE span seen_by(const attention *c, const f32 *reach, size_t i) {
  size_t end = c->length;
  if (c->causal) end = i + c->length + 1 <= c->time ? 0 : i + c->length + 1 - c->time;
  size_t most = c->window ? MIN(c->window, end) : end;
  if (reach && !(reach[i] >= (f32)most)) most = reach[i] >= 0 ? (size_t)reach[i] + 1 : 0; // itself and `reach` before it
  return (span){end - most, end};
}

/** Queries taken at once, and the keys that any of them sees or a few more: they begin with a whole vector. */
typedef struct { size_t rows, base, keys; } block;

/** At most `most` queries from i on; fewer where one sees nothing of what those before it see, and so the next document begins. */
static block block_at(const attention *c, const f32 *reach, size_t i, size_t most) {
  span all = seen_by(c, reach, i);
  size_t rows = 1;
  for (; rows < MIN(most, c->time - i); rows++) {
    span next = seen_by(c, reach, i + rows);
    if (reach && rows >= ROWS && next.first >= all.end) break;
    all = (span){MIN(all.first, next.first), next.end};
  }
  size_t base = all.first / VL * VL;
  return (block){rows, base, all.end - base};
}

/** How many queries are taken at once: few where the last of them sees keys that the first does not. */
static size_t block_of(const attention *c, size_t used, size_t per_row) {
  size_t most = (SCRATCH_PER_THREAD / 4 - used) / per_row;
  return MAX((size_t)1, MIN(most, c->causal ? 32 : c->time));
}

/** exp(s · scale − top), zeros behind `seen`. @returns the sum, and by `top` the largest s · scale */
static f32 exponentials(f32 *s, size_t seen, size_t limit, f32 scale, f32 *top) {
  vf most = splat(-INFINITY_F), total = {};
  EACH_VECTOR(j, lanes, 0, seen) {
    vf x = load_part(s + j, lanes) * scale;
    store_part(s + j, x, lanes);
    if (lanes == VL) most = vmax(x, most);
    else
      for (size_t i = 0; i < lanes; i++) most[0] = x[i] > most[0] ? x[i] : most[0];
  }
  f32 largest = most[0];
  for (int i = 1; i < VL; i++) largest = most[i] > largest ? most[i] : largest;
  f32 sum = 0;
  EACH_VECTOR(j, lanes, 0, seen) {
    vf e = vexp_negative(load_part(s + j, lanes) - largest);
    store_part(s + j, e, lanes);
    if (lanes == VL) total += e;
    else
      for (size_t i = 0; i < lanes; i++) sum += e[i];
  }
  memset(s + seen, 0, (limit - seen) * sizeof(f32));
  *top = largest;
  return sum + sum_lanes(total);
}

static void attend(const attention *c, size_t at, f32 *space) {
  const f32 *q = c->q + begin(c, c->of_q, at, 1), *k = c->k + begin(c, c->of_k, at, c->share);
  const f32 *v = c->v + begin(c, c->of_v, at, c->share), *reach = reach_of(c, at);
  f32 *y = c->y + begin(c, c->of_y, at, 1), *sums = c->sums + at * c->time;
  size_t padded = round_up(c->length), few = 2;
  f32 *turned = space, *scores = space + c->width * padded;
  size_t step = block_of(c, c->width * padded, padded);
  if (c->time > few) transpose(turned, padded, k, c->of_k.row, c->length, c->width, padded);
  for (size_t i = 0, rows; i < c->time; i += rows) {
    block now = block_at(c, reach, i, step);
    size_t base = now.base, limit = round_up(now.keys);
    rows = now.rows;
    matrix queries = {q + i * c->of_q.row, c->of_q.row, 1};
    if (c->time > few) product(scores, padded, queries, turned + base, padded, rows, limit, c->width, false);
    else
      for (size_t r = 0; r < rows; r++)
        scores_of_row(scores + r * padded, queries.at + r * queries.row, k + base * c->of_k.row, c->of_k.row, now.keys, c->width);
    for (size_t r = 0; r < rows; r++) {
      f32 *row = scores + r * padded, top, sum = 0;
      span seen = seen_by(c, reach, i + r);
      size_t low = seen.first - base, count = seen.end - seen.first;
      memset(row, 0, low * sizeof(f32));
      if (count) sum = exponentials(row + low, count, limit - low, c->scale, &top);
      else memset(row, 0, limit * sizeof(f32));
      sums[i + r] = count ? top + vlog(splat(sum))[0] : 0;
      f32 inverse = count ? 1.f / sum : 0;
      EACH_VECTOR(j, lanes, 0, limit) store_part(row + j, load_part(row + j, lanes) * inverse, lanes);
    }
    matrix weights = {scores, padded, 1};
    product(y + i * c->of_y.row, c->of_y.row, weights, v + base * c->of_v.row, c->of_v.row, rows, c->features, now.keys, false);
  }
}

/** dV = Wᵀ dY; dS = W ∘ (dY Vᵀ − Σ dY ∘ Y) · scale; dQ = dS K; dK = dSᵀ Q. What heads send to keys they share adds up. */
static void slope(const attention *c, size_t at, f32 *space) {
  size_t in_q = begin(c, c->of_q, at, 1), in_k = begin(c, c->of_k, at, c->share), in_v = begin(c, c->of_v, at, c->share);
  size_t in_y = begin(c, c->of_y, at, 1);
  const f32 *q = c->q + in_q, *k = c->k + in_k, *v = c->v + in_v, *dy = c->dy + in_y, *y = c->y_kept + in_y;
  const f32 *sums = c->sums_kept + at * c->time, *reach = reach_of(c, at);
  f32 *dq = c->dq + in_q, *dk = c->dk + in_k, *dv = c->dv + in_v;
  size_t padded = round_up(c->length), q_row = c->of_q.row, k_row = c->of_k.row, v_row = c->of_v.row, y_row = c->of_y.row;
  f32 *keys = space, *values = keys + c->width * padded, *weights = values + c->features * padded;
  size_t used = (c->width + c->features) * padded, step = block_of(c, used, 2 * padded);
  f32 *slopes = weights + step * padded;
  transpose(keys, padded, k, k_row, c->length, c->width, padded);
  transpose(values, padded, v, v_row, c->length, c->features, padded);
  for (size_t j = 0; j < c->length && at % c->share == 0; j++) {
    memset(dk + j * k_row, 0, c->width * sizeof(f32));
    memset(dv + j * v_row, 0, c->features * sizeof(f32));
  }
  for (size_t i = 0, rows; i < c->time; i += rows) {
    block now = block_at(c, reach, i, step);
    size_t base = now.base, most = now.keys, limit = round_up(most);
    rows = now.rows;
    matrix queries = {q + i * q_row, q_row, 1}, outer = {dy + i * y_row, y_row, 1};
    product(weights, padded, queries, keys + base, padded, rows, limit, c->width, false);
    product(slopes, padded, outer, values + base, padded, rows, limit, c->features, false);
    for (size_t r = 0; r < rows; r++) {
      f32 *w = weights + r * padded, *s = slopes + r * padded, common = 0;
      span seen = seen_by(c, reach, i + r);
      size_t low = seen.first - base, high = seen.end - base;
      const f32 *from = dy + (i + r) * y_row, *to = y + (i + r) * y_row;
      vf total = {};
      EACH_VECTOR(j, lanes, 0, c->features) total = fma_(load_part(from + j, lanes), load_part(to + j, lanes), total);
      common = sum_lanes(total);
      memset(w, 0, low * sizeof(f32));
      memset(s, 0, low * sizeof(f32));
      EACH_VECTOR(j, lanes, low, high) {
        vf weight = vexp_negative(fma_(load_part(w + j, lanes), splat(c->scale), splat(-sums[i + r])));
        store_part(w + j, weight, lanes);
        store_part(s + j, weight * (load_part(s + j, lanes) - common) * c->scale, lanes);
      }
      memset(w + high, 0, (limit - high) * sizeof(f32));
      memset(s + high, 0, (limit - high) * sizeof(f32));
    }
    matrix by_query = {slopes, padded, 1}, by_key = {slopes, 1, padded}, weights_by_key = {weights, 1, padded};
    product(dq + i * q_row, q_row, by_query, k + base * k_row, k_row, rows, c->width, most, false);
    product(dk + base * k_row, k_row, by_key, q + i * q_row, q_row, most, c->width, rows, true);
    product(dv + base * v_row, v_row, weights_by_key, dy + i * y_row, y_row, most, c->features, rows, true);
  }
}

static void attention_part(void *context, int chunk, int thread) {
  const attention *c = context;
  size_t heads = c->batch * c->heads, together = c->dy ? c->share : 1, end = chunk_start(heads, chunk + 1, c->chunks, together);
  for (size_t at = chunk_start(heads, chunk, c->chunks, together); at < end; at++) {
    if (c->dy) slope(c, at, (f32 *)scratch(thread));
    else attend(c, at, (f32 *)scratch(thread));
  }
}

/** The numbers: batch, heads, time, length, width, features, scale, causal, [offset, batch, head, row] of q, k, v, y, share, window. */
static void compute(attention c, const i32 *n) {
  c.batch = (u32)n[0], c.heads = (u32)n[1], c.time = (u32)n[2], c.length = (u32)n[3];
  c.width = (u32)n[4], c.features = (u32)n[5], c.scale = as_float(n[6]), c.causal = n[7];
  layout *layouts[] = {&c.of_q, &c.of_k, &c.of_v, &c.of_y};
  for (int i = 0; i < 4; i++)
    *layouts[i] = (layout){(u32)n[8 + 4 * i], (u32)n[9 + 4 * i], (u32)n[10 + 4 * i], (u32)n[11 + 4 * i]};
  c.share = (u32)n[24], c.window = (u32)n[25];
  size_t heads = c.batch * c.heads, seen = c.window ? MIN(c.window, c.length) : c.length;
  c.chunks = (int)MIN(MAX(heads, (size_t)1), (size_t)chunks_of(heads * c.time * seen * (c.width + c.features), 1 << 19));
  parallel_for(attention_part, &c, c.chunks);
}

/** (y, log Σ eˢ; q, k, v, reach or none; numbers) */
void op_attention(const i32 *a) {
  compute((attention){.y = FLOATS(0), .sums = FLOATS(1), .q = FLOATS(2), .k = FLOATS(3), .v = FLOATS(4),
                      .reach = INT(5) ? FLOATS(5) : NULL}, a + 6);
}
/** (dq, dk, dv; dy, q, k, v, y, log Σ eˢ, reach or none; numbers) */
void op_attention_grad(const i32 *a) {
  compute((attention){.dq = FLOATS(0), .dk = FLOATS(1), .dv = FLOATS(2), .dy = FLOATS(3), .q = FLOATS(4), .k = FLOATS(5),
                      .v = FLOATS(6), .y_kept = FLOATS(7), .sums_kept = FLOATS(8), .reach = INT(9) ? FLOATS(9) : NULL}, a + 10);
}
