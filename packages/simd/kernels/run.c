// The way in: one op, or a recorded list of them.
#include "base.h"

#define OP(name) void op_##name(const i32 *a);
#include "ops.h"
#undef OP

typedef void (*op)(const i32 *a);
static const op OPS[] = {
#define OP(name) op_##name,
#include "ops.h"
#undef OP
};

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name) __attribute__((visibility("default")))
#endif

/** Runs the op of this code on operands at this place. */
EXPORT(run_op) void run_op(i32 code, u32 operands) { OPS[code]((const i32 *)AT(operands)); }

/** Runs a list of ops: each [words that follow, code, operands …]. Stops at `end`. */
EXPORT(run_list) void run_list(u32 start, u32 end) {
  const i32 *at = (const i32 *)AT(start), *stop = (const i32 *)AT(end);
  for (; at < stop; at += at[0] + 1) OPS[at[1]](at + 2);
}

/** (to; from; bytes) */
typedef struct { u8 *to; const u8 *from; size_t bytes; int chunks; } copying;
static void copy_part(void *context, int chunk, int thread) {
  (void)thread;
  copying *c = context;
  size_t start = chunk_start(c->bytes, chunk, c->chunks, 64), end = chunk_start(c->bytes, chunk + 1, c->chunks, 64);
  memmove(c->to + start, c->from + start, end - start);
}
void op_copy(const i32 *a) {
  copying c = {BYTES(0), BYTES(1), (u32)INT(2), chunks_of((u32)INT(2), 1 << 18)};
  parallel_for(copy_part, &c, c.chunks);
}

/** (to;; count, the 32 bits of the value) */
typedef struct { i32 *to, value; size_t count; int chunks; } filling;
static void fill_part(void *context, int chunk, int thread) {
  (void)thread;
  filling *f = context;
  size_t end = chunk_start(f->count, chunk + 1, f->chunks, 16);
  for (size_t i = chunk_start(f->count, chunk, f->chunks, 16); i < end; i++) f->to[i] = f->value;
}
void op_fill(const i32 *a) {
  filling f = {INTS(0), INT(2), (u32)INT(1), chunks_of((u32)INT(1), 1 << 16)};
  parallel_for(fill_part, &f, f.chunks);
}
