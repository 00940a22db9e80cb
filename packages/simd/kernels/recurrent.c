// A long short-term memory or a gated recurrent unit over a whole sequence, and its gradient: the steps follow one another
// here, and each is shared among the threads by units, so that a thread keeps to its part of the weight.
#include "math.h"
#include "partial.h"

enum {
  GATES = 4,     // of a memory: input, forget, candidate, output
  GRU_GATES = 3, // reset, update, candidate
};
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
  f32 *recurrent; // of a gated recurrent unit: slopes at the product with the weight
  const f32 *bias, *value_kept;
  size_t batch, time, width, t, panels, gate_count;
  int chunks;
} sequence;

/** sum[r] = Σₚ a[r · a_row + p] · panel[p], each a row of `vectors` VL, at most four. */
INLINE void panel_product(vf sum[][4], const f32 *a, size_t a_row, const f32 *panel, size_t depth, const int rows, const int vectors) {
  vf total[ROWS][4] = {};
  for (size_t p = 0; p < depth; p++) {
    vf across[4];
    for (int v = 0; v < vectors; v++) across[v] = load(panel + (vectors * p + v) * VL);
    for (int r = 0; r < rows; r++) {
      vf down = splat(a[r * a_row + p]);
      for (int v = 0; v < vectors; v++) total[r][v] = fma_(down, across[v], total[r][v]);
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) sum[r][v] = total[r][v];
}
/** The same for up to ROWS rows. @returns how many it took */
INLINE size_t up_to_rows(vf sum[][4], const f32 *a, size_t a_row, const f32 *panel, size_t depth, size_t rows, const int vectors) {
  if (rows >= ROWS) return panel_product(sum, a, a_row, panel, depth, ROWS, vectors), ROWS;
#if VL == 16
  if (rows >= 4) return panel_product(sum, a, a_row, panel, depth, 4, vectors), 4;
  if (rows >= 2) return panel_product(sum, a, a_row, panel, depth, 2, vectors), 2;
#endif
  return panel_product(sum, a, a_row, panel, depth, 1, vectors), 1;
}
static size_t some_rows(vf sum[][4], const f32 *a, size_t a_row, const f32 *panel, size_t depth, size_t rows) {
  return up_to_rows(sum, a, a_row, panel, depth, rows, 4);
}

static size_t first_panel(const sequence *c, int chunk) { return chunk_start(c->panels, chunk, c->chunks, 1); }

/** Chunks of about a million products each; as many as there are panels at most. */
static int chunks_of_panels(const sequence *c) {
  return (int)MIN((size_t)chunks_of(c->batch * c->width * c->gate_count * c->width, 1 << 20), c->panels);
}

// ---- Forwards: a panel holds VL units of all gates -----------------------------------------------------------------------
static void pack_units(void *context, int chunk, int thread) {
  (void)thread;
  const sequence *c = context;
  for (size_t panel = first_panel(c, chunk); panel < first_panel(c, chunk + 1); panel++) {
    size_t unit = panel * VL, lanes = MIN((size_t)VL, c->width - unit);
    f32 *to = c->packed + panel * c->width * c->gate_count * VL;
    for (size_t row = 0; row < c->width * c->gate_count; row++) // of each unit, gate by gate
      store(to + row * VL, load_part(c->weight + row * c->width + unit, lanes));
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
                .width = (u32)INT(10), .gate_count = GATES};
  c.panels = (c.width + VL - 1) / VL;
  c.chunks = chunks_of_panels(&c);
  parallel_for(pack_units, &c, c.chunks);
  for (c.t = 0; c.t < c.time; c.t++) parallel_for(step_units, &c, c.chunks);
}

// ---- Backwards: a panel holds 4 VL units, as columns of the transposed weight ---------------------------------------------
static void pack_transposed(void *context, int chunk, int thread) {
  (void)thread;
  const sequence *c = context;
  size_t depth = c->gate_count * c->width;
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
                .batch = (u32)INT(9), .time = (u32)INT(10), .width = (u32)INT(11), .gate_count = GATES};
  c.panels = (c.width + 4 * VL - 1) / (4 * VL);
  c.chunks = chunks_of_panels(&c);
  parallel_for(pack_transposed, &c, c.chunks);
  for (c.t = c.time - 1; c.t + 1 > 0; c.t--) parallel_for(step_back, &c, c.chunks);
  parallel_for(step_back, &c, c.chunks); // t = −1: what is left goes to the state before
}

// ---- Gated recurrent units: the reset gate acts on the product with the weight, as in PyTorch ------------------------------
static void gru_step(void *context, int chunk, int thread) {
  (void)thread;
  const sequence *c = context;
  const f32 *before = c->t ? c->value + (c->t - 1) * c->width : c->hidden0;
  size_t row_before = c->t ? c->time * c->width : c->width;
  for (size_t panel = first_panel(c, chunk); panel < first_panel(c, chunk + 1); panel++) {
    size_t unit = panel * VL, lanes = MIN((size_t)VL, c->width - unit);
    const f32 *weights = c->packed + panel * c->width * GRU_GATES * VL;
    vf bias[GRU_GATES] = {};
    for (int gate = 0; gate < GRU_GATES && c->bias; gate++) bias[gate] = load_part(c->bias + gate * c->width + unit, lanes);
    for (size_t row = 0, taken; row < c->batch; row += taken) {
      vf sum[ROWS][4];
      taken = up_to_rows(sum, before + row * row_before, row_before, weights, c->width, c->batch - row, GRU_GATES);
      for (size_t r = 0; r < taken; r++) {
        size_t at = (row + r) * c->time + c->t;
        const f32 *projected = c->projected + at * GRU_GATES * c->width + unit;
        f32 *kept = c->gates + at * 4 * c->width + unit;
        for (int gate = 0; gate < GRU_GATES; gate++) sum[r][gate] += bias[gate];
        vf reset = vsigmoid(sum[r][0] + load_part(projected, lanes));
        vf update = vsigmoid(sum[r][1] + load_part(projected + c->width, lanes));
        vf candidate = vtanh(fma_(reset, sum[r][2], load_part(projected + 2 * c->width, lanes)));
        vf hidden = load_part(before + (row + r) * row_before + unit, lanes);
        store_part(kept, reset, lanes);
        store_part(kept + c->width, update, lanes);
        store_part(kept + 2 * c->width, candidate, lanes);
        store_part(kept + 3 * c->width, sum[r][2], lanes);
        store_part(c->value + at * c->width + unit, fma_(update, hidden - candidate, candidate), lanes);
      }
    }
  }
}
/** Hidden states (batch, time, width). Keeps the three gates and the candidate's product with the weight, bias included.
 * (value, kept, packed; projected, weight, bias or none, hidden; batch, time, width) */
