// A long short-term memory over a whole sequence, and its gradient: the steps follow one another here, and each is shared
// among the threads by units, so that a thread keeps to its part of the weight.
#include "math.h"
#include "partial.h"

enum { GATES = 4 }; // input, forget, candidate, output
#if VL == 16
enum { ROWS = 6 }; // of a block of sums that stays in registers, 4 VL columns wide
#else
enum { ROWS = 2 };
#endif

typedef struct {
  f32 *value, *cells, *gates, *packed;             // forwards
  f32 *slopes, *dhidden, *dcell;                   // backwards
  const f32 *projected, *weight, *hidden0, *cell0; // (batch, time, 4 · width), (width, 4 · width), (batch, width) twice
  const f32 *dvalue, *cells_kept, *gates_kept;
  size_t batch, time, width, t, panels;
  int chunks;
} sequence;

/** sum[r] = Σₚ a[r · a_row + p] · panel[p], each a row of 4 VL. */
INLINE void panel_product(vf sum[][4], const f32 *a, size_t a_row, const f32 *panel, size_t depth, const int rows) {
  vf total[ROWS][4] = {};
  for (size_t p = 0; p < depth; p++) {
    vf across[4];
    for (int v = 0; v < 4; v++) across[v] = load(panel + (4 * p + v) * VL);
    for (int r = 0; r < rows; r++) {
      vf down = splat(a[r * a_row + p]);
      for (int v = 0; v < 4; v++) total[r][v] = fma_(down, across[v], total[r][v]);
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < 4; v++) sum[r][v] = total[r][v];
}
/** The same for up to ROWS rows. @returns how many it took */
static size_t some_rows(vf sum[][4], const f32 *a, size_t a_row, const f32 *panel, size_t depth, size_t rows) {
  if (rows >= ROWS) return panel_product(sum, a, a_row, panel, depth, ROWS), ROWS;
#if VL == 16
  if (rows >= 4) return panel_product(sum, a, a_row, panel, depth, 4), 4;
  if (rows >= 2) return panel_product(sum, a, a_row, panel, depth, 2), 2;
#endif
  return panel_product(sum, a, a_row, panel, depth, 1), 1;
}

static size_t first_panel(const sequence *c, int chunk) { return chunk_start(c->panels, chunk, c->chunks, 1); }

/** Chunks of about a million products each; as many as there are panels at most. */
static int chunks_of_panels(const sequence *c) {
  return (int)MIN((size_t)chunks_of(c->batch * c->width * GATES * c->width, 1 << 20), c->panels);
}

// ---- Forwards: a panel holds VL units of all gates -----------------------------------------------------------------------
static void pack_units(void *context, int chunk, int thread) {
  (void)thread;
  const sequence *c = context;
  for (size_t panel = first_panel(c, chunk); panel < first_panel(c, chunk + 1); panel++) {
    size_t unit = panel * VL, lanes = MIN((size_t)VL, c->width - unit);
    f32 *to = c->packed + panel * c->width * 4 * VL;
    for (size_t p = 0; p < c->width; p++)
      for (int gate = 0; gate < GATES; gate++)
        store(to + (4 * p + gate) * VL, load_part(c->weight + (GATES * p + gate) * c->width + unit, lanes));
  }
}
static void step_units(void *context, int chunk, int thread) {
  (void)thread;
  const sequence *c = context;
  const f32 *before = c->t ? c->value + (c->t - 1) * c->width : c->hidden0;
  size_t row_before = c->t ? (c->time + 1) * c->width : c->width;
  for (size_t panel = first_panel(c, chunk); panel < first_panel(c, chunk + 1); panel++) {
    size_t unit = panel * VL, lanes = MIN((size_t)VL, c->width - unit);
    const f32 *weights = c->packed + panel * c->width * 4 * VL;
    for (size_t row = 0, taken; row < c->batch; row += taken) {
      vf sum[ROWS][4];
      taken = some_rows(sum, before + row * row_before, row_before, weights, c->width, c->batch - row);
      for (size_t r = 0; r < taken; r++) {
        size_t at = (row + r) * c->time + c->t;
        const f32 *projected = c->projected + at * GATES * c->width + unit;
        f32 *gates = c->gates + at * GATES * c->width + unit, *cell = c->cells + at * c->width + unit;
        const f32 *cell_before = c->t ? cell - c->width : c->cell0 + (row + r) * c->width + unit;
        for (int gate = 0; gate < GATES; gate++) sum[r][gate] += load_part(projected + gate * c->width, lanes);
        vf write = vsigmoid(sum[r][0]), forget = vsigmoid(sum[r][1]), candidate = vtanh(sum[r][2]), output = vsigmoid(sum[r][3]);
        vf now = fma_(forget, load_part(cell_before, lanes), write * candidate);
        store_part(gates, write, lanes);
        store_part(gates + c->width, forget, lanes);
        store_part(gates + 2 * c->width, candidate, lanes);
        store_part(gates + 3 * c->width, output, lanes);
        store_part(cell, now, lanes);
        f32 *value = c->value + ((row + r) * (c->time + 1) + c->t) * c->width + unit;
        store_part(value, output * vtanh(now), lanes);
        if (c->t + 1 == c->time) store_part(value + c->width, now, lanes);
      }
    }
  }
}
/** Hidden states and, behind the last, the last cell: value (batch, time + 1, width). Keeps all cells and gates.
 * (value, cells, gates, packed; projected, weight, hidden, cell; batch, time, width) */
void op_lstm(const i32 *a) {
  sequence c = {.value = FLOATS(0), .cells = FLOATS(1), .gates = FLOATS(2), .packed = FLOATS(3), .projected = FLOATS(4),
                .weight = FLOATS(5), .hidden0 = FLOATS(6), .cell0 = FLOATS(7), .batch = (u32)INT(8), .time = (u32)INT(9),
                .width = (u32)INT(10)};
  c.panels = (c.width + VL - 1) / VL;
  c.chunks = chunks_of_panels(&c);
  parallel_for(pack_units, &c, c.chunks);
  for (c.t = 0; c.t < c.time; c.t++) parallel_for(step_units, &c, c.chunks);
}

// ---- Backwards: a panel holds 4 VL units, as columns of the transposed weight ---------------------------------------------
static void pack_transposed(void *context, int chunk, int thread) {
  (void)thread;
  const sequence *c = context;
  size_t depth = GATES * c->width;
  for (size_t panel = first_panel(c, chunk); panel < first_panel(c, chunk + 1); panel++) {
    f32 *to = c->packed + panel * depth * 4 * VL;
    for (size_t i = 0; i < 4 * VL; i++) {
      size_t unit = panel * 4 * VL + i;
      for (size_t p = 0; p < depth; p++) to[p * 4 * VL + i] = unit < c->width ? c->weight[unit * depth + p] : 0;
    }
  }
}
/** The slope at the hidden state that step t + 1 began with goes on to step t, and from it to its gates. */
static void step_back(void *context, int chunk, int thread) {
  (void)thread;
  const sequence *c = context;
  size_t depth = GATES * c->width, first = c->t == (size_t)-1, next = c->t + 1;
  for (size_t panel = first_panel(c, chunk); panel < first_panel(c, chunk + 1); panel++) {
    const f32 *weights = c->packed + panel * depth * 4 * VL;
    for (size_t row = 0, taken; row < c->batch; row += taken) {
      vf sum[ROWS][4] = {};
      if (next < c->time)
        taken = some_rows(sum, c->slopes + (row * c->time + next) * depth, c->time * depth, weights, depth, c->batch - row);
      else taken = MIN((size_t)ROWS, c->batch - row);
      for (size_t r = 0; r < taken; r++)
        for (size_t v = 0; v < 4 && (panel * 4 + v) * VL < c->width; v++) {
          size_t unit = (panel * 4 + v) * VL, lanes = MIN((size_t)VL, c->width - unit);
          if (first) {
            store_part(c->dhidden + (row + r) * c->width + unit, sum[r][v], lanes);
            continue;
          }
          size_t at = (row + r) * c->time + c->t;
          const f32 *gates = c->gates_kept + at * depth + unit, *cell = c->cells_kept + at * c->width + unit;
          const f32 *cell_before = c->t ? cell - c->width : c->cell0 + (row + r) * c->width + unit;
          const f32 *dvalue = c->dvalue + ((row + r) * (c->time + 1) + c->t) * c->width + unit;
          f32 *carried = c->dcell + (row + r) * c->width + unit, *slopes = c->slopes + at * depth + unit;
          vf write = load_part(gates, lanes), forget = load_part(gates + c->width, lanes);
          vf candidate = load_part(gates + 2 * c->width, lanes), output = load_part(gates + 3 * c->width, lanes);
          vf bent = vtanh(load_part(cell, lanes)), dhidden = sum[r][v] + load_part(dvalue, lanes);
          vf dcell = next < c->time ? load_part(carried, lanes) : load_part(dvalue + c->width, lanes);
          dcell = fma_(dhidden * output, 1.f - bent * bent, dcell);
          store_part(carried, dcell * forget, lanes);
          store_part(slopes, dcell * candidate * (write * (1.f - write)), lanes);
          store_part(slopes + c->width, dcell * load_part(cell_before, lanes) * (forget * (1.f - forget)), lanes);
          store_part(slopes + 2 * c->width, dcell * write * (1.f - candidate * candidate), lanes);
          store_part(slopes + 3 * c->width, dhidden * bent * (output * (1.f - output)), lanes);
        }
    }
  }
}
/** Slopes at the projected gates and at the state before. The weight's is the product of hidden states and these slopes.
 * (slopes, dhidden, dcell, packed; dvalue, weight, cells, gates, cell; batch, time, width) */
void op_lstm_grad(const i32 *a) {
  sequence c = {.slopes = FLOATS(0), .dhidden = FLOATS(1), .dcell = FLOATS(2), .packed = FLOATS(3), .dvalue = FLOATS(4),
                .weight = FLOATS(5), .cells_kept = FLOATS(6), .gates_kept = FLOATS(7), .cell0 = FLOATS(8),
                .batch = (u32)INT(9), .time = (u32)INT(10), .width = (u32)INT(11)};
  c.panels = (c.width + 4 * VL - 1) / (4 * VL);
  c.chunks = chunks_of_panels(&c);
  parallel_for(pack_transposed, &c, c.chunks);
  for (c.t = c.time - 1; c.t + 1 > 0; c.t--) parallel_for(step_back, &c, c.chunks);
  parallel_for(step_back, &c, c.chunks); // t = −1: what is left goes to the state before
}
