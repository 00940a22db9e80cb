/** What the types promise; checked by the compiler, never run. */
import type { Key, Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { beamSearch } from './beam-search.js';
import { generate } from './generate.js';
import { generateBatch } from './generate-batch.js';
import type { TokenConstraint } from './token-constraint.js';

declare const key: Key;
declare const params: Tree<Tensor>;
declare const label: Tensor;
declare const plain: TokenModel<Tree<Tensor>, Tree<Tensor>>;
declare const conditional: TokenModel<Tree<Tensor>, Tree<Tensor>, Tensor>;
declare const either: TokenModel<Tree<Tensor>, Tree<Tensor>, Tensor | undefined>;
declare const digits: TokenConstraint<number>;
declare const unknown: TokenConstraint;

const options = { prompt: Int32Array.of(1), steps: 3, key };

export const tokens: AsyncIterable<number> = generate(plain, params, options);
generate(either, params, options);
generate(either, params, { ...options, context: label, guidance: { scale: 2, context: undefined } });
generate(conditional, params, { ...options, context: label });
// @ts-expect-error the model is of p(x | context)
generate(conditional, params, options);
// @ts-expect-error the model takes no context
generate(plain, params, { ...options, context: label });
// @ts-expect-error guidance needs a context of the model's kind
generate(conditional, params, { ...options, context: label, guidance: { scale: 2, context: 3 } });
// @ts-expect-error randomness is an argument
generate(plain, params, { prompt: [1], steps: 3 });

generate(plain, params, { ...options, constraint: digits });
generateBatch(plain, params, { prompts: [[1], Int32Array.of(2)], steps: 3, key, constraint: unknown });
// @ts-expect-error several prompts are drawn by generateBatch
generate(plain, params, { prompts: [[1]], steps: 3, key });
// @ts-expect-error a search draws nothing
beamSearch(plain, params, { prompt: [1], beams: 2, steps: 3, temperature: 0.5 });

export async function rowsAreTold(): Promise<number> {
  for await (const { row, token } of generateBatch(plain, params, { prompts: [[1]], steps: 3, key }))
    return row + token;
  return 0;
}
