import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { decodeGguf, decodeSafetensors } from '@genai/checkpoint';
import { disposeTree, key, randomUniform } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { exportable } from '../src/formats/exportable.js';
import { loadModel } from '../src/model/checkpoint.js';
import { type World, world } from './world.js';

const ENGINE = ['--backend', 'simd'];
const GOLDEN = new URL('../../transformer/golden/', import.meta.url);
const golden = (...names: string[]): string => new URL(names.join('/'), GOLDEN).pathname;

/** A small model of coins thrown, one a line, of the kind `model` over `tokenizer`. */
async function trained(model: string, tokenizer: string, decoder: object): Promise<World> {
  const place = await world();
  const sides = [...randomUniform(key(5), 400)].map((u) => (u < 0.5 ? 'heads\n' : 'tails\n'));
  await writeFile(place.path('coins.txt'), sides.join(''));
  const parts = { tokenizer, vocabulary: 270, decoder: { width: 32, layers: 2, heads: 2, context: 32, ...decoder } };
  await writeFile(place.path('tiny.json'), JSON.stringify({ parts, training: { batch: 4, length: 32 } }));
  const argv = ['train', model, '--config', 'tiny.json', '--data', 'coins.txt', '--out', 'run', '--steps', '20'];
  expect((await place.genai(...argv, ...ENGINE)).err).not.toMatch(/genai:/);
  return place;
}

/** The 24 likeliest characters after a prompt. */
async function drawn(place: World, folder: string, prompt = 'tails\nhea'): Promise<string> {
  const argv = ['sample', folder, '--prompt', prompt, '--length', '24', '--temperature', '0', ...ENGINE, '--json'];
  const { json } = await place.genai(...argv);
  expect(json).toMatchObject({ ok: true });
  return (json.texts as string[])[0]!;
}

async function nll(place: World, folder: string): Promise<number> {
  const { json } = await place.genai('eval', folder, '--data', 'coins.txt', ...ENGINE, '--json');
  return (json.metrics as { [name: string]: number }).nllPerToken!;
}

afterEach(() => vi.unstubAllGlobals());

