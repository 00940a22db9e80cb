import { readFile } from 'node:fs/promises';
import { recurrentNet, tokenModel } from '@genai/autoregressive';
import { key } from '@genai/core';
import { decodeMidi, decodeWav, scaleOf, toyChorales, voiceEvents, voiceNotes, voicesOf } from '@genai/data';
import { gru } from '@genai/nn';
import { owned } from '@genai/tensor';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, test } from 'vitest';
import { noteAt, withNote, withoutNote } from '../.vitepress/components/music/edit-melody.js';
import { fitMelody, formatAbc, parseAbc } from '../lab/music/abc.js';
import { continueScore } from '../lab/music/continue-score.js';
import { examplesOf } from '../lab/music/examples.js';
import { piecesOf } from '../lab/music/pieces.js';
import { decodeScore, encodeScore, endOf, type Score } from '../lab/music/score.js';
import { lengthOf, STYLES, type Style, type StyleName, tokensOf } from '../lab/music/style.js';
import { TUNES } from '../lab/music/tunes.js';
import { labPage } from './site/lab-page.js';
import { visits } from './site/visits.js';

/** The laboratory of music: its parts, and the page in Chromium. What is common to all is tested in laboratories.test.ts. */
const NAMES: readonly StyleName[] = ['tunes', 'chorales'];

const eventsOf = ({ lowest, highest, voices, lead }: Style) =>
  voiceEvents({ lowest, highest, voices, lead: { voice: 0, steps: lead } });

describe('melodies as text', () => {
  test('known answers: heights, lengths and accidentals', () => {
    const pitches = (text: string) => parseAbc(text).map(({ pitch, at, length }) => [pitch, at, length]);
    expect(pitches('C c,')).toEqual([
      [60, 0, 1],
      [60, 1, 1],
    ]);
    expect(pitches("G,2 | z ^f_b'3")).toEqual([
      [55, 0, 2],
      [78, 3, 1],
      [94, 4, 3],
    ]);
    expect(() => parseAbc('C2 H')).toThrow(/“H” is no note/);
    expect(() => parseAbc('C99')).toThrow(/“C99” lasts 99 steps/);
  });

  test('laws: every tune is read back from its text, fits the roll', () => {
    for (const { name, abc } of TUNES) {
      const melody = parseAbc(abc);
      expect(parseAbc(formatAbc(melody, 8)), name).toEqual(melody);
      expect(fitMelody(melody, STYLES.tunes), name).toEqual(melody);
    }
    expect(TUNES.length).toBeGreaterThan(20);
    expect(fitMelody(parseAbc("C,, c''"), STYLES.tunes)).toBeUndefined();
    expect(fitMelody(parseAbc('C,'), { lowest: 60, highest: 81 })).toEqual(parseAbc('C'));
    for (const name of NAMES) {
      for (const { melody } of examplesOf(name)) expect(endOf(melody)).toBeLessThanOrEqual(STYLES[name].most);
    }
  });

  test('laws: one note of a melody sounds at a time, whatever is put where', () => {
    let melody: Score = [];
    for (let i = 0; i < 60; i++)
      melody = withNote(melody, { at: (7 * i) % 30, length: 1 + (i % 5), pitch: 60 + (i % 11) });
    for (let step = 0; step < 34; step++) {
      expect(melody.filter(({ at, length }) => at <= step && step < at + length).length).toBeLessThanOrEqual(1);
    }
    const note = melody[3]!;
    expect(noteAt(withoutNote(melody, note), note.at)).toBeUndefined();
  });
});

describe('music as tokens', () => {
  test('parity: of chorales, the tokens of voiceEvents; and the notes come back', () => {
    const style = STYLES.chorales;
    const events = eventsOf(style);
    for (const { chorale } of toyChorales(key(4), 5, { chords: style.steps })) {
      const voices = voicesOf(chorale, { listed: true });
      const score = voiceNotes(voices, { stepsPerBeat: 1 }).map(({ pitch, start, duration, channel }) => ({
        ...{ voice: channel, pitch, at: start, length: duration },
      }));
      const tokens = encodeScore(events, score, style.steps, style.lead);
      expect(tokens).toEqual(events.encode(voices));
      expect(decodeScore(events, tokens, style.steps, style.lead)).toEqual(score);
    }
  });

  test('known answers: a note that is struck again stays one of two', () => {
    const style = STYLES.tunes;
    const events = eventsOf(style);
    const score = parseAbc('G2G2z2A');
    const tokens = encodeScore(events, score, style.steps, style.lead);
    expect([...tokens.subarray(0, 8)].map(events.meaningOf)).toEqual(
      'pitch 67,hold,pitch 67,hold,rest,rest,pitch 69,rest'.split(','),
    );
    expect(decodeScore(events, tokens, style.steps, style.lead)).toEqual(score);
    expect(tokensOf(style)).toBe(events.vocabulary);
  });

  test.each(NAMES)('laws: what is learnt of %s has one length, and nothing of it is held out', (name) => {
    const style = STYLES[name];
    const { known, unseen } = piecesOf(name, style, eventsOf(style), key(0));
    const told = new Set(known.map(String));
    expect(unseen).toHaveLength(16);
    expect(unseen.some((row) => told.has(String(row)))).toBe(false);
    for (const row of [...known, ...unseen]) expect(row).toHaveLength(lengthOf(style));
    expect(known.length).toBeGreaterThan(400);
  });
});

