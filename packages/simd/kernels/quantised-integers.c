// Products with quantised weights in whole numbers: x is rounded to 15 bits beside the largest of each block, an error of 2^−16 of that.
#include "quantised.h"

#if defined(__wasm_simd128__)
enum {
  LARGEST = 32767,
  EIGHTS = BLOCK / 8,
  AT_ONCE = 2 // outputs whose memory is asked for at once
};
typedef i32 i32x4 __attribute__((vector_size(16), may_alias));
typedef uint16_t u16x8 __attribute__((vector_size(16), may_alias));

/** 32 numbers of x as q · scale. */
typedef struct {
  i16x8 q[EIGHTS];
  i32x4 shift; // in lane 0 −8 Σ q: weights of 4 bits are read as q + 8, which is without a sign
  f32 scale, unused[3];
} block;

typedef struct {
  const quantised *q;
  const block *x; // (rows, blocks)
} work;

static void round_block(block *to, const f32 *x) {
  f32 most = 0;
  for (int i = 0; i < BLOCK; i++) most = MAX(most, __builtin_fabsf(x[i]));
  const f32 inverse = most > 1e-30f ? LARGEST / most : 0; // below it would be infinite: numbers that small count as 0
  to->scale = most / LARGEST;
  i32 sum = 0;
  for (int i = 0; i < BLOCK; i++) {
    const f32 scaled = x[i] * inverse;
    if (scaled != scaled) to->scale = scaled; // of NaN or infinity: all outputs are NaN, not some number
    const i32 q = scaled == scaled ? (i32)__builtin_rintf(scaled) : 0;
    to->q[i / 8][i % 8] = (short)q;
    sum += q;
  }
  to->shift = (i32x4){-8 * sum};
}

INLINE i32x4 dot(i16x8 a, i16x8 b) { return (i32x4)__builtin_wasm_dot_s_i32x4_i16x8(a, b); }
INLINE i16x8 low_half(i8x16 x) { return __builtin_convertvector(__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7), i16x8); }
INLINE i16x8 high_half(i8x16 x) { return __builtin_convertvector(__builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15), i16x8); }

/** One output of `rows` rows of x; both `rows` and `bits` are constants where this is inlined. */
INLINE void one_output(const work *w, size_t row, size_t output, const int rows, const int bits) {
  const quantised *q = w->q;
  const size_t bytes = BLOCK / 8 * bits;
  const i8 *codes = q->codes + output * q->blocks * bytes;
  const f32 *scales = q->scales + output * q->blocks;
  const block *x = w->x + row * q->blocks;
  vf sum[4] = {};
  for (size_t b = 0; b < q->blocks; b++, codes += bytes, x++) {
    i16x8 wide[EIGHTS];
    i8x16 first = load_bytes(codes), second;
    if (bits == 4) {
      first ^= (i8)0x88; // q + 8
      second = (i8x16)((u16x8)first >> 4) & 15;
      first &= 15;
    } else second = load_bytes(codes + 16);
    __asm__("" : "+r"(first), "+r"(second)); // else the compiler makes other steps of shift, mask and widening
    wide[0] = low_half(first), wide[1] = high_half(first), wide[2] = low_half(second), wide[3] = high_half(second);
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
      const block *of = x + r * q->blocks;
      i32x4 total = dot(wide[0], of->q[0]) + dot(wide[1], of->q[1]) + (dot(wide[2], of->q[2]) + dot(wide[3], of->q[3]));
      if (bits == 4) total += of->shift;
      sum[r] = fma_(__builtin_convertvector(total, vf), splat(scales[b] * of->scale), sum[r]);
    }
  }
  for (int r = 0; r < rows; r++) q->y[(row + r) * q->outputs + output] = sum_lanes(sum[r]) + (q->bias ? q->bias[output] : 0);
}

/** Reads a number of each line of memory: many are on their way at once, where a product would wait for one after the other. */
INLINE void touch(const void *from, size_t bytes) {
  for (const i8 *p = from, *end = p + bytes; p < end; p += 64) {
    i8 number = *p;
    __asm__ volatile("" : : "r"(number));
  }
}
/** The codes and scales of `count` outputs, as far as there are so many. */
INLINE void touch_outputs(const quantised *q, size_t output, size_t count, const int bits) {
  if (output >= q->outputs) return;
  count = MIN(count, q->outputs - output) * q->blocks;
  touch(q->codes + output * q->blocks * (BLOCK / 8 * bits), count * (BLOCK / 8 * bits));
  touch(q->scales + output * q->blocks, count * sizeof(f32));
}

INLINE void part_of_rows(const work *w, size_t row, size_t start, size_t end, const int rows, const int bits) {
  for (size_t output = start; output < end; output++) {
    if ((output - start) % AT_ONCE == 0) touch_outputs(w->q, output + AT_ONCE, AT_ONCE, bits);
    one_output(w, row, output, rows, bits);
  }
}
INLINE void part(const work *w, size_t start, size_t end, const int bits) {
  size_t row = 0;
  for (; row + 2 <= w->q->rows; row += 2) part_of_rows(w, row, start, end, 2, bits);
  for (; row < w->q->rows; row++) part_of_rows(w, row, start, end, 1, bits);
}

static void integer_task(void *context, int chunk, int thread) {
  (void)thread;
  const work *w = context;
  const size_t start = chunk_start(w->q->outputs, chunk, w->q->chunks, 1), end = chunk_start(w->q->outputs, chunk + 1, w->q->chunks, 1);
  if (w->q->bits == 8) part(w, start, end, 8);
  else part(w, start, end, 4);
}

bool multiply_integers(const quantised *q) {
  const size_t blocks = q->rows * q->blocks;
  if (q->bits == 16 || blocks * sizeof(block) > SCRATCH_SHARED) return false;
  work w = {.q = q, .x = (block *)shared_scratch()};
  for (size_t b = 0; b < blocks; b++) round_block((block *)w.x + b, q->x + b * BLOCK);
  parallel_for(integer_task, &w, q->chunks);
  return true;
}
#else
bool multiply_integers(const quantised *q) {
  (void)q;
  return false;
}
#endif
