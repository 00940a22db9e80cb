import { type LstmParams, type LstmState, lstmCell } from './lstm-cell.js';
import { type Recurrent, recurrent } from './recurrent.js';
import type { RecurrentOptions } from './recurrent-cell.js';

/**
 * A long short-term memory over sequences: (batch, time, inputs) → (batch, time, width), from a state of zeros.
 *
 * `run` takes and gives the state carried; {@link lstmCell} makes one step with the same parameters, and says how they
 * are laid out.
 *
 * @example
 * const layer = lstm(65, 256);
 * const params = layer.init(key(0));
 * const { output, state } = layer.run(params, x); // (batch, time, 256), { hidden, cell }: (batch, 256) each
 * const next = layer.run(params, more, state);
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input is not (batch, time, inputs)
 * with at least one time step.
 * @source Hochreiter and Schmidhuber 1997, "Long short-term memory"; Gers et al. 2000, "Learning to forget".
 */
export function lstm(inputs: number, width: number, options: RecurrentOptions = {}): Recurrent<LstmParams, LstmState> {
  return recurrent(lstmCell(inputs, width, options));
}
