import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { decodePng, encodePng } from '@genai/data';
import { describe, expect, test } from 'vitest';
import { idx, type Said, type World, world } from './world.js';

const ENGINE = ['--backend', 'cpu'];
const names = async (place: World, folder: string): Promise<string[]> =>
  (await readdir(place.path(folder))).filter((name) => !name.startsWith('.')).sort();
const file = (place: World, ...path: string[]): Promise<Buffer> => readFile(place.path(...path));
const jsonLines = async (place: World, ...path: string[]): Promise<{ [name: string]: unknown }[]> =>
  (await file(place, ...path))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Trains a preset with the parts made tiny. */
async function trained(place: World, model: string, config: object, ...more: string[]): Promise<Said> {
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  return place.genai('train', model, '--config', 'tiny.json', '--out', 'run', ...ENGINE, '--json', ...more);
}

/** A folder in which every image of a class has a grey of its own: class 0 dark, class 1 light. */
async function twoShades(place: World): Promise<void> {
  for (const [label, grey] of [30, 220].entries()) {
    await mkdir(place.path('shades', `class-${label}`), { recursive: true });
    for (let i = 0; i < 20; i++) {
      const data = new Uint8Array(64).fill(grey + (i % 8));
      const png = encodePng({ width: 8, height: 8, channels: 1, data });
      await writeFile(place.path('shades', `class-${label}`, `${i}.png`), png);
    }
  }
}

/** The mean grey of each row of tiles of a grid of 8 × 8 images. */
async function rowShades(place: World, name: string): Promise<number[]> {
  const { width, height, data } = await decodePng(await file(place, name));
  return Array.from({ length: (height + 2) / 10 }, (_, row) => {
    let [sum, count] = [0, 0];
    for (let y = 10 * row; y < 10 * row + 8; y++) {
      for (let x = 0; x < width; x++) if (x % 10 < 8) [sum, count] = [sum + data[y * width + x]!, count + 1];
    }
    return sum / count;
  });
}

const SQUARES = ['--data', 'squares.idx'];
const TINY: readonly (readonly [model: string, config: object])[] = [
  ['gan', { parts: { hidden: [8], latents: 2 }, training: { batch: 8 } }],
  ['dcgan', { parts: { width: 2, latents: 2 }, training: { batch: 8, augmentation: { speed: 0.01, flip: true } } }],
  ['wgan-gp', { parts: { width: 2, latents: 2 }, training: { batch: 4, updates: 2 } }],
  ['sngan', { parts: { width: 2, latents: 2 }, training: { batch: 4, updates: 2 } }],
  ['r3gan', { parts: { width: 2, latents: 2 }, training: { batch: 4, regularizers: { leCam: 0.1, consistency: 1 } } }],
  [
    'stylegan',
    { parts: { width: 2, latents: 2, style: 2, depth: 1 }, training: { batch: 4, regularizers: { pathLength: 1 } } },
  ],
];

