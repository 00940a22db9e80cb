import { GenaiError, type Layer, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { reshape, stack, type Tensor, unstack } from '@tensorflow/tfjs-core';
import { expectState, type RecurrentCell, type RecurrentState } from './recurrent-cell.js';

/**
 * A recurrent network over whole sequences, (batch, time, inputs) → (batch, time, width).
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam S - the state.
 */
export interface Recurrent<P, S> extends Layer<Tensor, P> {
  /** The single step that is repeated, with the same parameters. */
  readonly cell: RecurrentCell<P, S>;
  /** As `apply`, from the state given (else that of `cell.start`), and with the state after the last step. */
  readonly run: (params: P, x: Tensor, state?: S) => { output: Tensor; state: S };
}

/**
 * Repeats a cell over the time steps of (batch, time, inputs).
 *
 * @example
 * const rnn = recurrent(gruCell(65, 256)); // the same as gru(65, 256)
 * const first = rnn.run(params, x1);
 * const second = rnn.run(params, x2, first.state); // goes on where the first ended
 * @throws GenaiError, when applied, if the input is not (batch, time, inputs) with at least one time step, or a state
 * given is not like that of `cell.start(batch)`.
 */
export function recurrent<P, S extends RecurrentState & Tree<Tensor>>(cell: RecurrentCell<P, S>): Recurrent<P, S> {
  const run = (params: P, x: Tensor, given?: S): { output: Tensor; state: S } =>
    scope(() => {
      const [batch, time] = expectShape(cell.name, x, ['batch', 'time', cell.inputs]) as [number, number, number];
      if (time === 0) throw new GenaiError(`${cell.name}: got no time step, expected [batch, time, inputs].`);
      if (given) expectState<S>(cell, given, batch);
      const start = given ?? cell.start(batch);
      const projected = cell.project(params, x);
      return cell.sequence?.(params, projected, start, stepByStep) ?? stepByStep(params, projected, start);
    });
  const stepByStep = (params: P, projected: Tensor, start: S): { output: Tensor; state: S } => {
    let state = start;
    const hidden: Tensor[] = [];
    const [batch, time, columns] = projected.shape as [number, number, number];
    // The gradient of TensorFlow.js's unstack throws where there is one part only.
    for (const step of time === 1 ? [reshape(projected, [batch, columns])] : unstack(projected, 1)) {
      state = cell.advance(params, step, state);
      hidden.push(state.hidden); // (batch, width)
    }
    return { output: stack(hidden, 1), state };
  };
  return {
    cell,
    run,
    init: cell.init,
    apply: (params, x) => scope(() => run(params, x).output),
  };
}
