// Products with quantised weights, which are read from memory as they are packed: for a few rows what a product costs is reading them.
#include "bytes.h"
#include "gemm.h"
#include "halves.h"
#include "quantised.h"

enum {
  PARTS = BLOCK / VL,  // vectors that a block fills
  FEW_ROWS = 4,        // of x, for which a block is unpacked once; for more, weights become a panel of a matrix product
  SIDE_BY_SIDE = 2,    // outputs computed at once
  AHEAD = 6144,        // bytes, about as far as is read while a line comes from memory; rows are too short for the processor to see it
  LINE = DEPTH + BLOCK // weights of one output in a panel: its depth may begin and end within a block
};

// ---- Unpacking -----------------------------------------------------------------------------------------------------------
/** The codes of a block as floats, without their scale if they have one. */
INLINE void unpack(vf *to, const i8 *codes, const int bits) {
  if (bits == 16) {
    for (int v = 0; v < PARTS; v++) to[v] = load_halves(codes + 2 * VL * v);
    return;
  }
  vi q[PARTS];
  i8x16 x = load_bytes(codes);
  if (bits == 8) {
    widen(q, x);
    widen(q + PARTS / 2, load_bytes(codes + 16));
#if VL > 4
  } else {
    widen(q + PARTS / 2, x);
    for (int v = 0; v < PARTS / 2; v++) q[v] = (vi)((vu)q[PARTS / 2 + v] << 28) >> 28, q[PARTS / 2 + v] >>= 4;
#else
  } else { // shifts are dear, and bytes have none: the sign is mended by (q ^ 8) − 8
    widen(q, ((x & 15) ^ 8) - 8);
    widen(q + PARTS / 2, (((i8x16)((i16x8)x >> 4) & 15) ^ 8) - 8);
#endif
  }
  for (int v = 0; v < PARTS; v++) to[v] = __builtin_convertvector(q[v], vf);
}

/** Weights of one output, blocks first … first + count − 1 of it. */
INLINE void weights_of(const quantised *q, f32 *to, size_t output, size_t first, size_t count, const int bits) {
  const i8 *codes = q->codes + (output * q->blocks + first) * (BLOCK / 8 * bits);
  const f32 *scales = bits == 16 ? NULL : q->scales + output * q->blocks + first;
  for (size_t b = 0; b < count; b++, codes += BLOCK / 8 * bits, to += BLOCK) {
    vf w[PARTS];
    unpack(w, codes, bits);
    const f32 scale = bits == 16 ? 1 : scales[b];
    for (int v = 0; v < PARTS; v++) store(to + v * VL, w[v] * scale);
  }
}
INLINE void any_weights_of(const quantised *q, f32 *to, size_t output, size_t first, size_t count) {
  if (q->bits == 16) weights_of(q, to, output, first, count, 16);
  else if (q->bits == 8) weights_of(q, to, output, first, count, 8);
  else weights_of(q, to, output, first, count, 4);
}

// ---- A few rows ----------------------------------------------------------------------------------------------------------
/** `count` outputs of `rows` rows; both and `bits` are constants where this is inlined. */
INLINE void few_outputs(const quantised *q, size_t row, size_t output, const int rows, const int count, const int bits) {
  const size_t bytes = BLOCK / 8 * bits;
  const i8 *codes = q->codes + output * q->blocks * bytes;
  const f32 *scales = bits == 16 ? NULL : q->scales + output * q->blocks, *x = q->x + row * q->inputs;
  vf sum[SIDE_BY_SIDE][FEW_ROWS] = {};
  for (size_t b = 0; b < q->blocks; b++, x += BLOCK)
#pragma GCC unroll 2
    for (int o = 0; o < count; o++) {
      vf w[PARTS], scale = splat(bits == 16 ? 1 : scales[o * q->blocks + b]);
      const i8 *block = codes + (o * q->blocks + b) * bytes;
      __builtin_prefetch(block + AHEAD);
      unpack(w, block, bits);
#pragma GCC unroll 4
      for (int r = 0; r < rows; r++) {
        vf part = w[0] * load(x + r * q->inputs);
#pragma GCC unroll 8
        for (int v = 1; v < PARTS; v++) part = fma_(w[v], load(x + r * q->inputs + v * VL), part);
        sum[o][r] = fma_(part, scale, sum[o][r]);
      }
    }
  for (int o = 0; o < count; o++)
    for (int r = 0; r < rows; r++)
      q->y[(row + r) * q->outputs + output + o] = sum_lanes(sum[o][r]) + (q->bias ? q->bias[output + o] : 0);
}
INLINE void few_rows(const quantised *q, size_t row, size_t output, size_t end, const int rows, const int bits) {
  for (; output + SIDE_BY_SIDE <= end; output += SIDE_BY_SIDE) few_outputs(q, row, output, rows, SIDE_BY_SIDE, bits);
  for (; output < end; output++) few_outputs(q, row, output, rows, 1, bits);
}
INLINE void few_part(const quantised *q, size_t output, size_t end, const int bits) {
  size_t row = 0;
  for (; row + 4 <= q->rows; row += 4) few_rows(q, row, output, end, 4, bits);
  for (; row + 2 <= q->rows; row += 2) few_rows(q, row, output, end, 2, bits);
  for (; row < q->rows; row++) few_rows(q, row, output, end, 1, bits);
}
static void few_task(void *context, int chunk, int thread) {
  (void)thread;
  const quantised *q = context;
  const size_t start = chunk_start(q->outputs, chunk, q->chunks, SIDE_BY_SIDE);
  const size_t end = chunk_start(q->outputs, chunk + 1, q->chunks, SIDE_BY_SIDE);
  if (q->bits == 16) few_part(q, start, end, 16);
  else if (q->bits == 8) few_part(q, start, end, 8);
  else few_part(q, start, end, 4);
}

