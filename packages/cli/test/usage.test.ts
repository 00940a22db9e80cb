import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { encodePng } from '@genai/data';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { world } from './world.js';

const wrong: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
  [
    [],
    /no command given\. Known: demo, train, sample, what-if, chat, serve, eval, sweep, judge, import, export, inspect, repro, backends, native\./,
  ],
  [['trian'], /unknown command 'trian'\. Did you mean train\?/],
  [
    ['explode'],
    /unknown command 'explode'\. Known: demo, train, sample, what-if, chat, serve, eval, sweep, judge, import, export, inspect, repro, backends, native\./,
  ],
  [['train', 'vae', '--data', 'squares.idx', '--out', 'run', '--stpes', '3'], /unknown option '--stpes'.*--steps/],
  [['train', 'vae', '--data', 'squares.idx'], /required option '--out <folder>'/],
  [['train', 'vea', '--data', 'squares.idx', '--out', 'run'], /unknown model "vea"\. Did you mean vae\?/],
  [['train', 'nothing', '--data', 'squares.idx', '--out', 'run'], /unknown model "nothing"\. Known: vae, .*r3gan/],
  [['train', 'vae', '--out', 'run'], /no data given/],
  [['train', '--data', 'squares.idx', '--out', 'run', '--resume'], /run holds no run to go on with/],
  [['train', 'vae', '--data', 'digit', '--out', 'run'], /unknown data "digit", and no file.*Did you mean digits\?/],
  [
    ['train', 'vae', '--data', 'squares.idx', '--out', 'run', '--steps', '0'],
    /'--steps <count>' argument '0' is invalid/,
  ],
  [['train', 'vae', '--data', 'squares.idx', '--out', 'run', '--steps', '1e9x'], /'1e9x' is invalid/],
  [['train', 'vae', '--data', 'squares.idx', '--out', 'run', '--learning-rate', '-1'], /'-1' is invalid.*above 0/],
  [
    ['train', 'vae', '--data', 'squares.idx', '--out', 'run', '--backend', 'wsam'],
    /unknown engine "wsam"\. Did you mean wasm\?/,
  ],
  [
    ['train', 'vae', '--data', 'squares.idx', '--out', 'run', '--backend', 'cpu', '--batch', '999'],
    /a batch of 999 is more than the 72 images/,
  ],
  [['train', 'vae', '--data', 'broken.idx', '--out', 'run', '--backend', 'cpu'], /broken\.idx/],
  [['train', 'vae', '--data', 'empty', '--out', 'run', '--backend', 'cpu'], /no \.png files/],
  [['native', 'bulid'], /unknown action "bulid"\. Did you mean build\?/],
  [['native'], /missing required argument 'action'/],
  [
    ['export', 'huge', 'm.onnx', '--to', 'onnx'],
    /--to onnx is not written yet\. Known: safetensors, hugging-face, gguf/,
  ],
  [['export', 'huge', 'm.gguf', '--to', 'ggfu'], /unknown format "ggfu"\. Did you mean gguf\?/],
  [['export', 'huge', 'm', '--to', 'hugging-face', '--type', 'q8_0'], /cannot be written as "q8_0".*f32, f16/],
  [['export', 'huge', 'm.bin', '--to', 'gguf'], /writes a file that ends with \.gguf, got "m\.bin"/],
  [['export', 'nothing', 'm.gguf', '--to', 'gguf', '--backend', 'cpu'], /nothing holds no checkpoint/],
  [['import', 'nothing', '--out', 'in'], /there is no nothing\. Give a folder/],
  [['import', 'squares.idx', '--out', 'theirs'], /theirs is not empty/],
  [['import', 'empty', '--out', 'in', '--backend', 'cpu'], /empty has no config\.json/],
  [['import', 'damaged', '--out', 'in', '--backend', 'cpu'], /damaged is a checkpoint of genai already/],
  [
    ['import', 'broken.gguf', '--out', 'in', '--backend', 'cpu'],
    /broken\.gguf: .*that do not begin|cut short|broken\.gguf/,
  ],
  [['import', 'squares.idx', '--out', 'in', '--tokenizer', 'broken.idx'], /broken\.idx is no tokenizer/],
  [['import', 'squares.idx', '--out', 'in', '--tokenizer', 'bytes', '--backend', 'cpu'], /fromLlama2c/],
  [['import', 'hf:../etc', '--out', 'in', '--backend', 'cpu'], /hub: got the model/],
  [['inspect', 'nothing'], /there is no nothing\. Give a folder or a file/],
  [['inspect', 'squares.idx'], /squares\.idx is no model that is known/],
  [['inspect', 'empty'], /empty holds neither a config\.json nor safetensors/],
  [['inspect', 'theirs'], /model\.safetensors/],
  [['inspect', 'broken.gguf'], /broken\.gguf/],
  [['sample', 'nothing', '--out', 'a.png', '--backend', 'cpu'], /nothing holds no checkpoint/],
  [['serve', 'nothing', '--backend', 'cpu'], /nothing holds no checkpoint/],
  [['serve', 'a', '--port', '65536'], /'65536' is invalid.*from 0 to 65535/],
  [['sample', 'a', 'b', '--out', 'a.png'], /too many arguments/],
  [['eval', 'nothing', '--data', 'digits', '--metrics', 'elbow'], /unknown metric "elbow"\. Did you mean elbo\?/],
  [['train', 'vae', '--data', 'squares.idx', '--out', ''], /'--out <folder>' argument '' is invalid.*not empty/],
  [['sample', ' ', '--out', 'a.png'], /' ' is invalid for argument 'folder'.*not empty/],
  [['eval', 'damaged', '--data', 'squares.idx', '--samples', '100001'], /'100001' is invalid.*from 1 to 100000/],
  [['train', 'vae', '--data', 'squares.idx', '--out', 'run', '--learning-rate', 'NaN'], /'NaN' is invalid.*above 0/],
  [
    ['train', 'vae', '--data', 'squares.idx', '--out', 'squares.idx'],
    /ENOTDIR.*A file stands where a folder is needed/,
  ],
  [
    ['train', 'vae', '--data', 'squares.idx/a', '--out', 'run', '--backend', 'cpu'],
    /cannot read the data squares\.idx\/a/,
  ],
  [
    ['train', 'vae', '--data', 'pixelless.idx', '--out', 'run', '--backend', 'cpu'],
    /shape \[4294967295, 0, 0\].*none empty/,
  ],
  [['train', 'vae', '--data', 'none.idx', '--out', 'run', '--backend', 'cpu'], /has 0 images, expected at least 2/],
  [['train', 'vae', '--data', 'squares.idx', '--config', 'empty', '--out', 'run'], /empty is not a file/],
  [['train', 'vae', '--data', 'mixed', '--out', 'run', '--backend', 'cpu'], /b\.png is 3 × 2, .*a\.png is 2 × 2/],
  [['train', 'vae', '--data', 'cut', '--out', 'run', '--backend', 'cpu'], /does not start as a PNG file does/],
  [
    ['train', 'vae', '--data', 'squares.idx', '--out', 'theirs', '--backend', 'cpu'],
    /theirs holds model\.safetensors, but/,
  ],
  [
    ['sample', 'huge', '--out', 'a.png', '--backend', 'cpu'],
    /the model is too large: 2 layers .*about 3\.2e\+9 parameters/,
  ],
  [
    ['demo', '--quick', '--out', 'squares.idx', '--backend', 'cpu'],
    /squares\.idx.*A file stands where a folder is needed/,
  ],
  [['demo', '--quick', '--out', 'above', '--backend', 'cpu'], /model holds a run of genai train/],
  [
    ['eval', 'damaged', '--data', 'squares.idx', '--backend', 'cpu'],
    /config\.json\.parts\.kind must be one of dense, convolutional, got "quantum"/,
  ],
];

