// The linear recurrence h(t) = a(t) h(t − 1) + b(t), and its gradient: one walk through time each, all units of a block side by side.
#include "base.h"
#include "partial.h"

enum { BLOCK = 256 }; // units: their states stay in the nearest cache from one time to the next
/** Of each row and block of units one after the other; a null `b` marks the way back. */
typedef struct {
  f32 *value, *da, *db, *dstart;
  const f32 *a, *b, *start, *dy, *states;
  size_t batch, time, width, blocks;
  int chunks;
} scan;

static void walk_forwards(const scan *s, size_t row, size_t first, size_t last) {
  const f32 *before = s->start + row * s->width;
  for (size_t t = 0; t < s->time; t++) {
    const size_t at = (row * s->time + t) * s->width;
    f32 *value = s->value + at;
    EACH_VECTOR(i, lanes, first, last)
      store_part(value + i, fma_(load_part(s->a + at + i, lanes), load_part(before + i, lanes), load_part(s->b + at + i, lanes)), lanes);
    before = value;
  }
}

/** g(t) = dy(t) + a(t + 1) g(t + 1). What goes to the time before, a(t) g(t), waits in dstart, where it ends. */
static void walk_back(const scan *s, size_t row, size_t first, size_t last) {
  f32 *sent = s->dstart + row * s->width;
  memset(sent + first, 0, (last - first) * sizeof(f32));
  for (size_t t = s->time; t-- > 0;) {
    const size_t at = (row * s->time + t) * s->width;
    const f32 *before = t ? s->states + at - s->width : s->start + row * s->width;
    EACH_VECTOR(i, lanes, first, last) {
      vf slope = load_part(s->dy + at + i, lanes) + load_part(sent + i, lanes);
      store_part(s->db + at + i, slope, lanes);
      store_part(s->da + at + i, slope * load_part(before + i, lanes), lanes);
      store_part(sent + i, slope * load_part(s->a + at + i, lanes), lanes);
    }
  }
}

static void scan_part(void *context, int chunk, int thread) {
  (void)thread;
  const scan *s = context;
  const size_t parts = s->batch * s->blocks, end = chunk_start(parts, chunk + 1, s->chunks, 1);
  for (size_t part = chunk_start(parts, chunk, s->chunks, 1); part < end; part++) {
    const size_t first = part % s->blocks * BLOCK, last = MIN(first + BLOCK, s->width);
    if (s->b) walk_forwards(s, part / s->blocks, first, last);
    else walk_back(s, part / s->blocks, first, last);
  }
}
static void run_scan(scan s) {
  s.blocks = (s.width + BLOCK - 1) / BLOCK;
  s.chunks = (int)MIN((size_t)chunks_of(s.batch * s.time * s.width, 8192), MAX(s.batch * s.blocks, 1));
  parallel_for(scan_part, &s, s.chunks);
}

/** The states of all times. (value; a, b, start; batch, time, width) */
void op_linear_scan(const i32 *a) {
  run_scan((scan){.value = FLOATS(0), .a = FLOATS(1), .b = FLOATS(2), .start = FLOATS(3),
                  .batch = (u32)INT(4), .time = (u32)INT(5), .width = (u32)INT(6)});
}
/** (da, db, dstart; dy, a, value, start; batch, time, width) */
void op_linear_scan_grad(const i32 *a) {
  run_scan((scan){.da = FLOATS(0), .db = FLOATS(1), .dstart = FLOATS(2), .dy = FLOATS(3), .a = FLOATS(4), .states = FLOATS(5),
                  .start = FLOATS(6), .batch = (u32)INT(7), .time = (u32)INT(8), .width = (u32)INT(9)});
}
