#include "gemm-activation.h"
#include "math.h"

INLINE vf activated(int activation, f32 alpha, vf x) {
  const vf zero = {};
  switch (activation) {
    case RELU: return choose(x < zero, zero, x);
    case RELU6: return choose(x < zero, zero, choose(x > splat(6.0f), splat(6.0f), x));
    case LEAKY_RELU: return choose(x < zero, splat(alpha) * x, x);
    case ELU: return choose(x < zero, vexpm1(x), x);
    case SIGMOID: return vsigmoid(x);
    case TANH: return vtanh(x);
    case SILU: return x * vsigmoid(x);
    default: return x;
  }
}

void activate(int activation, f32 alpha, f32 *x, int count) {
  int i = 0;
  for (; i + VL <= count; i += VL) store(x + i, activated(activation, alpha, load(x + i)));
  if (i == count) return;
  f32 rest[VL] = {0};
  for (int j = i; j < count; j++) rest[j - i] = x[j];
  store(rest, activated(activation, alpha, load(rest)));
  for (int j = i; j < count; j++) x[j] = rest[j - i];
}
