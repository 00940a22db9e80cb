// What every kernel stands on: vectors, operands, threads, scratch. One source for WebAssembly and for the machine.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef float f32;
typedef int32_t i32;
typedef uint32_t u32;
typedef uint8_t u8;

// ---- Vectors -------------------------------------------------------------------------------------------------------
// VL floats side by side: the width of the machine's registers. Loads and stores need no alignment.
#if defined(__AVX512F__)
#define VL 16
#elif defined(__AVX2__)
#define VL 8
#else
#define VL 4
#endif

typedef f32 vf __attribute__((vector_size(4 * VL), aligned(4), may_alias));
typedef i32 vi __attribute__((vector_size(4 * VL), aligned(4), may_alias));
typedef u32 vu __attribute__((vector_size(4 * VL), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vf load(const f32 *p) { return *(const vf *)p; }
INLINE void store(f32 *p, vf x) { *(vf *)p = x; }
INLINE vf splat(f32 x) { return x - (vf){}; }
INLINE vi splat_int(i32 x) { return x - (vi){}; }
/** Lane by lane: where the mask's lane is all ones a, where it is zero b. Comparisons of vectors give such masks. */
#if defined(__wasm_relaxed_simd__)
// Written with &, |, ~ the compiler would make of it the relaxed minimum and maximum, in which a NaN does as it likes.
INLINE vf choose(vi mask, vf a, vf b) { return (vf)__builtin_wasm_relaxed_laneselect_i32x4((vi)a, (vi)b, mask); }
#else
INLINE vf choose(vi mask, vf a, vf b) { return (vf)(((vi)a & mask) | ((vi)b & ~mask)); }
#endif

/** a * b + c, in one rounding where the machine has it. */
#if defined(__wasm_relaxed_simd__)
INLINE vf fma_(vf a, vf b, vf c) { return (vf)__builtin_wasm_relaxed_madd_f32x4(a, b, c); }
#else
INLINE vf fma_(vf a, vf b, vf c) { return a * b + c; }
#endif

/** The sum of the lanes, always in the same order: halves onto each other. */
INLINE f32 sum_lanes(vf x) {
#if VL == 16
  x += __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  x += __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
  x += __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
#elif VL == 8
  x += __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3);
  x += __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5);
#else
  x += __builtin_shufflevector(x, x, 2, 3, 0, 1);
#endif
  return x[0] + x[1];
}

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

// ---- Operands ------------------------------------------------------------------------------------------------------
// An op is `void op_NAME(const i32 *a)`: first the places of what it writes, then of what it reads, then numbers, as
// TypeScript's `launch(name, writes, reads, numbers)` gives them. A place is an offset from the memory's first byte.
#ifdef __wasm__
#define AT(place) ((u8 *)(u32)(place))
#else
extern u8 *memory_base;
#define AT(place) (memory_base + (u32)(place))
#endif

#define PLACE(i) AT(a[i])
#define FLOATS(i) ((f32 *)PLACE(i))
#define INTS(i) ((i32 *)PLACE(i))
#define BYTES(i) ((u8 *)PLACE(i))
#define INT(i) (a[i])
/** A float number among the operands, written as `floatBits(x)` by TypeScript. */
INLINE f32 as_float(i32 bits) { union { i32 i; f32 f; } u = {bits}; return u.f; }
#define FLOAT(i) as_float(a[i])

// ---- Threads -------------------------------------------------------------------------------------------------------
/** One share of an op's work. `thread` tells the scratch space, and must not change the result. */
typedef void (*task)(void *context, int chunk, int thread);

/**
 * Runs chunks 0 … chunks − 1, on all threads, and returns when all are done. Chunks may run in any order and at once;
 * cut the work by its sizes alone, never by the number of threads, so that results are the same on any number.
 * `context` may stand on the caller's stack. A task must not call it.
 */
void parallel_for(task run, void *context, int chunks);

/** How many chunks of about `grain` units `units` of work make; 1 if there is little. At most 64. */
INLINE int chunks_of(size_t units, size_t grain) {
  size_t chunks = (units + grain - 1) / grain;
  return chunks < 1 ? 1 : chunks > 64 ? 64 : (int)chunks;
}
/** Where chunk `chunk` of `chunks` starts among `units`, on a multiple of `step`. Chunk `chunks` starts at the end. */
INLINE size_t chunk_start(size_t units, int chunk, int chunks, size_t step) {
  if (chunk >= chunks) return units;
  size_t blocks = (units + step - 1) / step;
  size_t start = (size_t)((uint64_t)blocks * (u32)chunk / (u32)chunks) * step; // the product can exceed 32 bits
  return MIN(start, units);
}

/** Space of one thread's own, aligned to 64 bytes, for the length of a task. */
#define SCRATCH_PER_THREAD (1 << 20)
u8 *scratch(int thread);
/** Space that an op may share among its tasks, aligned to 64 bytes, for the length of the op. */
#define SCRATCH_SHARED (4 << 20)
u8 *shared_scratch(void);

// ---- The C library, as far as we need it -----------------------------------------------------------------------------
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
