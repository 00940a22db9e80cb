import { disposeTree, key, leaves } from '@genai/core';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  expectedOf,
  goldenStore,
  loadConfig,
  memoryStore,
  readTensors,
  type StoredTensor,
} from '../../test/checkpoints.js';
import { fromHuggingFace } from '../hugging-face/from-hugging-face.js';
import { adapted } from './adapted.js';
import { fromPeft, type PeftAdapters } from './from-peft.js';
import { lora } from './lora.js';
import { merged } from './merged.js';
import { toPeft } from './to-peft.js';

// golden/adapters.py says how these were made.
const MODELS = ['llama', 'gpt2'];

describe.each(MODELS)('goldens: adapters of peft for %s', (name) => {
  test('beside the weights and merged they give the logits that PyTorch gives, to 2e-5', async () => {
    const { tokens, logits } = expectedOf(`${name}-peft`);
    const { model, params: base } = await loadedBase(name);
    const { lora: tuning, params } = await fromPeft(model, await configOf(name), await tensorsOf(name));
    const adapter = { params, scale: tuning.scale };
    scope(() => {
      for (const made of [adapted(model, base, adapter), merged(model, base, adapter)]) {
        const got = model.run(made, tokens, model.start(made, 2)).next.logits;
        expectClose(got, logits, { absolute: 2e-5, relative: 0 });
      }
      return {};
    });
    disposeTree([tokens, base, params]);
  });

  test('written again, they have the same names and numbers, and a config that says the same', async () => {
    const { model, params: base } = await loadedBase(name);
    const config = (await configOf(name)) as { readonly [field: string]: unknown };
    const found = await tensorsOf(name);
    const { lora: tuning, params } = await fromPeft(model, config, found);
    const written = await toPeft(tuning, params, { base: name });
    expect([...written.tensors.keys()].sort()).toEqual(found.map(({ name }) => name).sort());
    for (const { name, shape, values } of found) {
      expect(written.tensors.get(name)!.shape, name).toEqual(shape);
      expect(written.tensors.get(name)!.data, name).toEqual(Float32Array.from(values()));
    }
    const { target_modules: targets, ...fields } = written.config;
    for (const [field, value] of Object.entries(fields)) expect(value, field).toEqual(config[field]);
    const ends = (config.target_modules as string[]).map((module) => module.split('.').at(-1)!);
    expect((targets as string[]).map((module) => module.split('.').at(-1)!).sort()).toEqual(ends.sort());
    const again = await fromPeft(model, written.config, await tensorsOf(name));
    expect(again.lora.scale).toBe(tuning.scale);
    expect(again.lora.targets).toEqual(tuning.targets);
    disposeTree([base, params, again.params]);
  });
});

test('errors: fields and tensors that do not fit are named, and nothing is left over', async () => {
  const { model, params: base } = await loadedBase('llama');
  const config = (await configOf('llama')) as { readonly [field: string]: unknown };
  const tensors = await tensorsOf('llama');
  const before = memory().numTensors;
  const read = (fields: object, held: readonly StoredTensor[] = tensors): Promise<PeftAdapters> =>
    fromPeft(model, { ...config, ...fields }, held);
  await expect(fromPeft(model, null, [])).rejects.toThrow('it is null, expected an object');
  await expect(read({ peft_type: 'IA3' })).rejects.toThrow('peft_type is "IA3", expected "LORA"');
  await expect(read({ use_dora: true })).rejects.toThrow('use_dora is true, expected nothing there');
  await expect(read({ rank_pattern: { q_proj: 2 } })).rejects.toThrow('rank_pattern is {"q_proj":2}');
  await expect(read({ bias: 'all' })).rejects.toThrow('bias is "all"');
  await expect(read({ lora_dropout: 1 })).rejects.toThrow(
    'lora_dropout is 1, expected a number of at least 0 and below 1',
  );
  await expect(read({ r: 1.5 })).rejects.toThrow('r is 1.5, expected an integer');
  await expect(read({ r: 4 })).rejects.toThrow(/lora_A.weight" has shape \[3, \d+\], expected \[4, \d+\]/);
  await expect(read({}, tensors.slice(1))).rejects.toThrow(/block 0 lacks lora_/);
  await expect(read({}, [...tensors, tensors[0]!])).rejects.toThrow('is there twice');
  const named = (name: string): StoredTensor[] => [...tensors, { ...tensors[0]!, name }];
  const far = named('base_model.model.model.layers.2.self_attn.q_proj.lora_A.weight');
  await expect(read({}, far)).rejects.toThrow("is none of this model's");
  await expect(read({}, named('model.layers.0.mlp.fc.lora_A.weight'))).rejects.toThrow('q_proj, self_attn.k_proj');
  expect(memory().numTensors).toBe(before);
  const whole = lora(model, { rank: 2, targets: ['qkv'] });
  const params = whole.init(key(0));
  await expect(toPeft(whole, params)).rejects.toThrow('no "attention.qkv.whole", only query, key, value');
  disposeTree([base, params]);
});

test('known answers: dropout is read, written and read again', async () => {
  const { model, params: base } = await loadedBase('llama');
  const config = { ...((await configOf('llama')) as object), lora_dropout: 0.05 };
  const { lora: tuning, params } = await fromPeft(model, config, await tensorsOf('llama'));
  expect(tuning.dropout).toBe(0.05);
  const written = await toPeft(tuning, params);
  expect(written.config.lora_dropout).toBe(0.05);
  const again = await fromPeft(model, written.config, await tensorsOf('llama'));
  expect(again.lora.dropout).toBe(0.05);
  const { lora_dropout: _, ...silent } = config;
  const plain = await fromPeft(model, silent, await tensorsOf('llama'));
  expect(plain.lora.dropout).toBe(0);
  disposeTree([base, params, again.params, plain.params]);
});

test('known answers: blocks without adapters and names with that of the adapter are read, too', async () => {
  const { model, params: base } = await loadedBase('llama');
  const tensors = (await tensorsOf('llama')).filter(({ name }) => name.includes('layers.1.'));
  const named = tensors.map((tensor) => ({ ...tensor, name: tensor.name.replace('.weight', '.default.weight') }));
  const { params } = await fromPeft(model, await configOf('llama'), named);
  expect(params.blocks[0]).toEqual({});
  expect(leaves<Tensor>(params).length).toBe(tensors.length);
  disposeTree([base, params]);
});

async function loadedBase(name: string): ReturnType<typeof fromHuggingFace> {
  const store = goldenStore(name);
  return fromHuggingFace(await loadConfig(store), readTensors(store));
}

async function configOf(name: string): Promise<unknown> {
  const bytes = await goldenStore(`${name}-peft`).read('adapter_config.json');
  return JSON.parse(new TextDecoder().decode(bytes));
}

async function tensorsOf(name: string): Promise<StoredTensor[]> {
  const store = memoryStore();
  const bytes = await goldenStore(`${name}-peft`).read('adapter_model.safetensors');
  await store.write({ 'model.safetensors': bytes! });
  const found: StoredTensor[] = [];
  for await (const tensor of readTensors(store)) found.push(tensor);
  return found;
}
