import { type Recurrent, recurrent } from './recurrent.js';
import { type RnnOptions, type RnnParams, type RnnState, rnnCell } from './rnn-cell.js';

/**
 * A simple recurrent network over sequences: (batch, time, inputs) → (batch, time, width), from a state of zeros.
 *
 * `run` takes and gives the state carried; {@link rnnCell} makes one step with the same parameters, and says how they are laid out.
 *
 * @example
 * const layer = rnn(65, 256);
 * const params = layer.init(key(0));
 * const { output, state } = layer.run(params, x); // (batch, time, 256), { hidden: (batch, 256) }
 * const next = layer.run(params, more, state);
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input is not (batch, time, inputs)
 * with at least one time step.
 * @source Elman 1990, "Finding structure in time".
 */
export function rnn(inputs: number, width: number, options: RnnOptions = {}): Recurrent<RnnParams, RnnState> {
  return recurrent(rnnCell(inputs, width, options));
}
