/**
 * Trains a GAN on piano rolls of four-part music, writes a song of its own, and measures it beside music it has not seen.
 *
 * The music is made up by a small grammar of chords; with `--data FILE` it is that of a file of chorales instead, a JSON of
 * { train, test }, each a list of pieces, each a list of sixteenths, each a list of MIDI pitches.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { fold, GenaiError, key, randomUniform } from '@genai/core';
import { batches, type Dataset, encodeMidi, fromArrays, type Note, notesOf, pianoRoll } from '@genai/data';
import { nearestNeighbours } from '@genai/eval';
import { adversarial, gan, r1, r2, relativistic, rollGan } from '@genai/gan';
import { owned, scope } from '@genai/tensor';
import { adam, compete, ema, train } from '@genai/train';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const file = process.argv.includes('--data') ? process.argv[process.argv.indexOf('--data') + 1] : process.env.CHORALES;
await useBackend('auto');

// #region data
// Two bars of sixteenths, four octaves from the C below the bass clef.
const [steps, pitches, lowest] = [32, 48, 36];
const options = { stepsPerBeat: 4, lowest, highest: lowest + pitches - 1, steps };
const music = file ? await chorales(file) : { known: grammar(quick ? 32 : 2_000, 5), unseen: grammar(256, 6) };
const dataset = rollsOf(music.known); // (batch, 32, 48, 1)
console.log(`${music.known.length} pieces of two bars from ${file ?? 'a grammar of chords'}`);
// #endregion data

// #region model
const model = gan(rollGan({ steps, pitches, width: quick ? 2 : 16, latents: 64 }));
const game = adversarial(model, { loss: relativistic(), regularizers: [r1(2), r2(2)] });
const optimizer = () => adam(1e-3, { b1: 0, b2: 0.99 });
const contest = compete(game, { optimizers: { critic: optimizer(), generator: optimizer() } });
const step = ema(contest, { decay: 0.99, of: ({ generator }) => generator });
// #endregion model

// #region train
const data = batches(dataset, { size: quick ? 4 : 32, key: key(1) });
await using run = train(step, { data, steps: quick ? 3 : 1_200, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 200 === 0) {
    console.log(`step ${step}: critic ${metrics.critic.toFixed(3)}, generator ${metrics.generator.toFixed(3)}`);
  }
}
// #endregion train

// #region song
const { average: generator, params } = run.state;
const count = Math.min(quick ? 8 : 256, music.unseen.length);
using drawn = owned(scope(() => model.given({ ...params, generator }).sample(key(2), [count]))); // (count, 32, 48, 1)
const cells = await drawn.data();
const composed = Array.from({ length: count }, (_, i) =>
  notesOf({ data: cells.slice(i * steps * pitches, (i + 1) * steps * pitches), shape: [steps, pitches] }, options),
);
const song = composed.slice(0, 8).flatMap((notes, i) => notes.map((note) => ({ ...note, start: note.start + 8 * i })));
const sheet = new URL('song.mid', import.meta.url);
await writeFile(sheet, encodeMidi(song, { tempo: 84, program: 19 })); // a church organ
console.log(`wrote ${sheet.pathname}, eight pieces one after another`);
// #endregion song

// #region measure
// The same numbers of music that was held out tell how near one can come.
const unseen = music.unseen.slice(0, count);
for (const [name, pieces] of Object.entries({ generated: composed, 'held out': unseen })) {
  const all = pieces.flat();
  console.log(
    `${name}: ${(100 * mean(pieces.map(inKey))).toFixed(1)} % of the time in the best major scale, ` +
      `${(total(all.map(({ duration }) => duration * 4)) / (pieces.length * steps)).toFixed(2)} voices at once, ` +
      `pitch classes ${distance(classesOf(all), classesOf(music.known.flat())).toFixed(3)} and ` +
      `note lengths ${distance(lengthsOf(all), lengthsOf(music.known.flat())).toFixed(3)} from the data's (0 to 1)`,
  );
}
// Is it composing, or copying? How many cells differ from the nearest piece it has learnt from.
using known = owned(flat(await dataset.read(Uint32Array.from(music.known.keys()))));
using others = owned(flat(await rollsOf(unseen).read(Uint32Array.from(unseen.keys()))));
using own = owned(scope(() => reshape(drawn, [count, steps * pitches])));
const nearest = async (rolls: Tensor): Promise<number> =>
  mean((await nearestNeighbours(rolls, known)).map(({ distances }) => distances[0]! ** 2));
console.log(
  `from the nearest piece of the data ${(await nearest(own)).toFixed(0)} cells differ, ` +
    `of a held-out piece ${(await nearest(others)).toFixed(0)}`,
);
// #endregion measure

/** The rolls of pieces, one channel each. */
function rollsOf(pieces: readonly (readonly Note[])[]): Dataset<Tensor> {
  const data = new Uint8Array(pieces.length * steps * pitches);
  for (const [i, notes] of pieces.entries()) data.set(pianoRoll(notes, options).data, i * steps * pitches);
  return fromArrays({ data, shape: [pieces.length, steps, pitches, 1], as: 'float32' });
}

/** Rows of all cells; the rolls are freed. */
function flat(rolls: Tensor): Tensor {
  using held = owned({ rolls });
  return reshape(held.rolls, [held.rolls.shape[0]!, steps * pitches]);
}