void op_gru(const i32 *a) {
  sequence c = {.value = FLOATS(0), .gates = FLOATS(1), .packed = FLOATS(2), .projected = FLOATS(3), .weight = FLOATS(4),
                .bias = INT(5) ? FLOATS(5) : NULL, .hidden0 = FLOATS(6), .batch = (u32)INT(7), .time = (u32)INT(8),
                .width = (u32)INT(9), .gate_count = GRU_GATES};
  c.panels = (c.width + VL - 1) / VL;
  c.chunks = chunks_of_panels(&c);
  parallel_for(pack_units, &c, c.chunks);
  for (c.t = 0; c.t < c.time; c.t++) parallel_for(gru_step, &c, c.chunks);
}

/** The slope at a hidden state comes from its value, from the next update gate (kept in dhidden) and from the next product. */
static void gru_step_back(void *context, int chunk, int thread) {
  (void)thread;
  const sequence *c = context;
  size_t depth = GRU_GATES * c->width, first = c->t == (size_t)-1, next = c->t + 1;
  for (size_t panel = first_panel(c, chunk); panel < first_panel(c, chunk + 1); panel++) {
    const f32 *weights = c->packed + panel * depth * 4 * VL;
    for (size_t row = 0, taken; row < c->batch; row += taken) {
      vf sum[ROWS][4] = {};
      if (next < c->time)
        taken = some_rows(sum, c->recurrent + (row * c->time + next) * depth, c->time * depth, weights, depth, c->batch - row);
      else taken = MIN((size_t)ROWS, c->batch - row);
      for (size_t r = 0; r < taken; r++)
        for (size_t v = 0; v < 4 && (panel * 4 + v) * VL < c->width; v++) {
          size_t unit = (panel * 4 + v) * VL, lanes = MIN((size_t)VL, c->width - unit);
          size_t at = (row + r) * c->time + c->t;
          f32 *carried = c->dhidden + (row + r) * c->width + unit;
          vf slope = sum[r][v];
          if (next < c->time) slope += load_part(carried, lanes);
          if (first) {
            store_part(carried, slope, lanes);
            continue;
          }
          slope += load_part(c->dvalue + at * c->width + unit, lanes);
          const f32 *kept = c->gates_kept + at * 4 * c->width + unit;
          const f32 *before = c->t ? c->value_kept + (at - 1) * c->width + unit : c->hidden0 + (row + r) * c->width + unit;
          f32 *slopes = c->slopes + at * depth + unit, *recurrent = c->recurrent + at * depth + unit;
          vf reset = load_part(kept, lanes), update = load_part(kept + c->width, lanes);
          vf candidate = load_part(kept + 2 * c->width, lanes), product = load_part(kept + 3 * c->width, lanes);
          vf dupdate = slope * (load_part(before, lanes) - candidate) * (update * (1.f - update));
          vf dcandidate = slope * (1.f - update) * (1.f - candidate * candidate);
          vf dreset = dcandidate * product * (reset * (1.f - reset));
          store_part(carried, slope * update, lanes);
          store_part(slopes, dreset, lanes);
          store_part(slopes + c->width, dupdate, lanes);
          store_part(slopes + 2 * c->width, dcandidate, lanes);
          store_part(recurrent, dreset, lanes);
          store_part(recurrent + c->width, dupdate, lanes);
          store_part(recurrent + 2 * c->width, dcandidate * reset, lanes);
        }
    }
  }
}
/** Slopes at the projected gates, at the product of hidden state and weight, and at the state before.
 * (slopes, recurrent, dhidden, packed; dvalue, weight, value, kept, hidden; batch, time, width) */
void op_gru_grad(const i32 *a) {
  sequence c = {.slopes = FLOATS(0), .recurrent = FLOATS(1), .dhidden = FLOATS(2), .packed = FLOATS(3), .dvalue = FLOATS(4),
                .weight = FLOATS(5), .value_kept = FLOATS(6), .gates_kept = FLOATS(7), .hidden0 = FLOATS(8),
                .batch = (u32)INT(9), .time = (u32)INT(10), .width = (u32)INT(11), .gate_count = GRU_GATES};
  c.panels = (c.width + 4 * VL - 1) / (4 * VL);
  c.chunks = chunks_of_panels(&c);
  parallel_for(pack_transposed, &c, c.chunks);
  for (c.t = c.time - 1; c.t + 1 > 0; c.t--) parallel_for(gru_step_back, &c, c.chunks);
  parallel_for(gru_step_back, &c, c.chunks); // t = −1: what is left goes to the state before
}
