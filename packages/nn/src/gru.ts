import { type GruParams, type GruState, gruCell } from './gru-cell.js';
import { type Recurrent, recurrent } from './recurrent.js';
import type { RecurrentOptions } from './recurrent-cell.js';

/**
 * A gated recurrent unit over sequences: (batch, time, inputs) → (batch, time, width), from a state of zeros.
 *
 * `run` takes and gives the state carried; {@link gruCell} makes one step with the same parameters, and says how they are
 * laid out.
 *
 * @example
 * const layer = gru(65, 256);
 * const params = layer.init(key(0));
 * const { output, state } = layer.run(params, x); // (batch, time, 256), { hidden: (batch, 256) }
 * const next = layer.run(params, more, state);
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input is not (batch, time, inputs)
 * with at least one time step.
 * @source Cho et al. 2014, "Learning phrase representations using RNN encoder–decoder", eq. 5–8.
 */
export function gru(inputs: number, width: number, options: RecurrentOptions = {}): Recurrent<GruParams, GruState> {
  return recurrent(gruCell(inputs, width, options));
}
