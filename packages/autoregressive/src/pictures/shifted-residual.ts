import { type Key, split } from '@genai/core';
import { type ConvolutionParams, type DenseParams, dense, glorotUniform, heUniform, type Initializer } from '@genai/nn';
import { concatElu, dropElements, gatedSigmoid, scope } from '@genai/tensor';
import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import { addContext } from './add-context.js';
import { type Look, shiftedConv2d } from './shifted-conv2d.js';

/** `aside`: of what stands beside the input; `context`: (context, 2 width). Both only if there is such a thing. */
export type ShiftedResidualParams = {
  readonly first: ConvolutionParams;
  readonly aside?: DenseParams;
  readonly second: ConvolutionParams;
  readonly context?: Tensor;
};

export interface ShiftedResidualOptions {
  readonly width: number;
  readonly look: Look;
  /** Channels of what the block sees beside its input; 0 for nothing. */
  readonly aside: number;
  /** Width of the context; 0 for none. */
  readonly context: number;
  readonly dropout: number;
}

/** x + a σ(b), with a and b of two shifted convolutions: (batch, height, width, width) → the same. */
export interface ShiftedResidual {
  readonly init: (key: Key) => ShiftedResidualParams;
  readonly apply: (params: ShiftedResidualParams, x: Tensor, beside: Beside) => Tensor;
}

/** What a block sees besides its input, and the key of its dropout. */
export type Beside = { readonly aside?: Tensor; readonly context?: Tensor | undefined; readonly key?: Key | undefined };

/**
 * The gated residual block of PixelCNN++.
 *
 * @source Salimans et al. 2017, "PixelCNN++", section 2.4 and its reference code.
 */
export function shiftedResidual(options: ShiftedResidualOptions): ShiftedResidual {
  const { width, look, aside, context: contextWidth, dropout } = options;
  const first = shiftedConv2d(2 * width, width, look);
  const second = shiftedConv2d(2 * width, 2 * width, look, { initializer: small });
  const across = aside > 0 ? dense(2 * aside, width) : undefined;
  return {
    init: (key) => {
      const [a, b, c, d] = split(key, 4);
      return scope(() => ({
        first: first.init(a),
        ...(across && { aside: across.init(b) }),
        second: second.init(c),
        ...(contextWidth > 0 && { context: glorotUniform(d, [contextWidth, 2 * width]) }),
      }));
    },
    apply: (params, x, { aside, context, key }) =>
      scope(() => {
        const seen = first.apply(params.first, concatElu(x)); // (batch, height, width, width)
        const joined = across && aside ? add(seen, across.apply(params.aside!, concatElu(aside))) : seen;
        const hidden = concatElu(joined); // (batch, height, width, 2 width)
        const kept = key && dropout > 0 ? dropElements(hidden, key, dropout) : hidden;
        return add(x, gatedSigmoid(addContext(second.apply(params.second, kept), params.context, context)));
      }),
  };
}

/** A tenth of the usual, as in the reference code: a block starts near the identity. */
const small: Initializer = (key, shape, fans) => scope(() => mul(heUniform(key, shape, fans), 0.1));
