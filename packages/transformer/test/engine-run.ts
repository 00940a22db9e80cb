import { beamSearch, generate, generateBatch, nll } from '@genai/autoregressive';
import { disposeTree, key, mapLeaves, mapTrees, randomIntegers, split } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import type { EngineRun } from '@genai/testing/compare-engines';
import { mul, scalar, sub, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { gemma2, gpt2, qwen3, type TransformerConfig, type TransformerParams, transformer } from '../src/index.js';

const SIZES = { vocabulary: 7, width: 8, layers: 2, heads: 2, context: 16, hidden: 12 };

/** Two steps of training on the engine that is current, and what is then scored and drawn. */
export const RUNS: { readonly [name: string]: () => Promise<EngineRun> } = {
  'GPT-2': () => run(gpt2(SIZES)),
  'Qwen 3': () => run(qwen3({ ...SIZES, keyHeads: 1, epsilon: 1e-3 })),
  'Gemma 2': () => run(gemma2({ ...SIZES, window: 3, epsilon: 1e-3 })),
  'slopes by distance': () => run(gpt2({ ...SIZES, positions: { kind: 'alibi' }, placement: 'post' })),
};

/** Tokens are compared as numbers: another token is off by 1 at least. */
async function run(config: TransformerConfig): Promise<EngineRun> {
  const model = transformer({ ...config, beginToken: 0 });
  const text = tensor2d(Int32Array.from(randomIntegers(key(9), 24, { min: 0, max: 7 })), [3, 8], 'int32');
  let params = scope(() => mapLeaves<Tensor, TransformerParams>(model.init(key(0)), (p) => mul(p, 4))); // or all logits are alike
  const losses: number[] = [];
  for (const k of split(key(1), 2)) {
    const { loss, next } = scope(() => {
      const { values, grad } = valueAndGrad((p) => nll(model).loss(p, text, k, scalar(0)), params);
      const moved = mapTrees<Tensor, TransformerParams>((p, g) => sub(p!, mul(g!, 0.1)), params, grad);
      return { loss: values.loss, next: moved };
    });
    disposeTree(params);
    params = next;
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  const scored = scope(() => ({ logits: model.run(params, text, model.start(params, 3)).next.logits }));
  const logits = Array.from(await scored.logits.data());
  const options = { prompt: [1, 2, 3], steps: 8, key: key(1) };
  const greedy = await generate(model, params, { ...options, greedy: true }).result;
  const drawn = await generate(model, params, { ...options, topP: 0.95 }).result;
  const rows = await generateBatch(model, params, { prompts: [[1], [], [2, 3]], steps: 5, key: key(2) }).result;
  const beams = await beamSearch(model, params, { beams: 3, steps: 4 });
  disposeTree([params, text, scored]);
  return {
    losses,
    logits,
    greedy: greedy.tokens,
    drawn: drawn.tokens,
    logProbs: [...greedy.logProbs, ...drawn.logProbs],
    rows: rows.flatMap(({ tokens }) => tokens),
    beams: beams.flatMap(({ tokens, logProb }) => [...tokens, logProb]),
  };
}