for (const [argv, message] of wrong) {
  test(`errors: genai ${argv.join(' ')} exits 2 with one line`, async () => {
    await using place = await world();
    await writeFile(place.path('broken.idx'), Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1));
    await writeFile(place.path('pixelless.idx'), Uint8Array.of(0, 0, 8, 3, 255, 255, 255, 255, ...new Uint8Array(8)));
    await writeFile(
      place.path('broken.gguf'),
      Uint8Array.of(...Buffer.from('GGUF'), 3, ...new Uint8Array(27).fill(255)),
    );
    await writeFile(place.path('none.idx'), Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 8));
    for (const name of ['empty', 'mixed', 'cut', 'theirs', 'damaged', 'huge', 'above/model']) {
      await mkdir(place.path(name), { recursive: true });
    }
    const png = (width: number) => encodePng({ width, height: 2, channels: 1, data: new Uint8Array(2 * width) });
    await writeFile(place.path('mixed', 'a.png'), png(2));
    await writeFile(place.path('mixed', 'b.png'), png(3));
    await writeFile(place.path('cut', 'a.png'), png(2).subarray(0, 20));
    await writeFile(place.path('theirs', 'model.safetensors'), 'precious');
    const config = (parts: object) =>
      JSON.stringify({
        family: 'vae',
        preset: 'vae',
        parts: { kind: 'dense', hidden: [4], latents: 2, ...parts },
        data: { spec: 'squares.idx', shape: [8, 8, 1] },
        training: { steps: 1, batch: 1, learningRate: 1, seed: 0, beta: 1, freeBits: 0, warmup: 0 },
      });
    await writeFile(place.path('damaged', 'config.json'), config({ kind: 'quantum' }));
    await writeFile(place.path('huge', 'config.json'), config({ hidden: [40_000, 40_000] }));
    await writeFile(place.path('above/model', 'config.json'), config({}));
    await writeFile(place.path('above/model', 'state.json'), 'precious');
    const before = memory().numTensors;
    const plain = await place.genai(...argv);
    expect(plain.err).toMatch(message);
    expect(plain.code).toBe(2);
    expect(plain.out).toBe('');
    expect(plain.err.trimEnd().split('\n')).toHaveLength(1);
    expect(plain.err.startsWith('genai: ')).toBe(true);

    const json = await place.genai(...argv, '--json');
    expect(json.code).toBe(2);
    expect(json.out.trimEnd().split('\n')).toHaveLength(1);
    expect(json.json).toMatchObject({ ok: false, error: { name: expect.any(String), message: expect.any(String) } });
    expect((json.json.error as { message: string }).message).toMatch(message);
    expect(memory().numTensors).toBe(before);
    expect(await readFile(place.path('theirs', 'model.safetensors'), 'utf8')).toBe('precious');
  });
}

