// Rotary positions: the pairs of a head turned by the angle of their time. Sines and cosines are made once for all heads.
#include "math.h"
#include "partial.h"

enum { MOST_PAIRS = 1024 };

typedef struct {
  f32 *y;
  const f32 *x;
  const i32 *behind, *frequencies; // NULL: `first` for all rows
  size_t rows, time, columns, width, heads, pairs;
  i32 first;
  bool interleaved;
  f32 factor, direction;
  int chunks;
} turning;

/** (a, b) → (a cos − b sin, b cos + a sin), the a side by side and then the b. */
INLINE void turn_halves(const turning *c, f32 *y, const f32 *x, const f32 *cosines, const f32 *sines) {
  EACH_VECTOR(i, lanes, 0, c->pairs) {
    vf a = load_part(x + i, lanes), b = load_part(x + c->pairs + i, lanes);
    vf cosine = load_part(cosines + i, lanes), sine = load_part(sines + i, lanes);
    store_part(y + i, a * cosine - b * sine, lanes);
    store_part(y + c->pairs + i, b * cosine + a * sine, lanes);
  }
}
INLINE void turn_neighbours(const turning *c, f32 *y, const f32 *x, const f32 *cosines, const f32 *sines) {
  for (size_t i = 0; i < c->pairs; i++) {
    const f32 a = x[2 * i], b = x[2 * i + 1];
    y[2 * i] = a * cosines[i] - b * sines[i];
    y[2 * i + 1] = b * cosines[i] + a * sines[i];
  }
}

static void turn_part(void *context, int chunk, int thread) {
  const turning *c = context;
  f32 *frequencies = (f32 *)scratch(thread), *cosines = frequencies + MOST_PAIRS, *sines = cosines + MOST_PAIRS;
  for (size_t i = 0; i < c->pairs; i++) frequencies[i] = as_float(c->frequencies[i]);
  const size_t end = chunk_start(c->rows, chunk + 1, c->chunks, 1), turned = 2 * c->pairs;
  for (size_t row = chunk_start(c->rows, chunk, c->chunks, 1); row < end; row++) {
    const f32 position = (f32)(c->behind ? c->behind[row / c->time] : c->first) + (f32)(row % c->time);
    EACH_VECTOR(i, lanes, 0, c->pairs) {
      vf angle = load_part(frequencies + i, lanes) * position;
      store_part(cosines + i, vcos(angle) * c->factor, lanes);
      store_part(sines + i, vsin(angle) * (c->factor * c->direction), lanes);
    }
    const f32 *x = c->x + row * c->columns;
    f32 *y = c->y + row * c->columns;
    for (size_t head = 0; head < c->heads; head++, x += c->width, y += c->width) {
      if (c->interleaved) turn_neighbours(c, y, x, cosines, sines);
      else turn_halves(c, y, x, cosines, sines);
      if (c->width > turned) memcpy(y + turned, x + turned, (c->width - turned) * sizeof(f32));
    }
    memcpy(y, x, (c->columns - c->heads * c->width) * sizeof(f32));
  }
}

/** (y; x, behind or 0; rows, time, columns, width, heads, first, interleaved, factor, direction, pairs, frequency …) */
void op_rotary(const i32 *a) {
  turning c = {.y = FLOATS(0), .x = FLOATS(1), .behind = INT(2) ? INTS(2) : NULL, .rows = (u32)INT(3), .time = (u32)INT(4),
               .columns = (u32)INT(5), .width = (u32)INT(6), .heads = (u32)INT(7), .first = INT(8), .interleaved = INT(9),
               .factor = FLOAT(10), .direction = FLOAT(11), .pairs = (u32)INT(12), .frequencies = a + 13};
  c.chunks = (int)MIN((size_t)chunks_of(c.rows * c.columns, 16384), MAX(c.rows, 1));
  parallel_for(turn_part, &c, c.chunks);
}