test.each(NAMES)('laws: a model that knows nothing keeps the melody of %s, and the key', async (name) => {
  await setBackend('cpu');
  const style = STYLES[name];
  const events = eventsOf(style);
  const model = tokenModel({ vocabulary: events.vocabulary, net: recurrentNet(gru(4, 6)), beginToken: events.end });
  using params = owned(model.init(key(1)));
  const before = memory().numTensors;
  const melody = parseAbc('E2^CD z2 D'); // the model has to begin after it, and none of these is in the key but one
  for (const wish of [undefined, { tonic: 3, mode: 'minor' as const }]) {
    const asked = { melody, key: wish, temperature: 1.3 };
    const score = await continueScore({ model, params, events, style }, asked, key(2));
    expect(score.filter(({ voice, at }) => voice === 0 && at < 7)).toEqual(melody);
    const added = score.filter(({ voice, at }) => voice > 0 || at >= 7);
    const classes = new Set(added.map(({ pitch }) => pitch % 12));
    const scale = wish ? scaleOf(wish) : [];
    if (wish) expect([...classes].filter((pitchClass) => !scale.includes(pitchClass))).toEqual([]);
    else expect(classes.size).toBeGreaterThan(8);
    expect(new Set(score.map(({ voice }) => voice)).size).toBe(style.voices);
    expect(endOf(score)).toBeLessThanOrEqual(style.steps);
    expect(await continueScore({ model, params, events, style }, asked, key(2))).toEqual(score);
  }
  expect(memory().numTensors).toBe(before);
});

