// What may be done to a product's sums before they leave. The numbers are the ops' operands.
#pragma once
#include "base.h"

enum { NONE, RELU, RELU6, LEAKY_RELU, ELU, SIGMOID, TANH, SILU };

/** Does it to `count` floats in place. `alpha` is leaky ReLU's slope. */
void activate(int activation, f32 alpha, f32 *x, int count);
