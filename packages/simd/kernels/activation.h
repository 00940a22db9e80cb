// Non-linearities of one number, and their slopes.
#pragma once
#include "math.h"

enum { GELU, GELU_TANH, SILU, SOFTPLUS, LOG_SIGMOID, ELU, LEAKY_RELU, RELU_OF_Y, SIGMOID_OF_Y, TANH_OF_Y };

#define GELU_A 0.044715f
#define GELU_C 0.797884561f // √(2/π)

INLINE vf doubled_argument(vf x) { return x * fma_(x * x, splat(2 * GELU_C * GELU_A), splat(2 * GELU_C)); } // 2 √(2/π) (x + 0.044715 x³)
INLINE vf normal_cdf(vf x) { return fma_(verf(x * .707106781f), splat(.5f), splat(.5f)); }

INLINE vf value(vf x, int kind, f32 slope) {
  switch (kind) {
  case GELU: return x * normal_cdf(x);
  case GELU_TANH: return x * vsigmoid(doubled_argument(x));
  case SILU: return x * vsigmoid(x);
  case SOFTPLUS: return vsoftplus(x);
  case LOG_SIGMOID: return -vsoftplus(-x);
  case ELU: return choose(x > 0.f, x, vexpm1(vmin(splat(0.f), x)));
  default: return choose(x > 0.f, x, x * slope);
  }
}

/** dy · f′ at x, or, for the last kinds, by the value y that x had. */
INLINE vf gradient(vf dy, vf x, int kind, f32 slope) {
  switch (kind) {
  case GELU: return dy * fma_(x, vexp(x * x * -.5f) * .398942280f, normal_cdf(x)); // Φ(x) + x φ(x)
  case GELU_TANH: {
    vf s = vsigmoid(doubled_argument(x)), bend = x * fma_(x * x, splat(6 * GELU_C * GELU_A), splat(2 * GELU_C)); // x d(2u)/dx
    return dy * (s * fma_(bend, 1.f - s, splat(1.f)));
  }
  case SILU: {
    vf s = vsigmoid(x);
    return dy * (s * fma_(x, 1.f - s, splat(1.f)));
  }
  case SOFTPLUS: return dy * vsigmoid(x);
  case LOG_SIGMOID: return dy * vsigmoid(-x);
  case ELU: return dy * vexp(vmin(splat(0.f), x));
  case LEAKY_RELU: return dy * choose(x > 0.f, splat(1.f), choose(vis_nan(x), x, splat(slope)));
  case RELU_OF_Y: return dy * choose(x > 0.f, splat(1.f), choose(vis_nan(x), x, splat(0.f)));
  case SIGMOID_OF_Y: return dy * (x * (1.f - x));
  default: return dy * (1.f - x * x);
  }
}
