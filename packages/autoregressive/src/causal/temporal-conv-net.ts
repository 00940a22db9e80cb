import { expectIntegers, GenaiError, type Key, split } from '@genai/core';
import { type DenseParams, dense, dropout as dropoutLayer, type Initializer } from '@genai/nn';
import { normalNoise, scope, uniformNoise } from '@genai/tensor';
import { add, mul, relu, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet, Stepped } from '../sequence-net.js';
import { causalConv } from './causal-conv.js';
import type { PastState } from './past-net.js';
import { type WeightNormParams, weightNorm } from './weight-norm.js';

export interface TemporalConvNetOptions {
  readonly inputs: number;
  /** The outputs of each block, the last those of the net. */
  readonly channels: readonly number[];
  /** How many inputs a convolution sees. Default 2. */
  readonly kernel?: number;
  /** Share of the elements dropped behind each convolution, in training alone. Default 0.2. */
  readonly dropout?: number;
  /** Draws the weights of the convolutions. Default U(−a, a), a = 1 / √(kernel · inputs). */
  readonly initializer?: Initializer;
}

/** `convolutions`: the two of a block; `beside`: what takes the inputs past them, where their number changes. */
export type TemporalBlockParams = {
  readonly convolutions: readonly [WeightNormParams, WeightNormParams];
  readonly beside?: DenseParams;
};

/** Those of the two convolutions of each block. */
export type TemporalConvNetState = readonly (readonly [PastState, PastState])[];

/**
 * Residual blocks of two causal convolutions, each with {@link weightNorm}, ReLU and dropout, each block with twice the dilation of the
 * one before: (batch, time, inputs) → (batch, time, channels of the last).
 *
 * An output sees 2 · (kernel − 1) · (2^blocks − 1) earlier inputs.
 *
 * Weights are drawn as the authors' program draws them. It asks for N(0, 0.01²), but behind its weight norm that remains without
 * effect on the convolutions; only the layers beside them have it.
 *
 * @example
 * const net = temporalConvNet({ inputs: 64, channels: [128, 128, 128, 128], kernel: 3 }); // sees 60 earlier inputs
 * @throws GenaiError if a size is not an integer of at least 1, there is no block, or `dropout` is not in [0, 1); when run, if the input
 * or the state has another shape.
 * @source Bai et al. 2018, "An empirical evaluation of generic convolutional and recurrent networks for sequence modeling", section 3,
 * fig. 1; github.com/locuslab/TCN (dropout of elements, not of channels).
 */
export function temporalConvNet({
  inputs,
  channels,
  kernel = 2,
  dropout = 0.2,
  initializer = uniformByFan,
}: TemporalConvNetOptions): SequenceNet<readonly TemporalBlockParams[], TemporalConvNetState> {
  const where = 'temporalConvNet';
  if (channels.length === 0)
    throw new GenaiError(`${where}: channels must name the outputs of at least one block, got [].`);
  expectIntegers(where, { inputs, kernel, ...Object.fromEntries(channels.map((size, i) => [`channels[${i}]`, size])) });
  const blocks = channels.map((outputs, i) => {
    const before = channels[i - 1] ?? inputs;
    const options = { kernel, dilation: 2 ** i, initializer };
    return {
      convolutions: [
        weightNorm(causalConv(before, outputs, options)),
        weightNorm(causalConv(outputs, outputs, options)),
      ] as const,
      beside: before === outputs ? undefined : dense(before, outputs, { initializer: small }),
    };
  });
  const drop = dropoutLayer(dropout);

  /** Fig. 1 (b), for all times or for one, as `pass` takes each convolution. */
  const through = (
    params: readonly TemporalBlockParams[],
    x: Tensor,
    state: TemporalConvNetState,
    pass: Pass,
    key?: Key,
  ): Stepped<TemporalConvNetState> => {
    const keys = key && split(key, 2 * blocks.length);
    let y = x;
    const after = blocks.map(({ convolutions, beside }, i) => {
      const own = params[i]!;
      const [one, two] = convolutions;
      const first = pass(one, own.convolutions[0], y, state[i]![0]);
      const inner = drop.apply({}, relu(first.output), keys?.[2 * i]);
      const second = pass(two, own.convolutions[1], inner, state[i]![1]);
      const outer = drop.apply({}, relu(second.output), keys?.[2 * i + 1]);
      y = relu(add(outer, beside ? beside.apply(own.beside!, y) : y)); // (…, channels[i])
      return [first.state, second.state] as const;
    });
    return { output: y, state: after };
  };
  return {
    inputs,
    outputs: channels.at(-1)!,
    init: (key) => {
      const keys = split(key, blocks.length);
      return scope(() =>
        blocks.map(({ convolutions: [one, two], beside }, i): TemporalBlockParams => {
          const [forOne, forTwo, forBeside] = split(keys[i]!, 3);
          const convolutions = [one.init(forOne), two.init(forTwo)] as const;
          return beside ? { convolutions, beside: beside.init(forBeside) } : { convolutions };
        }),
      );
    },
    start: (params, batch) =>
      scope(() =>
        blocks.map(({ convolutions: [one, two] }, i) => {
          const [first, second] = params[i]!.convolutions;
          return [one.start(first, batch), two.start(second, batch)] as const;
        }),
      ),
    run: (params, x, state, key) => scope(() => through(params, x, state, (net, ...own) => net.run(...own), key)),
    step: (params, x, state) => scope(() => through(params, x, state, (net, ...own) => net.step(...own))),
  };
}

/** A convolution over all times, or for the next one. */
type Pass = (
  net: SequenceNet<WeightNormParams, PastState>,
  params: WeightNormParams,
  x: Tensor,
  state: PastState,
) => Stepped<PastState>;

/** PyTorch's first weights of a convolution: of variance 1 / (3 · inputs that reach an output). */
const uniformByFan: Initializer = (key, shape) => {
  const limit = 1 / Math.sqrt(shape.slice(0, -1).reduce((product, size) => product * size, 1));
  return uniformNoise(key, shape, { min: -limit, max: limit });
};

const small: Initializer = (key, shape) => scope(() => mul(normalNoise(key, shape), 0.01));
