import { expectIntegers, GenaiError, type Key, randomUniform, split as splitKey } from '@genai/core';
import { type DenseParams, dense, glorotUniform } from '@genai/nn';
import { expectShape, linear, linearScan, scope, silu, softplus, uniformNoise } from '@genai/tensor';
import {
  add,
  concat,
  exp,
  mul,
  neg,
  ones,
  reshape,
  slice,
  split,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import type { SequenceNet, Stepped } from '../sequence-net.js';
import { lastStep } from './last-step.js';

/**
 * The parameters of {@link selectiveStateSpace}, with their names in the authors' code; inner = expand · width. Weights are the
 * transposes of PyTorch's.
 */
export type SelectiveStateSpaceParams = {
  /** To the values and, behind them, the gates: (width, 2 · inner). `in_proj`. */
  readonly input: DenseParams;
  /** The filter of each channel along time, the oldest tap first: (kernel, inner), and (inner). `conv1d`. */
  readonly filter: { readonly weight: Tensor; readonly bias: Tensor };
  /** To the step in brief, B and C: (inner, rank + 2 · state). `x_proj`. */
  readonly select: DenseParams;
  /** From the step in brief to that of each channel, before its softplus: (rank, inner), and (inner). `dt_proj`. */
  readonly step: { readonly weight: Tensor; readonly bias: Tensor };
  /** log(−A): (inner, state). `A_log`. */
  readonly logDecay: Tensor;
  /** D: (inner). `D`. */
  readonly skip: Tensor;
  /** (inner, width). `out_proj`. */
  readonly output: DenseParams;
};

/** `window`: what the filter still sees, (batch, kernel − 1, inner); `hidden`: (batch, inner · state). */
export type SelectiveStateSpaceState = { readonly window: Tensor; readonly hidden: Tensor };

export interface SelectiveStateSpaceOptions {
  /** How many times wider it is inside. Default 2. */
  readonly expand?: number;
  /** Numbers of state for each inner channel. Default 16. */
  readonly state?: number;
  /** Taps of the filter along time, at least 2. Default 4. */
  readonly kernel?: number;
  /** Width of the step in brief. Default ⌈width / 16⌉. */
  readonly rank?: number;
}

/**
 * A Mamba block, without norm and residual: (batch, time, width) → (batch, time, width), all steps of a run at once.
 *
 * The input goes to values and gates; the values pass a causal filter and a SiLU, and drive a linear system of `state` numbers for
 * each channel, whose step Δ, input B and output C they choose. As in the authors' code A is discretised by the zero-order hold, B by
 * Euler's rule: h ← exp(ΔA) ⊙ h + ΔB u, y = C h + D u. Memory for a step does not grow with time.
 *
 * @example
 * const net = selectiveStateSpace(64);
 * const params = net.init(key(0));
 * const { output, state } = net.run(params, x, net.start(params, 32)); // (32, time, 64) → (32, time, 64)
 * const next = net.step(params, frame, state); // (32, 64) → (32, 64)
 * @throws GenaiError if a size is not an integer of at least 1 (kernel: 2); when run, if the input or the state has another shape.
 * @source Gu and Dao 2023, "Mamba: linear-time sequence modeling with selective state spaces", algorithm 2, section 3.4, figure 3;
 * section 3.6 for the first A and Δ.
 */
export function selectiveStateSpace(
  width: number,
  options: SelectiveStateSpaceOptions = {},
): SequenceNet<SelectiveStateSpaceParams, SelectiveStateSpaceState> {
  const { expand = 2, state: states = 16, kernel = 4, rank = Math.ceil(width / 16) } = options;
  const name = `selectiveStateSpace(${width})`;
  expectIntegers(name, { width, expand, state: states, rank });
  expectIntegers(name, { kernel }, 2);
  const inner = expand * width;
  const sizes: Sizes = { inner, states, kernel, rank };
  const input = dense(width, 2 * inner, { bias: false, initializer: glorotUniform });
  const select = dense(inner, rank + 2 * states, { bias: false, initializer: glorotUniform });
  const output = dense(inner, width, { bias: false, initializer: glorotUniform });

  const run = (
    params: SelectiveStateSpaceParams,
    x: Tensor,
    { window, hidden }: SelectiveStateSpaceState,
  ): Stepped<SelectiveStateSpaceState> => {
    const [batch, time] = x.shape as [number, number, number];
    expectShape(`${name}, the window carried`, window, [batch, kernel - 1, inner]);
    expectShape(`${name}, the state carried`, hidden, [batch, inner * states]);
    const [values, gates] = split(input.apply(params.input, x), 2, -1) as [Tensor, Tensor]; // (batch, time, inner)
    const seen = concat([window, values], 1); // (batch, kernel − 1 + time, inner)
    const u = silu(filtered(params.filter, seen, sizes)); // (batch, time, inner)
    const { y, h } = system(params, u, hidden, sizes);
    return {
      output: output.apply(params.output, mul(y, silu(gates))),
      state: { window: slice(seen, [0, time, 0], [batch, kernel - 1, inner]), hidden: lastStep(h) },
    };
  };
  return {
    inputs: width,
    outputs: width,
    init: (key) =>
      scope(() => {
        const [forInput, forFilter, forSelect, forStep, forOutput] = splitKey(key, 5) as [Key, Key, Key, Key, Key];
        const taps = { inputs: kernel, outputs: kernel };
        return {
          input: input.init(forInput),
          filter: { weight: glorotUniform(forFilter, [kernel, inner], taps), bias: zeros([inner]) },
          select: select.init(forSelect),
          step: firstStep(forStep, sizes),
          logDecay: tensor(
            Array.from({ length: inner * states }, (_, i) => Math.log(1 + (i % states))),
            [inner, states],
          ),
          skip: ones([inner]),
          output: output.init(forOutput),
        };
      }),
    start: (_, batch) => ({ window: zeros([batch, kernel - 1, inner]), hidden: zeros([batch, inner * states]) }),
    run: (params, x, state) =>
      scope(() => {
        const [, time] = expectShape(name, x, ['batch', 'time', width]);
        if (time === 0) throw new GenaiError(`${name}: got no time step, expected [batch, time, ${width}].`);
        return run(params, x, state);
      }),
    step: (params, x, state) =>
      scope(() => {
        const [batch] = expectShape(name, x, ['batch', width]) as [number, number];
        const made = run(params, reshape(x, [batch, 1, width]), state);
        return { output: reshape(made.output, [batch, width]), state: made.state };
      }),
  };
}

type Sizes = { readonly inner: number; readonly states: number; readonly kernel: number; readonly rank: number };

/** Each channel's own filter over the last `kernel` times: (batch, kernel − 1 + time, inner) → (batch, time, inner). */
function filtered(
  { weight, bias }: SelectiveStateSpaceParams['filter'],
  seen: Tensor,
  { inner, kernel }: Sizes,
): Tensor {
  const [batch, length] = seen.shape as [number, number, number];
  const taps = split(weight, kernel, 0); // each (1, inner)
  return taps.reduce(
    (total, tap, i) => add(total, mul(slice(seen, [0, i, 0], [batch, length - kernel + 1, inner]), tap)),
    bias,
  );
}

/** Algorithm 2: the states h of all times, (batch, time, inner · state), and what they and u give, (batch, time, inner). */
function system(
  { select, step, logDecay, skip }: SelectiveStateSpaceParams,
  u: Tensor,
  hidden: Tensor,
  { inner, states, rank }: Sizes,
): { y: Tensor; h: Tensor } {
  const [batch, time] = u.shape as [number, number, number];
  const [brief, B, C] = split(linear(u, select.weight), [rank, states, states], -1) as [Tensor, Tensor, Tensor];
  const delta = softplus(linear(brief, step.weight, step.bias)); // (batch, time, inner)
  const overStates = (x: Tensor): Tensor => reshape(x, [batch, time, inner, 1]);
  const overChannels = (x: Tensor): Tensor => reshape(x, [batch, time, 1, states]);
  const flat = (x: Tensor): Tensor => reshape(x, [batch, time, inner * states]);
  const kept = exp(mul(overStates(delta), neg(exp(logDecay)))); // exp(Δ A), eq. 4
  const written = mul(overStates(mul(delta, u)), overChannels(B)); // Δ B u
  const h = linearScan(flat(kept), flat(written), hidden); // eq. 2a
  const read = mul(reshape(h, [batch, time, inner, states]), overChannels(C));
  return { y: add(sum(read, -1), mul(u, skip)), h }; // eq. 2b, and D
}

/** Δ is log-uniform between 0.001 and 0.1 where nothing is selected: the bias is the inverse of softplus at it. */
function firstStep(key: Key, { inner, rank }: Sizes): SelectiveStateSpaceParams['step'] {
  const [forWeight, forBias] = splitKey(key);
  const logs = randomUniform(forBias, inner, { min: Math.log(0.001), max: Math.log(0.1) });
  const bias = logs.map((log) => Math.exp(log) + Math.log(-Math.expm1(-Math.exp(log))));
  const bound = 1 / Math.sqrt(rank);
  return { weight: uniformNoise(forWeight, [rank, inner], { min: -bound, max: bound }), bias: tensor(bias) };
}
