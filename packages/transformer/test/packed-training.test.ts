import { disposeTree, key, leaves, mapLeaves, randomIntegers, type Tree } from '@genai/core';
import { groupedAttention, normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { clone, concat, setBackend, slice, square, sum, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
// @boundaries-ignore and trained on what packages of the middle make, which it must not import either
import { batches, packed } from '../../data/src/index.js';
// @boundaries-ignore as above
import { adamW, grouped, minimize, muon, train } from '../../train/src/index.js';
import { packedNll } from '../src/packed/packed-nll.js';
import { gpt2 } from '../src/presets/gpt2.js';
import { llama } from '../src/presets/llama.js';
import { type TransformerParams, transformer } from '../src/transformer.js';
import type { TransformerConfig } from '../src/transformer-config.js';

afterEach(async () => {
  await setBackend('cpu');
});

const SIZES = { vocabulary: 12, width: 16, layers: 2, heads: 2, hidden: 24, context: 24 };
/** Token 0 begins a document of 2 to 12, in which 1 + (3 t mod 11) follows t. */
const documents = Array.from(randomIntegers(key(5), 60, { min: 2, max: 13 }), (size, i) => {
  const tokens = [0, 1 + (i % 11)];
  while (tokens.length < size) tokens.push(1 + ((3 * tokens.at(-1)!) % 11));
  return Int32Array.from(tokens);
});

type Trained = { readonly losses: readonly number[]; readonly params: TransformerParams; readonly captured: unknown };

async function trained(
  config: TransformerConfig,
  { steps, capture, recompute = false }: { steps: number; capture: boolean; recompute?: boolean },
): Promise<Trained> {
  const model = transformer(config, { recompute });
  const isMap = (path: string, leaf: Tensor): boolean => leaf.rank === 2 && path.startsWith('blocks');
  const optimizer = grouped({ when: isMap, optimizer: muon(0.02) }, { optimizer: adamW(0.02) });
  const data = batches(packed(documents, { length: 24 }), { size: 4, key: key(1) });
  await using run = train(minimize(packedNll(model), optimizer), { data, steps, key: key(0), capture });
  const losses: number[] = [];
  for await (const { metrics } of run) losses.push(metrics.loss);
  const params = mapLeaves<Tensor, TransformerParams>(run.state.params, (leaf) => clone(leaf));
  return { losses, params, captured: run.captured };
}

describe.each([
  ['learnt positions, dropout', gpt2({ ...SIZES, dropout: 0.1 })],
  ['rotary positions, windows', llama({ ...SIZES, keyHeads: 1, window: [4, 0] })],
])('packed rows on simd: %s', (_, config) => {
  test('parity: captured and recomputed, steps of Muon give what they give plainly', async () => {
    await useBackend('simd');
    const plain = await trained(config, { steps: 6, capture: false });
    for (const recompute of [false, true]) {
      const replayed = await trained(config, { steps: 6, capture: true, recompute });
      expect(replayed.captured).toBe(true);
      expectClose(replayed.losses, plain.losses, { absolute: 1e-5 });
      const expected = new Map(leaves<Tensor>(plain.params));
      for (const [path, leaf] of leaves<Tensor>(replayed.params)) {
        expectClose(await leaf.data(), await expected.get(path)!.data(), { absolute: 1e-4 });
      }
      disposeTree(replayed.params);
    }
    disposeTree(plain.params);
  });
});

test('known answers: what follows from the token before is learnt from packed rows', async () => {
  await useBackend('simd');
  const { losses, params } = await trained(llama(SIZES), { steps: 80, capture: true });
  // The token behind the first of a document has 11 values; all others follow.
  const predicted = documents.reduce((sum, { length }) => sum + length - 1, 0);
  const least = (documents.length / predicted) * Math.log(11); // nats
  const last = losses.slice(-10).reduce((sum, loss) => sum + loss, 0) / 10;
  expect(last).toBeGreaterThan(0.9 * least);
  expect(last).toBeLessThan(least + 0.1);
  disposeTree(params);
});

// 4 · 2,100² scores are more than are held at once: where scores are capped, which no kernel does, the queries attend in blocks.
test.each([{}, { scoreCap: 3 }])(
  'laws: documents of a long row attend as each does alone, and have its gradient: %o',
  async (rules) => {
    await useBackend('simd');
    const sizes = [900, 1_150, 50];
    const qkv = normalNoise(key(0), [1, 2_100, 4 * 8 + 2 * 2 * 8]);
    const reach = tensor2d([sizes.flatMap((size) => Array.from({ length: size }, (_, i) => i))]);
    const options = { heads: 4, keyHeads: 2, ...rules };
    const apart = (qkv: Tensor): Tensor => {
      let from = 0;
      const parts = sizes.map((size) => {
        const part = slice(qkv, [0, from, 0], [1, size, qkv.shape[2]!]);
        from += size;
        return groupedAttention(part, options);
      });
      return concat(parts, 1);
    };
    const [got, want] = [(qkv: Tensor) => groupedAttention(qkv, { ...options, reach }), apart].map((f) =>
      valueAndGrad((qkv: Tensor) => ({ loss: sum(square(f(qkv))) }), qkv),
    );
    const [y, expected] = scope(() => [groupedAttention(qkv, { ...options, reach }), apart(qkv)]) as [Tensor, Tensor];
    expectClose(y, expected, { absolute: 1e-5 });
    expectClose(got!.grad, want!.grad, { absolute: 1e-5, relative: 1e-4 });
    disposeTree([qkv, reach, y, expected, got, want] as unknown as Tree<Tensor>);
  },
);