// #region measures
/** The share of the sounding time whose pitch classes lie in that of the twelve major scales which holds most. */
function inKey(notes: readonly Note[]): number {
  const classes = classesOf(notes);
  return Math.max(
    ...classes.map((_, tonic) => total([0, 2, 4, 5, 7, 9, 11].map((tone) => classes[(tonic + tone) % 12]!))),
  );
}

/** The share of the sounding time of each of the twelve pitch classes. */
function classesOf(notes: readonly Note[]): number[] {
  return shares(12, notes, ({ pitch, duration }) => [pitch % 12, duration]);
}

/** The share of notes of each length in sixteenths. */
function lengthsOf(notes: readonly Note[]): number[] {
  return shares(steps + 1, notes, ({ duration }) => [Math.round(duration * 4), 1]);
}

function shares(bins: number, notes: readonly Note[], of: (note: Note) => [bin: number, weight: number]): number[] {
  const sums = new Array<number>(bins).fill(0);
  for (const [bin, weight] of notes.map(of)) sums[bin]! += weight;
  const all = total(sums);
  return sums.map((sum) => (all > 0 ? sum / all : 0));
}

/** Half the sum of differences: the share that would have to be moved from one histogram to the other. */
function distance(a: readonly number[], b: readonly number[]): number {
  return total(a.map((share, i) => Math.abs(share - b[i]!))) / 2;
}
// #endregion measures

// #region grammar
/**
 * Four-part pieces of eight beats in C major: chords follow each other as the tonic, the subdominant and the dominant do and end in
 * a cadence, each voice takes the nearest tone of the next, and thirds are now and then filled by an eighth.
 */
function grammar(count: number, seed: number): Note[][] {
  const tones = { I: [0, 4, 7], ii: [2, 5, 9], IV: [5, 9, 0], V: [7, 11, 2], vi: [9, 0, 4] };
  type Chord = keyof typeof tones;
  const next: { readonly [chord in Chord]: readonly Chord[] } = {
    I: ['I', 'IV', 'V', 'vi', 'ii'],
    ii: ['V', 'V', 'ii'],
    IV: ['I', 'V', 'ii'],
    V: ['I', 'I', 'vi'],
    vi: ['IV', 'ii', 'V'],
  };
  return Array.from({ length: count }, (_, i) => {
    const numbers = randomUniform(fold(key(seed), i), 256);
    let used = 0;
    const pick = <T>(options: readonly T[]): T => options[Math.floor(numbers[used++]! * options.length)]!;
    const chords: Chord[] = [pick(['I', 'I', 'vi'])];
    while (chords.length < 6) chords.push(pick(next[chords.at(-1)!]));
    chords.push('V', 'I');
    let voices = [72, 65, 57, 48].map((middle) => middle + pick([-3, 0, 3])); // soprano, alto, tenor, bass
    const lines: Note[][] = [[], [], [], []];
    for (const [beat, chord] of chords.entries()) {
      voices = voices.map((pitch, voice) => {
        const allowed = voice === 3 ? [tones[chord][0]!] : tones[chord];
        const range = [60, 55, 48, 36][voice]!;
        const near = Array.from({ length: 22 }, (_, n) => range + n).filter((p) => allowed.includes(p % 12));
        const order = near.toSorted((a, b) => Math.abs(a - pitch) - Math.abs(b - pitch));
        return pick([order[0]!, order[0]!, order[0]!, order[1]!]);
      });
      for (const [voice, pitch] of voices.entries()) {
        const line = lines[voice]!;
        const before = line.at(-1);
        const gap = before ? pitch - before.pitch : 0;
        if (before && gap === 0 && voice > 0) {
          line[line.length - 1] = { ...before, duration: before.duration + 1 }; // held
          continue;
        }
        if (before && Math.abs(gap) >= 3 && Math.abs(gap) <= 4 && before.duration === 1 && pick([true, false])) {
          const between = [0, 2, 4, 5, 7, 9, 11].map(
            (tone) => tone + 12 * Math.floor(Math.min(pitch, before.pitch) / 12),
          );
          const low = Math.min(pitch, before.pitch);
          const passing = [...between, ...between.map((p) => p + 12)].find((p) => p > low && p < low + Math.abs(gap))!;
          line[line.length - 1] = { ...before, duration: 0.5 };
          line.push({ pitch: passing, start: beat - 0.5, duration: 0.5 });
        }
        line.push({ pitch, start: beat, duration: 1 });
      }
    }
    return lines.flat();
  });
}
// #endregion grammar

// #region chorales
/** Windows of two bars of the chorales in a file: those of `train` are known, of `test` unseen. */
async function chorales(path: string): Promise<{ known: Note[][]; unseen: Note[][] }> {
  const parsed = JSON.parse(await readFile(path, 'utf8')) as { readonly [part: string]: number[][][] | undefined };
  const part = (name: string, stride: number): Note[][] => {
    const pieces = parsed[name];
    if (!pieces) throw new GenaiError(`10-compose-music: ${path} has no "${name}", expected { train, test }.`);
    return pieces.flatMap((piece) =>
      Array.from({ length: Math.floor((piece.length - steps) / stride) + 1 }, (_, i) => {
        const data = new Float32Array(steps * 128);
        for (const [t, sounding] of piece.slice(i * stride, i * stride + steps).entries()) {
          for (const pitch of sounding) data[t * 128 + pitch] = 1;
        }
        return notesOf({ data, shape: [steps, 128] }, { lowest: 0 });
      }),
    );
  };
  return { known: part('train', 16), unseen: part('test', 32) };
}
// #endregion chorales

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function mean(values: readonly number[]): number {
  return total(values) / values.length;
}
