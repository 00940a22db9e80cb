import { type Key, split } from '@genai/core';
import { type DenseParams, dense, glorotUniform, zeros } from '@genai/nn';
import { linear, scope } from '@genai/tensor';
import { add, matMul, mul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Emission } from './emission.js';
import { type MaskTables, maskBetween, repeatColumns } from './mask-tables.js';

/** The parameters of {@link made}. Outputs for one feature stand side by side, and so does what the net sees of it. */
export type MadeParams = {
  /** The hidden layers; the first sees (features · inputs). */
  readonly hidden: readonly DenseParams[];
  /** (units, features · outputs) */
  readonly output: DenseParams;
  /** (features · inputs, features · outputs), if inputs lead straight to outputs. */
  readonly direct?: DenseParams;
  /** What a context adds to the first hidden layer, (context, units), and to the outputs, (context, features · outputs). */
  readonly context?: { readonly hidden: DenseParams; readonly output: DenseParams };
};

/** What the net of {@link made} is made of. */
export interface MadeNet {
  readonly features: number;
  readonly hidden: readonly number[];
  readonly emission: Emission;
  readonly activation: (x: Tensor) => Tensor;
  readonly direct: boolean;
  readonly context: number;
}

export function initMade({ features, hidden, emission, direct, context }: MadeNet, key: Key): MadeParams {
  const [first, last, straight, a, b] = split(key, 5) as [Key, Key, Key, Key, Key];
  const keys = split(first, hidden.length);
  const sizes = [features * emission.inputs, ...hidden];
  const outputs = features * emission.outputs;
  const [seen, made] = [sizes[0]!, sizes[1]!];
  return scope(() => ({
    hidden: hidden.map((units, i) => dense(sizes[i]!, units).init(keys[i]!)),
    output: dense(sizes.at(-1)!, outputs, { initializer: glorotUniform }).init(last),
    // From 0, so that the straight path starts as none.
    ...(direct && { direct: dense(seen, outputs, { bias: false, initializer: zeros }).init(straight) }),
    ...(context > 0 && {
      context: {
        hidden: dense(context, made, { bias: false, initializer: glorotUniform }).init(a),
        output: dense(context, outputs, { bias: false, initializer: glorotUniform }).init(b),
      },
    }),
  }));
}

/**
 * What the net gives for each feature, (batch, features, outputs), of those before it in the order of the one set in `masks`.
 *
 * x: (batch, features), context: (batch, context).
 * @source Germain et al. 2015, "MADE: Masked autoencoder for distribution estimation", sections 3 and 4.1.
 */
export function madeOutputs(net: MadeNet, params: MadeParams, masks: MaskTables, x: Tensor, context?: Tensor): Tensor {
  const { features, emission, activation } = net;
  const { inputs, outputs } = emission;
  return scope(() => {
    const batch = x.shape[0]!;
    const seen = reshape(emission.seen(x), [batch, features * inputs]);
    const known = repeatColumns(add(masks.places, 1), inputs); // from the next degree on
    const wanted = repeatColumns(masks.places, outputs);
    const masked = (h: Tensor, layer: DenseParams, from: Tensor, to: Tensor): Tensor =>
      linear(h, mul(layer.weight, maskBetween(from, to)), layer.bias);

    let h = seen;
    for (const [i, layer] of params.hidden.entries()) {
      const made = masked(h, layer, masks.degrees[i - 1] ?? known, masks.degrees[i]!); // (batch, units)
      h = activation(i === 0 ? inContext(made, params.context?.hidden, context) : made);
    }
    let y = masked(h, params.output, masks.degrees.at(-1)!, wanted); // (batch, features · outputs)
    if (params.direct) y = add(y, masked(seen, params.direct, known, wanted));
    return reshape(inContext(y, params.context?.output, context), [batch, features, outputs]);
  });
}

/** `y` and what the context adds to it, if there is one. */
export function inContext(y: Tensor, layer: DenseParams | undefined, context: Tensor | undefined): Tensor {
  return layer && context ? add(y, matMul(context, layer.weight)) : y;
}
