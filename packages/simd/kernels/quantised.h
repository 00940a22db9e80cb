// What products with quantised weights are made of.
#pragma once
#include "bytes.h"

enum { BLOCK = 32 }; // weights of one scale

/**
 * (outputs, inputs) weights: w = scale · q, with q in two's complement of `bits` bits. Of 4 bits, place j of a block shares a byte with
 * j + 16. Of 16 bits w is a float16, and there are no scales.
 */
typedef struct {
  f32 *y;
  const f32 *x, *scales, *bias; // no bias: NULL
  const i8 *codes;
  size_t rows, inputs, outputs, blocks; // blocks of an output
  int bits, chunks;
} quantised;

/** The product by whole numbers, of which WebAssembly multiplies eight at once. @returns false where that is not to be had, too large, or of halves */
bool multiply_integers(const quantised *q);