// ---- Many rows -----------------------------------------------------------------------------------------------------------
static void copy_x(const product *p, f32 *to, int batch, int row, int rows, int k, int depth) {
  (void)batch;
  for (int i = 0; i < rows; i++) copy_run(to + i * PITCH, p->a + (row + i) * p->lda + k, depth);
}
static void pack_weights(const product *p, f32 *to, int pitch, int batch, int column, int columns, int k, int depth) {
  (void)batch;
  const quantised *q = p->more;
  f32 lines[PANEL][LINE];
  const int first = k / BLOCK, count = (k + depth + BLOCK - 1) / BLOCK - first;
  for (int j = 0; j < columns; j++)
    any_weights_of(q, lines[j], column + j, first, count);
  pack_turned(to, pitch, lines[0] + (k - first * BLOCK), LINE, columns, depth);
}

/** x · weightsᵀ + bias. (y; x, codes, scales or none, bias or none; rows, inputs, outputs, bits, whether there is a bias) */
void op_quantised_linear(const i32 *a) {
  quantised q = {.y = FLOATS(0), .x = FLOATS(1), .codes = (const i8 *)PLACE(2), .scales = FLOATS(3), .bias = INT(9) ? FLOATS(4) : NULL,
                 .rows = (u32)INT(5), .inputs = (u32)INT(6), .outputs = (u32)INT(7), .bits = INT(8)};
  q.blocks = q.inputs / BLOCK;
  if (q.rows > FEW_ROWS) {
    product p = {.rows = (int)q.rows, .columns = (int)q.outputs, .depth = (int)q.inputs, .copy_a = copy_x, .pack_b = pack_weights,
                 .a = q.x, .lda = q.inputs, .c = q.y, .ldc = q.outputs, .bias = q.bias, .batches = 1, .more = &q};
    multiply(&p);
    return;
  }
  q.chunks = (int)MIN((size_t)chunks_of(q.rows * q.inputs * q.outputs, 1 << 17), MAX(q.outputs / SIDE_BY_SIDE, 1));
  if (multiply_integers(&q)) return;
  parallel_for(few_task, &q, q.chunks);
}

// ---- The weights ---------------------------------------------------------------------------------------------------------
static void dequantise_task(void *context, int chunk, int thread) {
  (void)thread;
  const quantised *q = context;
  const size_t end = chunk_start(q->outputs, chunk + 1, q->chunks, 1);
  for (size_t i = chunk_start(q->outputs, chunk, q->chunks, 1); i < end; i++)
    any_weights_of(q, q->y + i * q->inputs, i, 0, q->blocks);
}
/** The weights as floats. (y; codes, scales or none; rows, inputs, bits) */
void op_dequantised(const i32 *a) {
  quantised q = {.y = FLOATS(0), .codes = (const i8 *)PLACE(1), .scales = FLOATS(2), .outputs = (u32)INT(3), .inputs = (u32)INT(4), .bits = INT(5)};
  q.blocks = q.inputs / BLOCK;
  q.chunks = (int)MIN((size_t)chunks_of(q.outputs * q.inputs, 1 << 15), MAX(q.outputs, 1));
  parallel_for(dequantise_task, &q, q.chunks);
}
