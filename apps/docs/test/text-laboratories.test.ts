import { key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { gpt2, transformer } from '@genai/transformer';
import { setBackend, tensor2d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, test } from 'vitest';
import { attentionMaps } from '../lab/text/attention-maps.js';
import { labPage } from './site/lab-page.js';
import { visits } from './site/visits.js';

/** The laboratories of texts. What is common to all is tested in laboratories.test.ts. */
test('attention maps: parity with the model, whose logits they lead to; each row sums to 1 and sees nothing behind it', async () => {
  await setBackend('cpu');
  const model = transformer(gpt2({ vocabulary: 11, width: 16, layers: 2, heads: 4, context: 12 }));
  using params = owned(model.init(key(3)));
  const tokens = Int32Array.of(1, 4, 4, 10, 0, 7, 2);
  const { logits, weights, time, layers, heads } = await attentionMaps(model.config, params, tokens);
  using expected = owned(
    scope(() => {
      const start = model.start(params, 1);
      return { logits: model.runToLast!(params, tensor2d(tokens, [1, tokens.length], 'int32'), start).next.logits };
    }),
  );
  const known = await expected.logits.data();
  for (const [i, logit] of logits.entries()) expect(logit).toBeCloseTo(known[i]!, 5);
  expect([layers, heads, time, weights.length]).toEqual([2, 4, 7, 2 * 4 * 49]);
  for (let row = 0; row < layers * heads * time; row++) {
    const looks = weights.subarray(row * time, (row + 1) * time);
    expect(looks.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(looks.slice((row % time) + 1).every((weight) => weight === 0)).toBe(true);
  }
});

describe('in the page', () => {
  const visit = visits({ isolated: false, acceptDownloads: true, reducedMotion: 'reduce' }); // one thread, as most hosts serve it
  const lab = labPage(visit);
  const { at, text, number, shot, open, train, pause, button, chooseEngine, until, untilNumber, reaches, rests } = lab;

  /** It rests, and the text is written out. */
  const settled = () => visit.page.locator('[data-resting=true] [data-test=sample][data-written=true]').waitFor();
  const net = () => visit.page.getByRole('combobox', { name: 'Net' });
  /** The probabilities of some bars. */
  const bars = (name: string) =>
    at(name)
      .locator('li[data-probability]')
      .evaluateAll((list) => list.map((item) => Number(item.getAttribute('data-probability'))));
  const expectDistribution = (probabilities: number[]) => {
    expect(probabilities.length).toBeGreaterThan(0);
    expect(probabilities.length).toBeLessThanOrEqual(8);
    expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    expect(probabilities.reduce((a, b) => a + b)).toBeLessThanOrEqual(1 + 1e-9);
  };
  /** Another text has been written, and stands there. */
  const rewritten = async (before: string) => {
    await expect.poll(() => text('sample')).not.toBe(before);
    await settled();
  };
  const onPhone = () => visit.page.setViewportSize({ width: 360, height: 740 });
  const expectNarrow = async () =>
    expect(await visit.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  /** What looks make, they free. */
  const expectNothingLost = async () => {
    const memory = await number('memory');
    for (let i = 0; i < 3; i++) {
      const before = await text('sample');
      await at('another').click();
      await rewritten(before);
    }
    expect(await number('memory')).toBe(memory);
  };

  describe('the text', () => {
    test('known answers: the loss falls on simd in one thread; when cold it hardly has a choice; the curve goes on when the engine is changed', async () => {
      await open('text.html?engine=simd&seed=2');
      await train();
      await reaches(2);
      const first = await number('metric-loss');
      await reaches(60);
      expect(await text('device')).toMatch(/, 1 thread$/);
      expect(await text('captured')).toContain('replayed');
      const later = await number('metric-loss');
      expect(later).toBeLessThan(0.8 * first); // from log 96 to what counts of letters give, about 2.9 nats

      await pause();
      await settled();
      const before = await text('sample');
      await visit.page.getByLabel('Temperature').fill('0.1');
      await rewritten(before);
      expect((await bars('choices'))[0]).toBeGreaterThan(0.5);
      await visit.page.getByLabel('Temperature').fill('0.7');
      await until('sample', before); // one temperature and number give one text

      await chooseEngine('wasm');
      await train();
      await reaches((await number('step')) + 3);
      expect(await number('metric-loss')).toBeLessThan(0.85 * first);
    });

    test('laws: on a phone, with the keyboard alone: distributions sum to at most 1, in both texts; a typing error surprises', async () => {
      const { keyboard } = visit.page;
      await onPhone();
      await open('text.html?engine=simd');
      await at('main').focus();
      await keyboard.press('Enter');
      await reaches(80);
      await expectNarrow();
      await at('main').focus();
      await keyboard.press('Space');
      await settled();
      await expectNothingLost();
      await at('sample').focus();
      for (const presses of [['End'], ['ArrowLeft', 'ArrowLeft'], ['Home', 'ArrowRight'], ['ArrowDown']]) {
        for (const press of presses) await keyboard.press(press);
        expect(await at('sample').locator('[aria-selected=true]').count()).toBe(1);
        expectDistribution(await bars('choices'));
        expect(await at('choices').locator('.came').count()).toBeLessThanOrEqual(1);
      }
      expect(await text('chosen')).toMatch(/^Its text, character \d+: ./);
      await keyboard.press('Escape');
      expect(await at('sample').locator('[aria-selected=true]').count()).toBe(0);

      await at('own').fill('the sea the sea #% the sea');
      await until('read', 'the sea the sea #% the sea');
      const bits = await at('read')
        .locator('[role=option]')
        .evaluateAll((list) =>
          list.map((item) => Number.parseFloat(item.getAttribute('aria-label')!.split(', ').at(-1)!)),
        );
      expect(bits).toHaveLength(26);
      const sum = bits.reduce((a, b) => a + b);
      expect(Math.abs((await number('surprise')) - sum)).toBeLessThan(3);
      expect(Math.min(bits[16]!, bits[17]!)).toBeGreaterThan(bits[1]! + 3); // # and % against the h of "the"
      await at('read').focus();
      await keyboard.press('Home');
      expect(await text('chosen')).toMatch(/^Your text, character 1: t, /);
      expectDistribution(await bars('choices'));
    });

    test('learns the text of somebody else, with another net, and tells of one that is too short', async () => {
      await open('text.html?engine=simd');
      await net().selectOption('min-gru');
      await visit.page.locator('.to-learn summary').click();
      await at('text').fill('abcabc');
      await at('learn').click();
      await until('failure', /6 characters.*129/);
      await at('text').fill('ab–cd '.repeat(200));
      await at('learn').click();
      await reaches(60);
      expect(await number('metric-loss')).toBeLessThan(0.5); // it only has to count to six
      await until('sample', /(ab–cd ){3}/);
    });

    test('goes on from its checkpoint: a file, and what is kept in the browser', async () => {
      await open('text.html?engine=simd&seed=5');
      await net().selectOption('lstm');
      await train();
      await reaches(20);
      await pause();
      const step = await number('step');
      await lab.keep();
      const { bytes } = await lab.saveFile();

      await visit.newPage(); // as if the tab had been killed
      await open('text.html?engine=simd');
      for (const way of ['kept', 'file'] as const) {
        expect(await net().inputValue()).toBe('gru');
        if (way === 'kept') await at('open-kept').click();
        else await lab.openFile(bytes);
        await untilNumber('step', { least: step, most: step });
        await rests();
        expect(await net().inputValue()).toBe('lstm');
        expect(await visit.page.getByLabel('Seed').inputValue()).toBe('5');
        await train();
        await reaches(step + 3);
        expect(await number('metric-loss')).toBeLessThan(4);
        await button('Reset').click();
        await net().selectOption('gru');
      }
    });
  });

  describe('the GPT', () => {
    test('known answers: the loss falls on simd in one thread and on another engine; five steps a second where DOCS_QUIET is set', async () => {
      await visit.page.emulateMedia({ reducedMotion: 'no-preference' });
      await open('gpt.html?engine=simd');
      await train();
      await reaches(2);
      const first = await number('metric-loss');
      await reaches(60);
      expect(await text('device')).toMatch(/, 1 thread$/);
      expect(await text('captured')).toContain('replayed');
      expect(await number('metric-loss')).toBeLessThan(0.75 * first);
      if (process.env.DOCS_QUIET) expect(await number('milliseconds')).toBeLessThan(200); // says little on a busy machine
      await chooseEngine('cpu');
      await reaches((await number('step')) + 1);
      expect(await number('metric-loss')).toBeLessThan(0.8 * first);
    });

    test('laws: on a phone: attention by the keyboard; the bars of the next token; byte pairs', async () => {
      await onPhone();
      await open('gpt.html?engine=simd');
      await visit.page.getByRole('combobox', { name: 'Tokens' }).selectOption('pairs');
      await train();
      await reaches(10);
      await expectNarrow();
      await pause();
      await settled();
      await expectNothingLost();
      const tokens = await at('prompt-strip').locator('[role=option]').allTextContents();
      expect(tokens.join('')).toBe('Call me Ishmael. Some years');
      expect(tokens.length).toBeLessThan(20);
      expectDistribution(await bars('next'));

      await at('prompt-strip').focus();
      await visit.page.keyboard.press('Home');
      expect(await text('looks')).toMatch(/^Token 1, C, looks most at token 1, C: 100 %/);
      await visit.page.keyboard.press('ArrowRight');
      const looked = await at('prompt-strip')
        .locator('[role=option]')
        .evaluateAll((list) =>
          list.map((item) => Number.parseFloat(item.getAttribute('aria-label')!.split('with ')[1]!)),
        );
      expect(looked[0]! + looked[1]!).toBeCloseTo(100, 0);
      expect(looked.slice(2).every((share) => share === 0)).toBe(true);

      const before = await shot('attention');
      await at('layer').selectOption({ value: '1' });
      await at('head').selectOption({ value: '3' });
      expect(await shot('attention')).not.toBe(before);
      expect(await at('attention').getAttribute('aria-label')).toContain('head 4 in layer 2');
    });

    test('laws: what is written matches its expression and its schema, and a wrong one is told of', async () => {
      await open('gpt.html?engine=simd');
      await train();
      await reaches(30);
      await at('form').selectOption('regex');
      await at('pattern').fill('[A-Z][a-z]{1,6} (sees|seeks) (\\d\\d|no) whales?');
      await until('verdict', 'It matches.');
      await pause();
      await until('verdict', 'It matches.');
      expect(await text('sample')).toMatch(/^[A-Z][a-z]{1,6} (sees|seeks) (\d\d|no) whales?$/);

      await at('form').selectOption('schema');
      await until('verdict', 'It is JSON with name, is, age.');
      for (let i = 0; i < 3; i++) {
        const before = await text('sample');
        await at('another').click();
        await rewritten(before);
        const made = JSON.parse(await text('sample'));
        expect(Object.keys(made)).toEqual(['name', 'is', 'age']);
        expect(made.name).toMatch(/^[A-Z][a-z]{2,9}$/);
        expect(['whale', 'ship', 'sailor']).toContain(made.is);
        expect(made.age).toSatisfy((age: number) => Number.isInteger(age) && age >= 1 && age <= 99);
      }
      await at('sample').focus();
      await visit.page.keyboard.press('Home');
      expect(await bars('choices')).toEqual([1]); // nothing but a brace can come first

      await at('pattern').fill('{ "type": "strin" }');
      await until('wrong', /there is no type "strin"/);
      await at('pattern').fill('{ "enum": ["Ahab"] }');
      await until('sample', '"Ahab"');
      expect(await at('wrong').count()).toBe(0);
    });

    test('goes on from its checkpoint', async () => {
      await open('gpt.html?engine=simd&seed=4');
      await train();
      await reaches(12);
      await pause();
      const [step, loss] = [await number('step'), await number('metric-loss')];
      await lab.keep();
      const next = await bars('next');
      await visit.newPage();
      await open('gpt.html?engine=wasm');
      await at('open-kept').click();
      await untilNumber('step', { least: step, most: step });
      await rests();
      for (const [i, probability] of (await bars('next')).entries()) expect(probability).toBeCloseTo(next[i]!, 3);
      await train();
      await reaches(step + 2);
      expect(await number('metric-loss')).toBeLessThan(loss + 0.5);
    });
  });
});