test('help and version go to stdout and exit 0', async () => {
  await using place = await world();
  const help = await place.genai('--help');
  expect(help.code).toBe(0);
  for (const name of [
    'demo',
    'train',
    'sample',
    'what-if',
    'chat',
    'serve',
    'eval',
    'import',
    'export',
    'inspect',
    'backends',
  ])
    expect(help.out).toContain(name);
  expect(help.err).toBe('');
  const train = await place.genai('train', '--help');
  expect(train.code).toBe(0);
  for (const flag of ['--data', '--out', '--config', '--steps', '--seed', '--backend', '--resume', '--json']) {
    expect(train.out).toContain(flag);
  }
  expect((await place.genai('train', '--help', '--json')).out.trimEnd().split('\n').at(-1)).toMatch(/^\{"ok":true,/);
  expect((await place.genai('--version')).out).toMatch(/^\d+\.\d+\.\d+/);
});

test('backends: cpu works here, and what does not says why', async () => {
  await using place = await world();
  const said = await place.genai('backends', '--json');
  expect(said.code).toBe(0);
  expect(said.out.trimEnd().split('\n')).toHaveLength(1);
  const list = said.json.backends as { name: string; works: boolean; reason?: string; trainable?: boolean }[];
  expect(list.map(({ name }) => name)).toEqual(['webgpu', 'webgl', 'simd', 'wasm', 'node', 'cpu']);
  expect(list.at(-1)).toMatchObject({ works: true, trainable: true });
  for (const { works, reason } of list) if (!works) expect(reason).toMatch(/\w/);
  expect((await place.genai('backends')).out).toMatch(/✓ cpu/);
});
