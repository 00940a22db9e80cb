import { GenaiError, type Key, split, type Tree } from '@genai/core';
import { dropElements, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet, Stepped } from './sequence-net.js';

/** What can be stacked: a {@link SequenceNet} of any parameters and any state. */
export interface Stackable {
  readonly inputs: number;
  readonly outputs: number;
  readonly init: (key: Key) => Tree<Tensor>;
  readonly start: (params: never, batch: number) => Tree<Tensor>;
  readonly run: (params: never, x: Tensor, state: never, key?: Key) => Stepped<Tree<Tensor>>;
  readonly step: (params: never, x: Tensor, state: never) => Stepped<Tree<Tensor>>;
  readonly halves?: {
    readonly project: (params: never, x: Tensor) => Tensor;
    readonly advance: (params: never, projected: Tensor, state: never) => Stepped<Tree<Tensor>>;
  };
}

/** The parameters of {@link stackedNet}: those of the nets, in their order. */
export type StackedParams<N extends readonly Stackable[]> = { readonly [I in keyof N]: ReturnType<N[I]['init']> };

/** The state of {@link stackedNet}: those of the nets, in their order. */
export type StackedState<N extends readonly Stackable[]> = { readonly [I in keyof N]: ReturnType<N[I]['start']> };

export interface StackedNetOptions {
  /** Share of the elements dropped between one net and the next, in training alone. Default 0. */
  readonly dropout?: number;
}

/**
 * Nets along time, one above the other: each sees the outputs of the one before. Parameters and states are arrays, typed net by net.
 *
 * @example
 * const net = stackedNet([recurrentNet(lstm(64, 256)), recurrentNet(lstm(256, 256))], { dropout: 0.2 });
 * const params = net.init(key(0));
 * params[1].hidden.weight; // (256, 1024)
 * @throws GenaiError if there is no net, one does not take what the one before gives, or `dropout` is not in [0, 1); when run, if the
 * parameters or the state are of another number of nets.
 * @source Graves 2013, "Generating sequences with recurrent neural networks", eq. 2; Zaremba et al. 2014, "Recurrent neural network
 * regularization", section 3.1 (dropout between layers, never from step to step).
 */
export function stackedNet<N extends readonly Stackable[]>(
  nets: readonly [...N],
  { dropout = 0 }: StackedNetOptions = {},
): SequenceNet<StackedParams<N>, StackedState<N>> {
  const [first, last] = [nets[0], nets.at(-1)];
  if (!first || !last) throw new GenaiError('stackedNet: needs at least one net, got none.');
  if (!(dropout >= 0 && dropout < 1)) {
    throw new GenaiError(`stackedNet: dropout must be at least 0 and below 1, got ${dropout}.`);
  }
  for (const [i, { inputs }] of nets.entries()) {
    const before = nets[i - 1];
    if (before && before.outputs !== inputs) {
      throw new GenaiError(
        `stackedNet: net ${i} takes ${inputs} inputs, the one before gives ${before.outputs}. Give both one width.`,
      );
    }
  }
  const { halves } = first;
  return {
    inputs: first.inputs,
    outputs: last.outputs,
    ...(halves && {
      halves: {
        project: (params, x) => halves.project(params[0] as never, x),
        advance: (params, projected, state) =>
          scope(() =>
            through<N>(nets, params, projected, state, (net, own, y, i) =>
              i === 0 ? halves.advance(own.params, y, own.state) : net.step(own.params, y, own.state),
            ),
          ),
      },
    }),
    init: (key) => {
      const keys = split(key, nets.length);
      return scope(() => nets.map((net, i) => net.init(keys[i]!)) as StackedParams<N>);
    },
    start: (params, batch) => {
      expectAsMany(nets, { params });
      return scope(() => nets.map((net, i) => net.start(params[i] as never, batch)) as StackedState<N>);
    },
    run: (params, x, state, key) =>
      scope(() => {
        const keys = key && split(key, nets.length);
        return through<N>(nets, params, x, state, (net, own, y, i) => {
          const [forDropout, forNet] = keys ? split(keys[i]!) : [];
          const seen = forDropout && dropout > 0 && i > 0 ? dropElements(y, forDropout, dropout) : y;
          return net.run(own.params, seen, own.state, forNet);
        });
      }),
    step: (params, x, state) =>
      scope(() => through<N>(nets, params, x, state, (net, own, y) => net.step(own.params, y, own.state))),
  };
}

/** What belongs to one net, of which the type of the stack alone knows the form. */
type Own = { readonly params: never; readonly state: never };

/** One net after the other by `pass`, each with its own parameters and state. */
function through<N extends readonly Stackable[]>(
  nets: readonly Stackable[],
  params: StackedParams<N>,
  x: Tensor,
  state: StackedState<N>,
  pass: (net: Stackable, own: Own, x: Tensor, i: number) => Stepped<Tree<Tensor>>,
): Stepped<StackedState<N>> {
  expectAsMany(nets, { params, state });
  let output = x;
  const after = nets.map((net, i) => {
    const made = pass(net, { params: params[i] as never, state: state[i] as never }, output, i);
    output = made.output;
    return made.state;
  });
  return { output, state: after as StackedState<N> };
}

function expectAsMany(nets: readonly Stackable[], trees: { readonly [name: string]: readonly unknown[] }): void {
  for (const [name, { length }] of Object.entries(trees)) {
    if (length === nets.length) continue;
    throw new GenaiError(
      `stackedNet: got ${name} of ${length} nets, expected ${nets.length}. Pass what init, start, run or step gave.`,
    );
  }
}
