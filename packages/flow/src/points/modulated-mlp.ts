import { expectIntegers, GenaiError, type Layer, split } from '@genai/core';
import { type Conditioned, type DenseParams, glorotUniform, heUniform, mlp } from '@genai/nn';
import { expectShape, linear, scope, silu } from '@genai/tensor';
import { add, split as cut, mul, reshape, type Tensor } from '@tensorflow/tfjs-core';

/** `weights`: (inputs, outputs) of each layer; `modulation`: of the net that makes scales and shifts of the context. */
export type ModulatedMlpParams = { readonly weights: readonly Tensor[]; readonly modulation: readonly DenseParams[] };

/** What {@link modulatedMlp} can vary. */
export interface ModulatedMlpOptions {
  /** Features of the context. */
  readonly context: number;
  /** Widths of the net that sees the context: [64] unless given. */
  readonly modulation?: readonly number[];
  /** What stands between the layers: SiLU unless given. */
  readonly activation?: (x: Tensor) => Tensor;
}

/**
 * A net that the context rules: of each hidden layer it scales and shifts what the activation sees, and it shifts the outputs,
 * `{ x, context }`, (rows, inputs) and (batch, features), → (rows, outputs).
 *
 * Rows that are a multiple of the batch repeat it, as (…, batch): what the context has to say is then computed once for all of them, and
 * not for each as where it stands beside x.
 *
 * @param sizes - `[inputs, …hidden, outputs]`.
 * @example
 * const net = modulatedMlp([3, 64, 64, 2], { context: 16 });
 * const y = net.apply(net.init(key(0)), { x: points, context: shapes }); // (count · batch, 3), (batch, 16) → (count · batch, 2)
 * @throws GenaiError if there are fewer than two sizes, or one that is not an integer of at least 1; when applied, if x has another last
 * axis, the context is not (batch, features), or the rows are no multiple of the batch.
 * @source Perez et al. 2018, "FiLM: visual reasoning with a general conditioning layer", eq. 2; for points: Yang et al. 2019,
 * "PointFlow", appendix A (ConcatSquash, there with a sigmoid).
 */
export function modulatedMlp(
  sizes: readonly number[],
  { context: features, modulation = [64], activation = silu }: ModulatedMlpOptions,
): Layer<Tensor, ModulatedMlpParams, Conditioned> {
  const where = `modulatedMlp([${sizes.join(', ')}])`;
  if (sizes.length < 2) {
    throw new GenaiError(`${where}: sizes must be [inputs, …hidden, outputs], got ${sizes.length}.`);
  }
  expectIntegers(where, { context: features, ...Object.fromEntries(sizes.map((size, i) => [`sizes[${i}]`, size])) });
  const hidden = sizes.slice(1, -1);
  const outputs = sizes.at(-1)!;
  const parts = [...hidden, ...hidden, outputs]; // scales, shifts
  const ruling = mlp([features, ...modulation, parts.reduce((a, b) => a + b)], {
    activation,
    lastInitializer: (key, shape) => scope(() => mul(glorotUniform(key, shape), FIRST)),
  });
  return {
    init: (key) => {
      const [own, ofContext] = split(key);
      const keys = split(own, sizes.length - 1);
      return scope(() => ({
        weights: keys.map((key, i) => (i < hidden.length ? heUniform : glorotUniform)(key, [sizes[i]!, sizes[i + 1]!])),
        modulation: ruling.init(ofContext),
      }));
    },
    apply: ({ weights, modulation }, { x, context }) =>
      scope(() => {
        const [rows] = expectShape(where, x, ['rows', sizes[0]!]);
        const [batch] = expectShape(`${where}, the context`, context, ['batch', features]);
        if (rows % batch !== 0) {
          throw new GenaiError(`${where}: got ${rows} rows and a context of ${batch}. Pass a multiple of its rows.`);
        }
        const ruled = cut(ruling.apply(modulation, context), parts, 1);
        const shifts = ruled.slice(hidden.length); // (batch, size) each
        return weights.reduce((seen, weight, i) => {
          const size = sizes[i + 1]!;
          const y = reshape(linear(seen, weight), [rows / batch, batch, size]);
          const moved = (y: Tensor): Tensor => reshape(add(y, shifts[i]!), [rows, size]);
          return i < hidden.length ? activation(moved(mul(y, add(ruled[i]!, 1)))) : moved(y); // (rows, size)
        }, x);
      }),
  };
}

/** How much of its usual size the context has to say at first: little, since what it says is multiplied by what is seen. */
const FIRST = 0.1;