describe('adversarial models', () => {
  for (const [model, config] of TINY) {
    test(`${model} trains, reports, is drawn from and measured`, async () => {
      await using place = await world();
      const said = await trained(place, model, config, ...SQUARES, '--steps', '3', '--health-steps', '2');
      expect(said.err).not.toMatch(/cannot be told/);
      expect(said.json).toMatchObject({ ok: true, steps: 3, health: { step: 3, verdict: expect.any(String) } });
      const { metrics } = said.json as { metrics: { [name: string]: number } };
      for (const name of ['critic', 'generator', 'criticGradient', 'generatorGradient', 'real', 'fake', 'sure']) {
        expect(metrics[name], name).toEqual(expect.any(Number));
      }
      expect(metrics.criticGradient).toBeGreaterThan(0);
      expect(await names(place, 'run')).toEqual((said.json.files as string[]).map((name) => name.slice(4)).sort());
      const drawn = await place.genai('sample', 'run', '--count', '5', '--out', 'five.png', ...ENGINE);
      expect(drawn.err).toBe('');
      const measured = await place.genai('eval', 'run', ...SQUARES, ...ENGINE, '--json');
      expect(measured.json).toMatchObject({ ok: true, examples: 8, features: 'pixels 8×8', standardErrors: {} });
      const scores = measured.json.metrics as { [name: string]: number };
      expect(Object.keys(scores)).toEqual(['frechet', 'precision', 'recall', 'density', 'coverage', 'copies']);
      for (const value of Object.values(scores)) expect(value).toBeGreaterThanOrEqual(0);
    });
  }

  test('the report is machine-readable, a line a look, and as plain text', async () => {
    await using place = await world();
    const [model, config] = TINY[0]!;
    const said = await trained(place, model, config, ...SQUARES, '--steps', '20');
    const lines = await jsonLines(place, 'run', 'health.jsonl');
    expect(lines.map(({ step }) => step)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    const log = await jsonLines(place, 'run', 'log.jsonl');
    for (const line of lines) {
      const { step, verdict, why, features, ...numbers } = line;
      expect(['collapsed', 'copying', 'apart', 'losing', 'healthy']).toContain(verdict);
      expect(why).toMatch(new RegExp(`^${verdict}: .*\\d`));
      expect(features).toBe('pixels 8×8');
      const logged = log[Number(step) - 1]!;
      for (const name of ['critic', 'generator', 'criticGradient', 'generatorGradient']) {
        expect(numbers[name], name).toBe(logged[name]);
      }
      for (const name of ['precision', 'recall', 'density', 'coverage', 'variety', 'copies', 'frechet']) {
        expect(numbers[name], name).toEqual(expect.any(Number));
      }
    }
    const { metrics, ...last } = said.json.health as { [name: string]: unknown };
    expect({ ...last, ...(metrics as object) }).toEqual(lines.at(-1));
    expect(said.err).toMatch(/health at step 20: \w+: .*frechet .*\(pixels 8×8\); critic .*criticGradient/);
    const pictures = await Promise.all(['samples.png', 'nearest.png'].map((name) => file(place, 'run', name)));
    const sizes = await Promise.all(pictures.map(async (png) => decodePng(png)));
    expect(sizes.map(({ width, height }) => [width, height])).toEqual([
      [78, 78],
      [78, 38],
    ]);
  });

  test('law: reports change nothing, and a resumed run reports as one that was not interrupted', async () => {
    await using place = await world();
    const [model, config] = TINY[1]!;
    await writeFile(place.path('tiny.json'), JSON.stringify(config));
    const argv = ['train', model, ...SQUARES, '--config', 'tiny.json', ...ENGINE, '--seed', '4', '--steps', '6'];
    expect((await place.genai(...argv, '--out', 'quiet', '--health-steps', '0')).code).toBe(0);
    expect(await names(place, 'quiet')).not.toContain('health.jsonl');
    expect((await place.genai(...argv, '--out', 'whole', '--health-steps', '2')).code).toBe(0);
    const stopped = await place.stopped(
      (err) => /health at step 2/.test(err),
      ...[...argv, '--out', 'parts', '--health-steps', '2'],
    );
    expect(stopped.code).toBe(130);
    // A crash after the last save: the report has gone on, the checkpoint has not.
    const report = (await file(place, 'parts', 'health.jsonl')).toString();
    await writeFile(place.path('parts', 'health.jsonl'), `${report}{"step":6,"verdict":"healthy"}\n{"step":6,"ve`);
    const on = await place.genai('train', '--out', 'parts', '--resume', '--health-steps', '2', ...ENGINE);
    expect(on.err).toMatch(/going on after step/);
    for (const name of ['model.safetensors', 'state.safetensors', 'log.jsonl']) {
      const whole = await file(place, 'whole', name);
      expect((await file(place, 'quiet', name)).equals(whole), `quiet ${name}`).toBe(true);
      expect((await file(place, 'parts', name)).equals(whole), `parts ${name}`).toBe(true);
    }
    for (const name of ['health.jsonl', 'samples.png', 'nearest.png']) {
      expect((await file(place, 'parts', name)).equals(await file(place, 'whole', name)), name).toBe(true);
    }
  });

  test('what is kept as the model is the average of the generator', async () => {
    await using place = await world();
    const config = { parts: { hidden: [4], latents: 2 }, training: { batch: 8, learningRate: 0.01 } };
    const argv = [...SQUARES, '--steps', '3', '--health-steps', '0'];
    await trained(place, 'gan', { ...config, training: { ...config.training, ema: 0 } }, ...argv);
    const last = await file(place, 'run', 'model.safetensors');
    await writeFile(place.path('tiny.json'), JSON.stringify({ ...config, training: { ...config.training, ema: 0.9 } }));
    await place.genai('train', 'gan', '--config', 'tiny.json', '--out', 'averaged', ...ENGINE, ...argv);
    expect((await file(place, 'averaged', 'model.safetensors')).equals(last)).toBe(false);
    expect(await jsonLines(place, 'averaged', 'log.jsonl')).toEqual(await jsonLines(place, 'run', 'log.jsonl'));
  });
});

describe('models of classes', () => {
  const CONDITIONAL: readonly (readonly [model: string, config: object, steps: string])[] = [
    ['conditional-vae', { parts: { hidden: [8], latents: 2 }, training: { batch: 12, learningRate: 0.03 } }, '120'],
    [
      'conditional-dcgan',
      {
        parts: { width: 4, latents: 2, norm: true },
        training: { batch: 12, learningRate: 0.003, ema: 0.9, regularizers: { r1: 0 } },
      },
      '100',
    ],
    [
      'gan',
      {
        parts: { hidden: [16], latents: 2, conditional: true },
        training: { batch: 12, learningRate: 0.005, ema: 0.9 },
      },
      '200',
    ],
  ];
  for (const [model, config, steps] of CONDITIONAL) {
    test(`${model}: a class that is light is drawn light, one that is dark dark`, async () => {
      await using place = await world();
      await twoShades(place);
      const more = ['--data', 'shades', '--steps', steps];
      const said = await trained(place, model, config, ...more);
      expect(said.json).toMatchObject({ ok: true });
      expect(JSON.parse((await file(place, 'run', 'config.json')).toString())).toMatchObject({ data: { classes: 2 } });
      const all = await place.genai('sample', 'run', '--label', 'all', '--count', '9', '--out', 'all.png', ...ENGINE);
      expect(all.out).toBe('all.png: 10 images\n');
      const [dark, light] = await rowShades(place, 'all.png');
      expect(light! - dark!).toBeGreaterThan(60);
      await place.genai('sample', 'run', '--label', '1', '--count', '36', '--out', 'one.png', ...ENGINE);
      const shades = await rowShades(place, 'one.png');
      expect(shades.reduce((sum, shade) => sum + shade / 6, 0)).toBeGreaterThan((dark! + light!) / 2);
      const none = await place.genai('sample', 'run', '--label', '2', '--out', 'a.png', ...ENGINE);
      expect([none.code, none.err]).toEqual([2, expect.stringMatching(/--label 2 is no class.*it has 2, 0 to 1/)]);
      const unlabelled = await place.genai('eval', 'run', ...SQUARES, ...ENGINE);
      expect([unlabelled.code, unlabelled.err]).toEqual([2, expect.stringMatching(/the data have no labels/)]);
      const measured = await place.genai('eval', 'run', '--data', 'shades', ...ENGINE, '--samples', '4');
      expect(measured.err).toMatch(model === 'conditional-vae' ? /^$/ : /more than 5 held-out images, there are 4/);
    });
  }

  test("classes of MNIST's four files are counted, and data with more of them refused", async () => {
    await using place = await world();
    const fourFiles = async (folder: string, classes: number): Promise<void> => {
      await mkdir(place.path(folder));
      for (const [half, count] of [['train', 20] as const, ['t10k', 8] as const]) {
        const labels = Uint8Array.from([
          0,
          0,
          8,
          1,
          0,
          0,
          0,
          count,
          ...Array.from({ length: count }, (_, i) => i % classes),
        ]);
        await writeFile(place.path(folder, `${half}-images-idx3-ubyte`), idx(count, 8));
        await writeFile(place.path(folder, `${half}-labels-idx1-ubyte`), labels);
      }
    };
    await fourFiles('three', 3);
    await fourFiles('five', 5);
    const config = { parts: { hidden: [4], latents: 2 }, training: { batch: 8 } };
    await trained(place, 'conditional-vae', config, '--data', 'three', '--steps', '1');
    expect(JSON.parse((await file(place, 'run', 'config.json')).toString())).toMatchObject({ data: { classes: 3 } });
    expect((await place.genai('eval', 'run', '--data', 'three', '--metrics', 'elbo', ...ENGINE)).code).toBe(0);
    const other = await place.genai('eval', 'run', '--data', 'five', ...ENGINE);
    expect([other.code, other.err]).toEqual([2, expect.stringMatching(/the data have 5 classes, .* knows 3/)]);
  });

  test('errors: data without labels, labels for a model without classes', async () => {
    await using place = await world();
    const without = await place.genai('train', 'conditional-vae', ...SQUARES, '--out', 'run', ...ENGINE);
    expect([without.code, without.err]).toEqual([2, expect.stringMatching(/the data have no labels\. Take digits/)]);
    await trained(place, ...TINY[0]!, ...SQUARES, '--steps', '1', '--health-steps', '0');
    const label = await place.genai('sample', 'run', '--label', '1', '--out', 'a.png', ...ENGINE);
    expect([label.code, label.err]).toEqual([2, expect.stringMatching(/gan knows no classes\. Leave --label out/)]);
  });
});

test('vq-vae trains with codes in use, is measured, and says why it cannot be drawn from', async () => {
  await using place = await world();
  const config = { parts: { width: 4, codes: 8, features: 4 }, training: { batch: 8, learningRate: 0.01 } };
  const said = await trained(place, 'vq-vae', config, ...SQUARES, '--steps', '60');
  expect(said.json).toMatchObject({ ok: true, steps: 60 });
  const [first] = await jsonLines(place, 'run', 'log.jsonl');
  const { metrics } = said.json as { metrics: { [name: string]: number } };
  expect(metrics.distortion).toBeLessThan(0.8 * (first!.distortion as number));
  const measured = await place.genai('eval', 'run', ...SQUARES, ...ENGINE, '--json');
  const scores = measured.json.metrics as { [name: string]: number };
  expect(Object.keys(scores)).toEqual(['distortion', 'squaredError', 'perplexity']);
  expect(scores.perplexity).toBeGreaterThan(1.5);
  expect(scores.perplexity).toBeLessThanOrEqual(8);
  expect(scores.squaredError).toBeLessThan(0.25);
  const one = await place.genai('eval', 'run', ...SQUARES, ...ENGINE, '--metrics', 'perplexity');
  expect(one.out).toMatch(/^perplexity {2}\d\.\d+ codes\n$/);
  const drawn = await place.genai('sample', 'run', '--out', 'a.png', ...ENGINE);
  expect([drawn.code, drawn.err]).toEqual([2, expect.stringMatching(/no model of codes to draw from yet.*genai eval/)]);
  const other = await place.genai('eval', 'run', ...SQUARES, ...ENGINE, '--metrics', 'frechet');
  expect(other.err).toMatch(
    /frechet cannot be measured of vq-vae\. Known for it: distortion, squaredError, perplexity/,
  );
});

describe('shapes', () => {
  test('RGB of 32 × 32 trains', async () => {
    await using place = await world();
    await mkdir(place.path('colours'));
    for (let i = 0; i < 12; i++) {
      const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => (at * (i + 1)) % 256);
      await writeFile(place.path('colours', `${i}.png`), encodePng({ width: 32, height: 32, channels: 3, data }));
    }
    for (const [model, config] of TINY.slice(1, 2)) {
      const said = await trained(place, model, config, '--data', 'colours', '--steps', '1');
      expect(said.json).toMatchObject({ ok: true, health: { features: 'pixels 8×8×3' } });
    }
  });

  test('errors: what the nets do not fit names the fit', async () => {
    await using place = await world();
    await writeFile(place.path('nine.idx'), idx(20, 9));
    const wrong: readonly (readonly [model: string, message: RegExp])[] = [
      [
        'dcgan',
        /dcgan parts need square images whose side is 4, 5, 6 or 7 times a power of 2 .*, got 9 by 9\. Use the model "gan"/,
      ],
      ['vq-vae', /vq-vae needs images whose sides are multiples of 4, got 9 by 9/],
    ];
    for (const [model, message] of wrong) {
      const said = await trained(place, model, { training: { batch: 2 } }, '--data', 'nine.idx');
      expect([said.code, said.err]).toEqual([2, expect.stringMatching(message)]);
    }
  });
});

