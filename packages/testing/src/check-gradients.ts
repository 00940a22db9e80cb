import { GenaiError, type Key, key, threefry2x32 } from '@genai/core';
import { add, engine, mul, sum, type Tensor, tensor, tidy, zerosLike } from '@tensorflow/tfjs-core';

/** How {@link checkGradients} looks. */
export type GradientCheck = {
  /** 1 checks the gradient, 2 also the gradient of the gradient. 1 unless given. */
  readonly order?: 1 | 2;
  /** The step of the finite differences, as a change of every entry. 0.02 unless given. */
  readonly epsilon?: number;
  /** What the two may differ by, as a part of the gradient's norm. 1e-3 unless given. */
  readonly tolerance?: number;
  /** How many random directions to try at each input. 3 unless given. */
  readonly directions?: number;
  /** Where the directions come from. */
  readonly key?: Key;
  /** That of @genai/tensor; needed for order 2, where TensorFlow.js's own is wrong. */
  readonly valueAndGrad?: ValueAndGrad;
};

/** The part of `valueAndGrad` in @genai/tensor that is needed here. */
export type ValueAndGrad = (f: (xs: Tensor[]) => { readonly loss: Tensor }, xs: Tensor[]) => { grad: Tensor[] };

/**
 * Compares derivatives of `f` found by the engine with finite differences, on whichever engine is current.
 *
 * `f` may give a tensor of any shape: a fixed random weighting of its entries is differentiated, at one input at a
 * time and along random directions. The differences are central and extrapolated to the fourth order in `epsilon`, and
 * entries are weighted and added in float64 on the host, so that float32 engines can be held to about four digits.
 * Inputs that are not float32 are passed on as they are. Keep inputs further than `epsilon` from kinks.
 *
 * @example
 * await checkGradients((x, w) => matMul(x, w), [x, w], { order: 2, valueAndGrad });
 * @throws Error that names the input, the order, and both numbers, where they differ.
 */
export async function checkGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradientCheck = {},
): Promise<void> {
  const { order = 1, epsilon = 0.02, tolerance = 1e-3, directions = 3 } = options;
  if (order === 2 && !options.valueAndGrad) {
    throw new GenaiError('checkGradients: order 2 needs valueAndGrad. Pass that of @genai/tensor.');
  }
  const grad = gradientBy(options.valueAndGrad);
  const seed = options.key ?? key(0);
  const floats = [...inputs.keys()].filter((i) => inputs[i]!.dtype === 'float32');
  const at = await Promise.all(floats.map((i) => inputs[i]!.data<'float32'>()));
  const apply = (xs: Tensor[]): Tensor => {
    const all = [...inputs];
    for (const [j, i] of floats.entries()) all[i] = xs[j]!;
    return f(...all);
  };
  const size = tidy(() => apply(floats.map((i) => inputs[i]!)).size);
  const weights = randomWeights(seed, 0, size);
  const vs = at.map((values, j) => randomWeights(seed, 1 + j, values.length));

  // Each tensor function, and the numbers on the host that weigh its entries: f itself, then its gradient.
  const value = (xs: Tensor[]): Tensor[] => [apply(xs)];
  const gradient = (xs: Tensor[]): Tensor[] => grad((ys) => weigh([apply(ys)], [weights]), xs);
  await compare(value, [weights], gradient, 1);
  if (order === 2) await compare(gradient, vs, (xs) => grad((ys) => weigh(gradient(ys), vs), xs), 2);

  async function compare(
    g: (xs: Tensor[]) => Tensor[],
    hostWeights: readonly Float32Array[],
    derivative: (xs: Tensor[]) => Tensor[],
    which: number,
  ): Promise<void> {
    const exact = await run(derivative, at);
    for (const [j, i] of floats.entries()) {
      const norm = Math.hypot(...exact[j]!);
      for (let d = 0; d < directions; d++) {
        const u = randomSigns(seed, 100 * (which + 2 * j) + d, at[j]!.length);
        const wide = await difference(j, u, epsilon);
        const narrow = await difference(j, u, epsilon / 2);
        const numeric = (4 * narrow.slope - wide.slope) / 3; // Richardson: the terms in ε² cancel
        const automatic = exact[j]!.reduce((total, x, n) => total + x * u[n]!, 0);
        const allowed = tolerance * Math.max(norm, Math.abs(numeric)) + 4 * narrow.rounding;
        if (Math.abs(automatic - numeric) <= allowed) continue;
        throw new Error(
          `checkGradients: derivative ${which} at input ${i}, shape [${inputs[i]!.shape.join(', ')}], direction ${d}: ` +
            `the engine gives ${automatic}, differences give ${numeric}; ${allowed.toPrecision(3)} is allowed.`,
        );
      }
    }

    async function difference(j: number, u: Float32Array, step: number): Promise<{ slope: number; rounding: number }> {
      const total = { slope: 0, rounding: 0 };
      for (const sign of [1, -1]) {
        const moved = at.map((xs, n) => (n === j ? xs.map((x, m) => x + sign * step * u[m]!) : xs));
        const outputs = await run(g, moved);
        for (const [n, ys] of outputs.entries()) {
          for (const [m, y] of ys.entries()) {
            const part = (y * hostWeights[n]![m]!) / (2 * step);
            total.slope += sign * part;
            total.rounding += (part * ULP) ** 2;
          }
        }
      }
      return { slope: total.slope, rounding: Math.sqrt(total.rounding) };
    }
  }

  async function run(g: (xs: Tensor[]) => Tensor[], values: readonly Float32Array[]): Promise<Float32Array[]> {
    const outputs = tidy(() => g(values.map((xs, j) => tensor(xs, inputs[floats[j]!]!.shape, 'float32'))));
    try {
      return await Promise.all(outputs.map((output) => output.data<'float32'>()));
    } finally {
      for (const output of outputs) output.dispose();
    }
  }
}

/** Half the distance of neighbouring float32 numbers at 1. */
const ULP = 2 ** -24;

function gradientBy(valueAndGrad: ValueAndGrad | undefined): (f: (xs: Tensor[]) => Tensor, xs: Tensor[]) => Tensor[] {
  if (valueAndGrad) return (f, xs) => valueAndGrad((ys) => ({ loss: f(ys) }), xs).grad;
  return (f, xs) => {
    const { grads } = engine().gradients(() => f(xs), xs, undefined, true);
    return xs.map((x, i) => grads[i] ?? zerosLike(x));
  };
}

function weigh(ys: Tensor[], weights: readonly Float32Array[]): Tensor {
  return ys
    .map((y, i) => sum(mul(y, tensor(weights[i]!, y.shape, 'float32'))))
    .reduce((total, part) => add(total, part));
}

function randomSigns(seed: Key, stream: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (threefry2x32(seed, stream, i)[0] & 1 ? 1 : -1));
}

/** Numbers of size 0.5 to 1.5 and either sign: none so small that an entry goes unseen. */
function randomWeights(seed: Key, stream: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const [bits, sign] = threefry2x32(seed, stream, i);
    return (0.5 + bits / 2 ** 32) * (sign & 1 ? 1 : -1);
  });
}
