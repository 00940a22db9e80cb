import { generate, nll } from '@genai/autoregressive';
import { disposeTree, key, leaves, mapTrees, randomIntegers, split } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { mul, reshape, scalar, slice, sub, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gpt2, llama, type TransformerParams, transformer } from '../index.js';
import { quantised, unquantised } from './quantised.js';

const SIZES = { vocabulary: 11, width: 32, layers: 2, heads: 4, context: 24, hidden: 64 };
const EXPERTS = { ...SIZES, keyHeads: 2, tied: false, experts: { count: 2, active: 1 } };
/** Text whose next token follows from the last: (3 t + 1) mod 11. */
const text = (): Tensor => {
  const rows = Array.from(randomIntegers(key(5), 8, { min: 0, max: 11 }), (first) => {
    const row = [first];
    while (row.length < 12) row.push((3 * row.at(-1)! + 1) % 11);
    return row;
  });
  return tensor2d(rows, [8, 12], 'int32');
};

test.each([
  ['a tied head', gpt2(SIZES), 16],
  ['a tied head', gpt2(SIZES), 8],
  ['a tied head', gpt2(SIZES), 4],
  ...([16, 8] as const).map((bits) => ['a head of its own, experts', llama(EXPERTS), bits] as const),
] as const)('laws: logits are those of the weights that codes stand for: %s, %#', async (_, config, bits) => {
  const model = transformer(config);
  const params = model.init(key(0));
  const small = await quantised(params, { bits });
  const whole = unquantised(small);
  const again = await quantised(whole, { bits });
  const quantisedPaths = [...leaves<Tensor>(small)].filter(([path]) => path.endsWith('codes')).map(([path]) => path);
  expect(quantisedPaths).toHaveLength(4 * 2 + (config.tied === false ? 2 : 1));
  using made = owned(
    scope(() => {
      const tokens = text();
      const by = (p: TransformerParams): Tensor => model.run(p, tokens, model.start(p, 8)).next.logits;
      const stepped = model.step(small, reshape(slice(tokens, [0, 0], [8, 1]), [8]), model.start(small, 8)).next.logits;
      return { small: by(small), whole: by(whole), again: by(again), stepped };
    }),
  );
  expectClose(made.small, made.whole, { absolute: 1e-4 });
  if (bits > 4) expectClose(made.small, made.again, { absolute: bits === 8 ? 1e-4 : 0 });
  const first = scope(() => reshape(slice(made.small, [0, 0, 0], [8, 1, 11]), [8, 11]));
  expectClose(made.stepped, first, { absolute: 1e-4 });
  disposeTree([params, small, whole, again, first]);
});

test('known answers: a model that has learnt a rule keeps it in 16 and 8 bits, and nearly in 4', async () => {
  const model = transformer(gpt2(SIZES));
  const tokens = text();
  const lossOf = (p: TransformerParams): number => {
    using made = owned(scope(() => nll(model).loss(p, tokens, key(0), scalar(0))));
    return made.loss.dataSync()[0]!;
  };
  let params = model.init(key(0));
  for (const k of split(key(1), 150)) {
    const next = scope(() => {
      const { grad } = valueAndGrad((p) => nll(model).loss(p, tokens, k, scalar(0)), params);
      return mapTrees<Tensor, TransformerParams>((p, g) => sub(p!, mul(g!, 0.2)), params, grad);
    });
    disposeTree(params);
    params = next;
  }
  const exact = lossOf(params);
  for (const [bits, allowed] of [
    [16, 0.0002],
    [8, 0.01],
    [4, 0.2],
  ] as const) {
    const small = await quantised(params, { bits });
    expect(lossOf(small) - exact).toBeLessThan(allowed * 11); // nats in a row after its first token
    const { tokens: drawn } = await generate(model, small, { prompt: [2], steps: 6, greedy: true, key: key(3) }).result;
    expect(drawn).toEqual([7, 0, 1, 4, 2, 7]);
    disposeTree(small);
  }
  disposeTree([params, tokens]);
}, 240_000); // on a machine at work

test('laws: a table may stay as it is, and a narrow model stays whole', async () => {
  const params = transformer(gpt2(SIZES)).init(key(0));
  const narrow = transformer(gpt2({ ...SIZES, width: 24, hidden: 24 })).init(key(0));
  const made = [
    await quantised(params, { bits: 8, tableBits: 32 }),
    await quantised(narrow, { bits: 4 }),
    await quantised(params, { bits: 4, tableBits: 16 }),
  ];
  expect(made.map(({ embedding }) => Object.keys(embedding))).toEqual([['table'], ['table'], ['codes']]);
  expect([...leaves<Tensor>(made[1]!)].filter(([path]) => path.endsWith('codes'))).toEqual([]);
  disposeTree([params, narrow, ...made]);
});