test('errors: a wrong configuration of an adversarial model names the field', async () => {
  await using place = await world();
  const cases: readonly (readonly [config: object, message: RegExp])[] = [
    [{ training: { loss: 'hinges' } }, /training\.loss must be one of minimax, .*got "hinges"/],
    [{ training: { ema: 1 } }, /training\.ema must be a number from 0 to 0\.999999, got 1/],
    [{ training: { regularizers: { r3: 1 } } }, /training\.regularizers has an unknown field "r3"\. Did you mean r1/],
    [{ training: { regularizers: 1 } }, /training\.regularizers must be an object, got 1/],
    [{ training: { augmentation: { flip: 'yes' } } }, /training\.augmentation\.flip must be true or false, got "yes"/],
    [{ parts: { hidden: [4] } }, /parts\.hidden does not belong to dcgan parts, which have width, latents, norm/],
    [{ parts: { width: 100_000 } }, /the model is too large/],
    [{ family: 'vae' }, /family must be one of gan, got "vae"/],
    [{ training: { updates: 10 } }, /a step of 10 batches of 64 is more than the 72 images/],
  ];
  for (const [config, message] of cases) {
    const said = await trained(
      place,
      'dcgan',
      { ...config, ...(!('training' in config) && { training: { batch: 8 } }) },
      ...SQUARES,
    );
    expect([said.code, said.err]).toEqual([2, expect.stringMatching(message)]);
  }
  const style = await trained(place, 'stylegan', { parts: { conditional: true } }, ...SQUARES);
  expect([style.code, style.err]).toEqual([2, expect.stringMatching(/style parts are not given classes/)]);
  const vae = await trained(place, 'vae', { training: { batch: 8 } }, ...SQUARES, '--health-steps', '5');
  expect([vae.code, vae.err]).toEqual([2, expect.stringMatching(/vae gives no health report/)]);
});

test('presets are listed by family, by --help and by train alone', async () => {
  await using place = await world();
  const help = await place.genai('train', '--help');
  const alone = await place.genai('train');
  for (const { code, out } of [help, alone]) {
    expect(code).toBe(0);
    expect(out).toMatch(/variational autoencoders\n {2}vae .*\n {2}vae-conv .*\n {2}conditional-vae /);
    expect(out).toMatch(/generative adversarial networks\n {2}gan .*\n {2}dcgan [\s\S]* {2}r3gan /);
  }
  const said = await place.genai('train', '--json');
  expect(said.json).toMatchObject({ ok: true, presets: { 'vq-vae': ['vq-vae'] } });
});
