import type { Flow } from './flow.js';
import { pulledBack } from './pulled-back.js';
import { tempered } from './tempered.js';

/**
 * The flow with its base {@link tempered}: below a temperature of 1 it draws likelier, less varied samples, and its density is
 * that of those draws. The maps and the parameters stay the same; of a conditional flow pass it at a context.
 *
 * @example
 * const cooler = temperedFlow(density, 0.7);
 * using points = owned(scope(() => cooler.given(params).sample(key(1), [16]))); // (16, 2)
 * @throws GenaiError unless the temperature is above 0; when given, if the base does not know its mean.
 * @source Kingma and Dhariwal 2018, "Glow", section 6.
 */
export function temperedFlow<P>(flow: Flow<P>, temperature: number): Flow<P> {
  const cooled = tempered<P>({ init: flow.init, given: (params) => flow.base(params) }, temperature);
  const base = (params: P) => cooled.given(params);
  return {
    ...flow,
    base,
    given: (params, _context, key) => {
      const { batchShape, eventShape } = flow.given(params);
      return pulledBack({
        ...{ base: base(params), batchShape, eventShape },
        forward: (x) => flow.forward(params, x, key),
        inverse: (z) => flow.inverse(params, z, key),
      });
    },
  };
}
