import { readFileSync } from 'node:fs';
import { nll } from '@genai/autoregressive';
import { disposeTree, key, leaves, mapTrees, type Tree } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { mul, scalar, sub, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { goldenStore, loadConfig, memoryStore, readTensors, type StoredTensor } from '../../test/checkpoints.js';
import { fromHuggingFace } from '../hugging-face/from-hugging-face.js';
import { quantised, unquantised } from '../quantised/quantised.js';
import type { TransformerParams } from '../transformer.js';
import { adapted } from './adapted.js';
import { adapting } from './adapting.js';
import { fromPeft, type PeftAdapters } from './from-peft.js';
import type { LoraParams } from './lora.js';
import { merged } from './merged.js';
import { toPeft } from './to-peft.js';

interface Case {
  readonly loss: number;
  readonly after: number;
  readonly gradients: { readonly [name: string]: number[] };
}
// golden/qlora.py says how these were made.
const golden = JSON.parse(readFileSync(new URL('../../golden/qlora-peft/expected.json', import.meta.url), 'utf8')) as {
  readonly rate: number;
  readonly tokens: number[][];
  readonly cases: { readonly [bits: string]: Case };
};

describe.each([8, 4] as const)('adapters beside weights of %i bits', (bits) => {
  const { loss, after, gradients } = golden.cases[bits]!;

  test('goldens: loss, gradient and a step are those of PyTorch beside the weights that the codes stand for', async () => {
    const { base, model, tuning, params } = await loaded(bits);
    const tokens = tensor2d(golden.tokens, [3, 10], 'int32');
    const objective = adapting(nll(model), tuning, base);
    const { values, grad } = valueAndGrad((p: LoraParams) => objective.loss(p, tokens, key(0), scalar(0)), params);
    expectClose(values.loss, [loss], { absolute: 1e-5 });
    const { tensors } = await toPeft(tuning, grad);
    expect([...tensors.keys()].sort()).toEqual(Object.keys(gradients).sort());
    for (const [name, { data }] of tensors) {
      expectClose(data as Float32Array, gradients[name]!, { absolute: 1e-5, relative: 1e-4 });
    }
    using made = owned(
      scope(() => {
        const moved = mapTrees<Tensor, LoraParams>((p, g) => sub(p!, mul(g!, golden.rate)), params, grad);
        return { loss: objective.loss(moved, tokens, key(0), scalar(0)).loss };
      }),
    );
    expectClose(made.loss, [after], { absolute: 1e-4 });
    disposeTree([base, params, tokens, values, grad] as unknown as Tree<Tensor>);
  });

  test('laws: merged into the weights that the codes stand for, they give what they give beside the codes, to 1e-4', async () => {
    const { base, model, tuning, params } = await loaded(bits);
    const adapter = { params, scale: tuning.scale };
    expect(() => merged(model, base, adapter)).toThrow('has no weight of its own, but is quantised');
    const whole = unquantised(base);
    const sum = merged(model, whole, adapter);
    using made = owned(
      scope(() => {
        const tokens = tensor2d(golden.tokens, [3, 10], 'int32');
        const by = (p: TransformerParams): Tensor => model.run(p, tokens, model.start(p, 3)).next.logits;
        return { beside: by(adapted(model, base, adapter)), merged: by(sum) };
      }),
    );
    expectClose(made.beside, made.merged, { absolute: 1e-4, relative: 0 });
    disposeTree([base, params, whole, sum]);
  });
});

test('laws: nothing is learnt but the adapters', async () => {
  const { base, model, tuning, params } = await loaded(4);
  const tokens = tensor2d(golden.tokens, [3, 10], 'int32');
  const { values, grad } = valueAndGrad(
    (p: LoraParams) => adapting(nll(model), tuning, base).loss(p, tokens, key(0), scalar(0)),
    params,
  );
  expect(leaves<Tensor>(grad).map(([path]) => path)).toEqual(leaves<Tensor>(params).map(([path]) => path));
  const codes = leaves<Tensor>(base).filter(([path]) => path.endsWith('codes'));
  expect(codes).toHaveLength(4 * 2 + 2); // four maps of two blocks, the table and the head
  disposeTree([base, params, tokens, values, grad] as unknown as Tree<Tensor>);
});

type Loaded = { readonly model: PeftAdapters['lora']['model']; readonly tuning: PeftAdapters['lora'] } & {
  readonly base: TransformerParams;
  readonly params: LoraParams;
};

/** The model quantised, and its adapters. */
async function loaded(bits: 8 | 4): Promise<Loaded> {
  const store = goldenStore('qlora');
  const { model, params: exact } = await fromHuggingFace(await loadConfig(store), readTensors(store));
  const base = await quantised(exact, { bits });
  disposeTree(exact);
  const adapters = goldenStore('qlora-peft');
  const config: unknown = JSON.parse(new TextDecoder().decode(await adapters.read('adapter_config.json')));
  const held = memoryStore();
  await held.write({ 'model.safetensors': (await adapters.read('adapter_model.safetensors'))! });
  const tensors: StoredTensor[] = [];
  for await (const tensor of readTensors(held)) tensors.push(tensor);
  const { lora: tuning, params } = await fromPeft(model, config, tensors);
  return { base, model, tuning, params };
}
