import { mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { world } from './world.js';

const wrong: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
  [[], /no command given\. Known: demo, train, sample, eval, backends\./],
  [['trian'], /unknown command 'trian'\. Did you mean train\?/],
  [['explode'], /unknown command 'explode'\. Known: demo, train, sample, eval, backends\./],
  [['train', 'vae', '--data', 'squares.idx', '--out', 'run', '--stpes', '3'], /unknown option '--stpes'.*--steps/],
  [['train', 'vae', '--data', 'squares.idx'], /required option '--out <folder>'/],
  [['train', 'vea', '--data', 'squares.idx', '--out', 'run'], /unknown model "vea"\. Did you mean vae\?/],
  [['train', 'gan', '--data', 'squares.idx', '--out', 'run'], /unknown model "gan"\..*vae/],
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
  [['sample', 'nothing', '--out', 'a.png', '--backend', 'cpu'], /nothing holds no checkpoint/],
  [['sample', 'nothing', '--out', 'a.jpg'], /--out must name a \.png file, got "a\.jpg"/],
  [['sample', 'a', 'b', '--out', 'a.png'], /too many arguments/],
  [['eval', 'nothing', '--data', 'digits', '--metrics', 'elbow'], /unknown metric "elbow"\. Did you mean elbo\?/],
  [
    ['eval', 'damaged', '--data', 'squares.idx', '--backend', 'cpu'],
    /config\.json\.parts\.kind must be one of dense, convolutional, got "quantum"/,
  ],
];

for (const [argv, message] of wrong) {
  test(`errors: genai ${argv.join(' ')} exits 2 with one line`, async () => {
    await using place = await world();
    await writeFile(place.path('broken.idx'), Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1));
    await mkdir(place.path('empty'));
    await mkdir(place.path('damaged'));
    await writeFile(
      place.path('damaged', 'config.json'),
      JSON.stringify({
        family: 'vae',
        preset: 'vae',
        parts: { kind: 'quantum', width: [4], latents: 2 },
        data: { spec: 'squares.idx', shape: [8, 8, 1] },
        training: {},
      }),
    );
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
  });
}

test('help and version go to stdout and exit 0', async () => {
  await using place = await world();
  const help = await place.genai('--help');
  expect(help.code).toBe(0);
  for (const name of ['demo', 'train', 'sample', 'eval', 'backends']) expect(help.out).toContain(name);
  expect(help.err).toBe('');
  const train = await place.genai('train', '--help');
  expect(train.code).toBe(0);
  for (const flag of ['--data', '--out', '--config', '--steps', '--seed', '--backend', '--resume', '--json']) {
    expect(train.out).toContain(flag);
  }
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
