import { GenaiError, type Key } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { concat, reshape, slice, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { SequenceNet } from '../sequence-net.js';

/** The earlier inputs that are still seen, (batch, reach, inputs), the earliest first; nothing where only the present is seen. */
export type PastState = { readonly past?: Tensor };

/** What a net of limited sight is made of; {@link pastNet} makes it a {@link SequenceNet}. */
export interface PastNetParts<P> {
  /** How errors name it. */
  readonly where: string;
  readonly inputs: number;
  readonly outputs: number;
  /** How many earlier inputs an output sees beside that of its own time. */
  readonly reach: number;
  readonly init: (key: Key) => P;
  /** All outputs, (batch, time, outputs), from (batch, reach + time, inputs). */
  readonly all: (params: P, seen: Tensor, time: number, key?: Key) => Tensor;
  /** The last output, (batch, outputs), from (batch, reach + 1, inputs). */
  readonly last: (params: P, seen: Tensor) => Tensor;
}

/** A net whose outputs see the last inputs alone, zeros before the first: its state is these inputs, moved on at each step. */
export function pastNet<P>(parts: PastNetParts<P>): SequenceNet<P, PastState> {
  const { where, inputs, outputs, reach, init } = parts;
  /** (batch, time, inputs) behind what is still seen: (batch, reach + time, inputs). */
  const behindPast = (x: Tensor, { past }: PastState): Tensor => {
    const [batch, time] = expectShape(where, x, ['batch', 'time', inputs]);
    if (time === 0) throw new GenaiError(`${where}: got no time step, expected [batch, time, inputs].`);
    if (reach === 0) return x;
    expectShape(`${where}, the state carried`, past ?? NOTHING, [batch, reach, inputs]);
    return concat([past!, x], 1);
  };
  const pastOf = (seen: Tensor): PastState => {
    const [batch, length] = seen.shape as [number, number, number];
    return reach === 0 ? {} : { past: slice(seen, [0, length - reach, 0], [batch, reach, inputs]) };
  };
  return {
    inputs,
    outputs,
    init,
    start: (_params, batch) => (reach === 0 ? {} : { past: zeros([batch, reach, inputs]) }),
    run: (params, x, state, key) =>
      scope(() => {
        const seen = behindPast(x, state);
        return { output: parts.all(params, seen, x.shape[1]!, key), state: pastOf(seen) };
      }),
    step: (params, x, state) =>
      scope(() => {
        const [batch] = expectShape(where, x, ['batch', inputs]);
        const seen = behindPast(reshape(x, [batch, 1, inputs]), state);
        return { output: parts.last(params, seen), state: pastOf(seen) };
      }),
  };
}

/** The shape of a state that is missing. */
const NOTHING = { shape: [] };