describe('in the page', () => {
  const visit = visits({ isolated: false, acceptDownloads: true, reducedMotion: 'reduce' }); // one thread, as most hosts serve it
  const lab = labPage(visit);
  const { at, text, number, shot, open, train, pause, button, chooseEngine, until, untilNumber, reaches, rests } = lab;

  const saved = async (name: 'midi' | 'wav') => {
    const [file] = await Promise.all([visit.page.waitForEvent('download'), at(name).click()]);
    expect(file.suggestedFilename()).toBe(name === 'midi' ? 'music.mid' : 'music.wav');
    return new Uint8Array(await readFile(await file.path()));
  };
  const abc = () => at('abc').inputValue();

  test('known answers: the loss falls below a uniform guess on simd, the engine is changed, no frame is lost', async () => {
    await visit.page.emulateMedia({ reducedMotion: 'no-preference' });
    await open('music.html?engine=simd&seed=2');
    await train();
    await reaches(2);
    const guess = await number('metric-uniform guess');
    expect(guess).toBeCloseTo(Math.log(34), 3);
    await visit.page.evaluate(() => {
      const told = globalThis as unknown as { longest: number };
      told.longest = 0;
      let last = performance.now();
      const watch = (now: number): void => {
        told.longest = Math.max(told.longest, now - last);
        last = now;
        requestAnimationFrame(watch);
      };
      requestAnimationFrame(watch);
    });
    await reaches(80);
    const longest = await visit.page.evaluate(() => (globalThis as unknown as { longest: number }).longest);
    if (process.env.DOCS_QUIET) expect(longest).toBeLessThan(100); // says little on a busy machine
    expect(await text('device')).toMatch(/, 1 thread$/);
    expect(await text('captured')).toContain('replayed');
    expect(await number('metric-loss')).toBeLessThan(0.6 * guess);
    await untilNumber('unseen', { most: 0.6 * guess }); // also music that it never sees
    await chooseEngine('wasm');
    await reaches((await number('step')) + 3);
    expect(await number('metric-loss')).toBeLessThan(0.6 * guess);
  });

  test('laws: what is typed goes on in the chosen key; its MIDI and WAV files are read', async () => {
    await open('music.html?engine=simd&music=chorales');
    await at('abc').fill('GABc | d2 B2');
    await at('key').selectOption('7 major');
    await train();
    await reaches(30);
    await pause();
    const { notes, tempos } = decodeMidi(await saved('midi'));
    const melody = notes.filter(({ channel, start }) => channel === 0 && start < 8);
    expect(melody.map(({ pitch, start, duration }) => [pitch, start, duration])).toEqual([
      [67, 0, 1],
      [69, 1, 1],
      [71, 2, 1],
      [72, 3, 1],
      [74, 4, 2],
      [71, 6, 2],
    ]);
    const added = notes.filter((note) => !melody.includes(note));
    expect(added.length).toBe(Number(await at('made').getAttribute('data-notes')));
    expect(added.length).toBeGreaterThan(20);
    const scale = new Set(scaleOf({ tonic: 7, mode: 'major' }));
    expect(added.filter(({ pitch }) => !scale.has(pitch % 12))).toEqual([]);
    expect(new Set(notes.map(({ channel }) => channel))).toEqual(new Set([0, 1, 2, 3]));
    expect(tempos[0]!.beatsPerMinute).toBeCloseTo(88, 1);
    expect(await number('inside')).toBe(100);

    const { samples, rate, channels } = decodeWav(await saved('wav'));
    const beats = Math.max(...notes.map(({ start, duration }) => start + duration));
    expect([rate, channels]).toEqual([22_050, 1]);
    expect(samples.length / rate).toBeCloseTo((beats * 60) / 88 + 0.1, 1); // and the last notes fade
    expect(samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeGreaterThan(0.1);

    await at('abc').fill('GABX');
    await until('wrong', /“X” is no note/);
    await at('abc').fill('G30');
    await until('wrong', /lasts 30 steps/);
  });

  test('laws: it is heard after a click only, stops, and early takes can be heard again', async () => {
    await visit.page.addInitScript(() => {
      const told = globalThis as unknown as { contexts: number };
      told.contexts = 0;
      globalThis.AudioContext = class extends AudioContext {
        constructor() {
          super();
          told.contexts++;
        }
      };
    });
    await open('music.html?engine=simd');
    await train();
    await reaches(40);
    await pause();
    expect(await visit.page.evaluate(() => (globalThis as unknown as { contexts: number }).contexts)).toBe(0);
    expect(await text('take')).toContain('0');
    expect(await at('take').count()).toBeGreaterThan(1);
    const newest = await shot('roll');
    await at('listen').click();
    await at('stop').waitFor();
    await expect.poll(() => shot('roll')).not.toBe(newest); // the line moves
    await at('stop').click();
    await at('listen').waitFor();
    await expect.poll(() => shot('roll')).toBe(newest);
    await at('take').first().click();
    await at('stop').waitFor();
    expect(await at('made').getAttribute('data-step')).toBe((await text('take')).trim());
    await at('stop').click();
    await at('newest').click();
    await expect.poll(() => at('made').getAttribute('data-step')).toBe(await text('step'));
  });

  test('laws: on a phone a melody is put on the roll by the keyboard and by the pointer; what looks make, they free', async () => {
    const { page } = visit;
    await page.setViewportSize({ width: 360, height: 740 });
    await open('music.html?engine=simd');
    await at('clear').click();
    expect(await abc()).toBe('');
    await at('roll').focus();
    const press = async (...keys: string[]) => {
      for (const one of keys) await page.keyboard.press(one);
    };
    await press('ArrowDown', 'ArrowUp', 'Space', 'ArrowUp', 'ArrowUp', 'Enter', 'Shift+ArrowRight');
    expect(await abc()).toBe('G2A2');
    await press('ArrowLeft', 'Shift+ArrowRight', 'ArrowLeft', 'ArrowLeft', 'Delete');
    expect(await abc()).toBe('z2A3');
    const box = (await at('roll').boundingBox())!;
    const step = (box.width - 30) / 48;
    const place = (s: number, pitch: number) =>
      [box.x + 30 + (s + 0.5) * step, box.y + (84 - pitch + 0.5) * (box.height / 30)] as const;
    await page.mouse.click(...place(0, 60)); // as long as the last one, which makes room
    expect(await abc()).toBe('C3');
    await page.mouse.click(...place(2, 60));
    expect(await abc()).toBe('');
    await page.mouse.move(...place(8, 72));
    await page.mouse.down();
    await page.mouse.move(...place(13, 72), { steps: 4 });
    await page.mouse.up();
    expect(await abc()).toBe('z8 | c6');
    await page.mouse.click(...place(40, 72)); // there the model goes on
    expect(await abc()).toBe('z8 | c6');

    await train();
    await reaches(8);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await pause();
    const tensors = await number('memory');
    for (let i = 0; i < 3; i++) {
      const before = await shot('roll');
      await at('another').click();
      await expect.poll(() => shot('roll')).not.toBe(before);
      await rests();
    }
    expect(await number('memory')).toBe(tensors);
    await button('Reset').click();
    expect(await number('step')).toBe(0);
    expect(await at('take').count()).toBe(0);
  });

  test('laws: a checkpoint is saved and opened, from a file and from what the browser keeps', async () => {
    await open('music.html?engine=simd&seed=5&music=chorales');
    await train();
    await reaches(12);
    await pause();
    const [step, unseen] = [await number('step'), await number('unseen')];
    await lab.keep();
    const file = await lab.saveFile();
    expect(file.name).toBe(`music-${step}.safetensors`);

    await visit.newPage(); // as if the tab had been killed
    await open('music.html?engine=wasm');
    for (const way of ['kept', 'file'] as const) {
      expect(await at('style').inputValue()).toBe('tunes');
      if (way === 'kept') await at('open-kept').click();
      else await lab.openFile(file.bytes);
      await untilNumber('step', { least: step, most: step });
      await rests();
      expect(await at('style').inputValue()).toBe('chorales');
      expect(await visit.page.getByLabel('Seed').inputValue()).toBe('5');
      await untilNumber('unseen', { least: unseen - 2e-3, most: unseen + 2e-3 });
      await train();
      await reaches(step + 2);
      await button('Reset').click();
      await at('style').selectOption('tunes');
    }
  });
});