describe('laws: what is exported and imported again is the same model', () => {
  const kinds: readonly (readonly [model: string, tokenizer: string, decoder: object])[] = [
    ['llama', 'characters', { keyHeads: 1, hidden: 64 }],
    ['gpt2', 'bytes', {}],
    ['qwen', 'byte-pairs', { keyHeads: 1, hidden: 64 }],
  ];
  test.each(kinds)('%s over %s', async (model, tokenizer, decoder) => {
    await using place = await trained(model, tokenizer, decoder);
    const [before, text] = [await nll(place, 'run'), await drawn(place, 'run')];
    const ways: readonly (readonly [to: string, target: string, type: string, error: number])[] = [
      ['hugging-face', 'hf', 'f32', 1e-6],
      ['hugging-face', 'hf16', 'f16', 2e-3],
      ['gguf', 'm.gguf', 'f32', 1e-6],
      ['gguf', 'm8.gguf', 'q8_0', 1e-2],
      ['gguf', 'm4.gguf', 'q4_0', 0.2],
    ];
    for (const [to, target, type, error] of ways) {
      const out = await place.genai('export', 'run', target, '--to', to, '--type', type, ...ENGINE, '--json');
      expect(out.json).toMatchObject({ ok: true, format: to, type });
      const back = await place.genai('import', target, '--out', `back-${target}`, ...ENGINE, '--json');
      expect(back.json).toMatchObject({ ok: true });
      expect(Math.abs((await nll(place, `back-${target}`)) - before), `${to} ${type}`).toBeLessThan(error);
      if (type === 'f32') expect(await drawn(place, `back-${target}`)).toBe(text);
    }
    expect((await readdir(place.path())).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(memory().numTensors).toBe(0);
  });

  test('safetensors of any model hold its parameters', async () => {
    await using place = await trained('llama', 'characters', { keyHeads: 2, hidden: 64 });
    await place.genai('export', 'run', 'only.safetensors', '--to', 'safetensors', ...ENGINE);
    const [written, own] = await Promise.all(
      ['only.safetensors', 'run/model.safetensors'].map(async (name) =>
        decodeSafetensors(await readFile(place.path(name))),
      ),
    );
    expect([...written!.entries]).toEqual([...own!.entries]);
  });
});

describe('goldens: models of other programs', () => {
  type Expected = { readonly tokens: number[][]; readonly logits: number[][][] };
  const read = async (...names: string[]): Promise<Buffer> => readFile(golden(...names));
  const json = async <T>(...names: string[]): Promise<T> => JSON.parse((await read(...names)).toString()) as T;

  /** Imports a golden, whose tokens have no texts: each is a character here. Its logits are those expected; it is sampled from. */
  async function expectImported(place: World, source: string, vocabulary: number, expected: Expected): Promise<void> {
    const alphabet = Array.from({ length: vocabulary }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    await writeFile(place.path('tokens.json'), JSON.stringify({ kind: 'characters', alphabet, special: [] }));
    const said = await place.genai('import', source, '--out', 'in', '--tokenizer', 'tokens.json', ...ENGINE, '--json');
    expect(said.json).toMatchObject({ ok: true, vocabulary });
    const loaded = await loadModel(place.path('in'), 'in');
    const { model, params } = exportable(loaded);
    using tensors = owned(scope(() => ({ tokens: tensor2d(expected.tokens, undefined, 'int32') })));
    scope(() => {
      const { next } = model.run(params, tensors.tokens, model.start(params, expected.tokens.length));
      expectClose(next.logits, expected.logits.flat(2), { absolute: 1e-4, relative: 0 });
      return {};
    });
    disposeTree(loaded.params);
    expect(await drawn(place, 'in', alphabet.slice(0, 3))).toContain(alphabet.slice(0, 3));
  }

  test.each(['llama', 'llama-yarn', 'gpt2', 'qwen3', 'gemma2', 'sharded', 'nano-gpt'])('%s', async (name) => {
    await using place = await world();
    const { vocab_size } = await json<{ vocab_size: number }>(name, 'config.json');
    await expectImported(place, golden(name), vocab_size, await json(name, 'expected.json'));
    expect(memory().numTensors).toBe(0);
  });

  test.each(['llama', 'gpt2', 'qwen3', 'llama3', 'gemma'])('%s.gguf', async (name) => {
    await using place = await world();
    const [vocabulary] = decodeGguf(await read('gguf', `${name}.gguf`)).tensors.get('token_embd.weight')!.shape;
    const expected = (await json<{ [name: string]: Expected }>('gguf', 'expected.json'))[name]!;
    await expectImported(place, golden('gguf', `${name}.gguf`), vocabulary!, expected);
  });

  test('a .bin of llama2.c', async () => {
    await using place = await world();
    const vocabulary = new DataView((await read('llama2-c', 'model.bin')).buffer.slice(0)).getInt32(20, true);
    expect(vocabulary).toBeGreaterThan(0);
    await expectImported(place, golden('llama2-c', 'model.bin'), vocabulary, await json('llama2-c', 'model.json'));
  });

  test('a model of the hub, fetched once', async () => {
    await using place = await world();
    const files = ['config.json', 'model.safetensors'];
    const bodies = new Map(await Promise.all(files.map(async (name) => [name, await read('gpt2', name)] as const)));
    const seen: string[] = [];
    vi.stubGlobal('fetch', async (address: URL, { method }: { method: string }) => {
      const [name] = address.pathname.split('/').slice(-1);
      seen.push(`${method} ${address.host}${address.pathname}`);
      const said = { 'x-repo-commit': 'c0ffee'.padEnd(40, '0') };
      const body = bodies.get(name!);
      if (!body) return new Response(null, { status: 404, headers: { ...said, 'x-error-code': 'EntryNotFound' } });
      const hash = createHash('sha1').update(`blob ${body.length}\0`).update(body).digest('hex');
      const headers = { ...said, etag: `"${hash}"`, 'content-length': String(body.length) };
      return new Response(method === 'HEAD' ? null : new Uint8Array(body), { headers });
    });
    const { vocab_size } = await json<{ vocab_size: number }>('gpt2', 'config.json');
    const alphabet = Array.from({ length: vocab_size }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    await writeFile(place.path('tokens.json'), JSON.stringify({ kind: 'characters', alphabet, special: [] }));
    const argv = ['import', 'hf:someone/tiny', '--cache', 'cache', '--tokenizer', 'tokens.json', ...ENGINE, '--json'];
    expect((await place.genai(...argv, '--out', 'in')).json).toMatchObject({ ok: true, format: 'Hugging Face' });
    expect(seen).toContain(`GET huggingface.co/someone/tiny/resolve/c0ffee${'0'.repeat(34)}/config.json`);
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    expect((await place.genai(...argv, '--out', 'again')).json).toMatchObject({ ok: true });
    const [one, other] = await Promise.all(
      ['in', 'again'].map((name) => readFile(place.path(name, 'model.safetensors'))),
    );
    expect(one!.equals(other!)).toBe(true);
  });
});

describe('known answers: dialogues', () => {
  test('a model of them goes on speaking, in its own words or by its template', async () => {
    await using place = await world();
    const pairs = ['ping', 'pong'].map((said, i) => [said, ['one', 'two'][i]!] as const);
    const lines = Array.from({ length: 40 }, (_, i) => {
      const [user, assistant] = pairs[i % 2]!;
      return JSON.stringify({ turns: [{ role: 'user', text: user }, { role: 'assistant', text: assistant }] }); // biome-ignore format: one line
    });
    await writeFile(place.path('said.jsonl'), lines.join('\n'));
    const decoder = { width: 32, layers: 2, heads: 2, keyHeads: 2, context: 48, hidden: 64 };
    const training = { batch: 8, length: 48, learningRate: 1e-2, steps: 60 };
    await writeFile(place.path('tiny.json'), JSON.stringify({ parts: { decoder, tokenizer: 'byte-pairs', vocabulary: 264 }, training })); // biome-ignore format: one line
    await place.genai('train', 'llama', '--config', 'tiny.json', '--data', 'said.jsonl', '--out', 'run', ...ENGINE);
    for (const [to, target] of [
      ['hugging-face', 'hf'],
      ['gguf', 'm.gguf'],
    ] as const) {
      // biome-ignore format: one line
      await place.genai('export', 'run', target, '--to', to, ...ENGINE);
      await place.genai('import', target, '--out', `back-${to}`, ...ENGINE);
    }
    for (const [user, assistant] of pairs) {
      for (const folder of ['run', 'back-hugging-face', 'back-gguf']) {
        const chat = await place.genai('chat', folder, '--message', user, '--temperature', '0', ...ENGINE, '--json');
        expect(chat.json.turns, folder).toEqual([{ role: 'user', text: user }, { role: 'assistant', text: assistant }]); // biome-ignore format: one line
      }
    }
    expect(JSON.parse(await readFile(place.path('hf', 'tokenizer_config.json'), 'utf8'))).toMatchObject({
      eos_token: '<|end|>',
    });
    expect(memory().numTensors).toBe(0);
  });
});

describe('known answers: fine-tuning', () => {
  test('what is imported is trained further, from where it was', async () => {
    await using place = await trained('llama', 'bytes', { keyHeads: 2, hidden: 64 });
    await place.genai('export', 'run', 'hf', '--to', 'hugging-face', ...ENGINE);
    await place.genai('import', 'hf', '--out', 'tuned', ...ENGINE);
    const before = await nll(place, 'tuned');
    const argv = ['train', '--resume', '--out', 'tuned', '--steps', '20', '--learning-rate', '3e-3', ...ENGINE];
    expect((await place.genai(...argv)).err).toMatch(/holds a model without a run\. Add --data FILE/);
    const said = await place.genai(...argv, '--data', 'coins.txt', '--json');
    expect(said.json).toMatchObject({ ok: true, steps: 20 });
    const [first] = (await readFile(place.path('tuned', 'log.jsonl'), 'utf8')).split('\n');
    expect((JSON.parse(first!) as { loss: number }).loss).toBeLessThan(before + 0.5); // not that of a fresh model, 5.5
    expect(await nll(place, 'tuned')).toBeLessThan(before);
    const more = await place.genai('train', '--resume', '--out', 'tuned', '--steps', '22', ...ENGINE, '--json');
    expect(more.json).toMatchObject({ ok: true, steps: 22 });
    expect(memory().numTensors).toBe(0);
  });
});

describe('inspect', () => {
  test('known answers: what each kind of model is', async () => {
    await using place = await trained('llama', 'characters', { keyHeads: 2, hidden: 64 });
    await place.genai('export', 'run', 'm.gguf', '--to', 'gguf', '--type', 'q8_0', ...ENGINE);
    await place.genai('export', 'run', 'hf', '--to', 'hugging-face', '--type', 'f16', ...ENGINE);
    // 9 characters and 2 layers of 4 · 32² + 3 · 32 · 64 + 2 · 32, table, head and last norm
    const parameters = 2 * 9 * 32 + 2 * (4 * 32 ** 2 + 3 * 32 * 64 + 2 * 32) + 32;
    const own = await place.genai('inspect', 'run', '--json');
    expect(own.json).toMatchObject({ format: 'genai', parameters, types: { F32: parameters } });
    expect(own.json).toMatchObject({ config: { net: 'llama' }, tokenizer: { kind: 'characters', characters: 9 } });
    const hf = await place.genai('inspect', 'hf', '--json');
    expect(hf.json).toMatchObject({ format: 'Hugging Face', parameters, types: { F16: parameters } });
    expect(hf.json).toMatchObject({ config: { model_type: 'llama' }, tokenizer: { tokens: 9 } });
    const gguf = await place.genai('inspect', 'm.gguf', '--json');
    expect(gguf.json).toMatchObject({ format: 'GGUF', parameters });
    expect(gguf.json).toMatchObject({ types: { F32: 5 * 32 }, metadata: { 'llama.block_count': 2 } });
    const said = await place.genai('inspect', golden('llama2-c', 'model.bin'), '--tensors');
    expect(said.out).toMatch(/format +llama2\.c\n[\s\S]*config +dim 16/);
  });
});
