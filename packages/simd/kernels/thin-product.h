// A matrix times one vector.
#pragma once
#include "base.h"

typedef struct {
  f32 *c;
  const f32 *vector, *matrix;
  size_t count, depth, ld; // numbers of c, of the vector, between rows of the matrix
  const f32 *bias;         // of a row, or NULL
  int activation;
  f32 alpha; // of the activation
} thin_product;

/** c = act(vector · matrix + bias), the matrix depth × count. @returns false if there is no room for it, or nothing to add up */
bool multiply_row(const thin_product *p);
/** c = act(matrix · vector), the matrix count × depth. */
void multiply_column(const thin_product *p);
