/**
 * Learns four-part chorales voice by voice, then goes on with a beginning in its key, sings three voices below a melody, and keeps to the
 * chords of a lead sheet. Everything is measured beside music that was held out, and written as MIDI and as sound.
 *
 * The chorales are made up by rule; with `--data FILE` they are Bach's, from a JSON of { train, valid, test } in sixteenths.
 */
import { readFile, writeFile } from 'node:fs/promises';
import {
  bestOf,
  both,
  elementLogProbs,
  generate,
  generateBatch,
  givenTokens,
  nll,
  recurrentNet,
  scaleConstraint,
  stackedNet,
  type TokenConstraint,
  tokenModel,
} from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import {
  batches,
  type Chorale,
  type Chord,
  chorales,
  encodeMidi,
  encodeWav,
  fromArrays,
  inKey,
  keyName,
  keyOf,
  leadSheet,
  type MusicKey,
  renderNotes,
  scaleOf,
  toyChorales,
  transposeChorale,
  type Voice,
  voiceEvents,
  voiceNotes,
  voicesOf,
} from '@genai/data';
import { gru } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, minimize, train, warmupCosine } from '@genai/train';
import { mean, neg, tensor2d } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const file = process.argv.includes('--data') ? process.argv[process.argv.indexOf('--data') + 1] : process.env.CHORALES;
await useBackend('auto');

// #region data
/** Four bars of eighths, and the key where it is known. */
type Piece = { readonly voices: readonly Voice[]; readonly key?: MusicKey };
const [STEPS, LEAD] = [32, 4];
const { known, unseen } = file ? await bach(file) : madeUp();
// The soprano runs half a bar ahead: who sings below it has heard how it goes on.
const events = voiceEvents({ lowest: 33, highest: 84, lead: { voice: 0, steps: LEAD } });
const { vocabulary } = events;
const length = 4 * (STEPS + LEAD);
const rows = known.map(({ voices }) => events.encode(voices));
const dataset = fromArrays({ data: Int32Array.from(rows.flatMap((row) => [...row])), shape: [rows.length, length] });
console.log(
  `${rows.length / 7} pieces of four bars from ${file ?? 'rules'} in seven keys each, ${unseen.length} held out`,
);

function madeUp(): { readonly known: Piece[]; readonly unseen: Piece[] } {
  const pieces = (seed: number, count: number): { chorale: Chorale; key: MusicKey }[] =>
    toyChorales(key(seed), count, { chords: 16, stepsPerChord: 2 });
  return {
    known: pieces(10, quick ? 8 : 600).flatMap(({ chorale }) => inSevenKeys(chorale)),
    unseen: pieces(11, quick ? 4 : 64).map(({ chorale, key }) => ({ voices: voicesOf(chorale), key })),
  };
}

async function bach(path: string): Promise<{ readonly known: Piece[]; readonly unseen: Piece[] }> {
  const { train, test } = chorales(await readFile(path, 'utf8'), path);
  /** Windows of four bars; every second sixteenth. */
  const cut = (all: readonly Chorale[], stride: number): Chorale[] =>
    all.flatMap((chorale) => {
      const eighths = chorale.filter((_, t) => t % 2 === 0);
      const count = Math.floor((eighths.length - STEPS) / stride) + 1;
      return Array.from({ length: Math.max(0, count) }, (_, i) => eighths.slice(stride * i, stride * i + STEPS));
    });
  return {
    known: cut(quick ? train.slice(0, 2) : train, 16).flatMap(inSevenKeys),
    unseen: cut(test, STEPS)
      .slice(0, quick ? 4 : 64)
      .map((chorale) => ({ voices: voicesOf(chorale) })),
  };
}

/** Transposed: what is true in one key is true in all. */
function inSevenKeys(chorale: Chorale): Piece[] {
  return [-3, -2, -1, 0, 1, 2, 3].map((semitones) => ({ voices: voicesOf(transposeChorale(chorale, semitones)) }));
}
// #endregion data

// #region model
const width = quick ? 16 : 192;
const net = stackedNet([recurrentNet(gru(width / 2, width)), recurrentNet(gru(width, width))]);
const model = tokenModel({ vocabulary, net, beginToken: events.end });
const steps = quick ? 10 : 1_200;
const rate = warmupCosine({ peak: 4e-3, warmup: 5, steps, end: 1e-4 });
const data = batches(dataset, { size: quick ? 4 : 24, key: key(1) });
await using run = train(minimize(nll(model), chain(clipByGlobalNorm(1), adam(rate))), { data, steps, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 100 === 0) console.log(`step ${step}: ${metrics.loss.toFixed(3)} nats a token`);
}
const { params } = run.state;
using heldOut = owned(
  scope(() => {
    const elements = tensor2d(unseen.flatMap(({ voices }) => [...events.encode(voices)]), [unseen.length, length], 'int32'); // biome-ignore format: one line
    return { nats: neg(mean(elementLogProbs(model, params, { elements }).logProbs)) };
  }),
);
console.log(
  `${(await heldOut.nats.data())[0]!.toFixed(3)} nats a token of pieces held out; ${Math.log(vocabulary).toFixed(2)} would know nothing`,
);
// #endregion model

// #region continue
// A bar of four voices, and the soprano half a bar further.
const [BAR, FROM] = [8, 8 + LEAD];
const begun = unseen.map(({ voices }) => [...events.encode(voices).subarray(0, 4 * FROM)]);
const drawn = await generateBatch(model, params, {
  prompts: begun,
  steps: length - 4 * FROM,
  temperature: 0.7,
  key: key(2),
}).result;
const continued = drawn.map(({ tokens }, i) => events.decode([...begun[i]!, ...tokens]));
const found = unseen.map(({ voices }) => keyOf(notesOf(part(voices, 0, BAR))));
console.log('\nbeginnings of a bar, gone on with for two and a half:');
if (!file) {
  const right = unseen.filter(({ key }, i) => key && keyName(key) === keyName(found[i]!)).length;
  console.log(`  the key found from that bar is that of the piece in ${right} of ${unseen.length}`);
}
for (const [name, all] of Object.entries({ composed: continued, 'held out': unseen.map(({ voices }) => voices) })) {
  const rest = all.map((voices) => part(voices, FROM, STEPS));
  const inside = rest.map((voices, i) => inKey(notesOf(voices), found[i]!));
  console.log(
    `  ${name.padEnd(10)} ${percent(average(inside))} of the time in the key of the beginning; ${told(rest)}`,
  );
}
await write('25-continued', continued[0]!);
// #endregion continue

// #region harmonise
// The soprano is given, alto, tenor and bass are drawn. Places where a voice waits for another are given too.
const special = [events.wait, events.end, events.rest];
/** A melody with gaps. */
function below(soprano: Voice) {
  const rests = soprano.map(() => undefined);
  const tokens = events.encode([soprano, rests, rests, rests]);
  const given = (place: number): number | undefined =>
    events.voiceAt(place) === 0 || tokens[place] === events.wait ? tokens[place] : undefined;
  return givenTokens({ vocabulary, length, given, special });
}
/** The same, in the key of the melody and with the notes that it has besides. */
function belowInKey(soprano: Voice) {
  const notes = notesOf([soprano]);
  const scale = [...new Set([...scaleOf(keyOf(notes)), ...notes.map(({ pitch }) => pitch % 12)])];
  return both(below(soprano), scaleConstraint({ vocabulary, scale, pitch: events.pitchOf }));
}
const melodies = unseen.slice(0, quick ? 1 : 16).map(({ voices }) => voices);
const options = { steps: length, temperature: 0.7 };
const harmonised: { readonly [name: string]: Voice[][] } = { free: [], 'in key': [], 'best of 8': [] };
for (const [i, [soprano]] of melodies.entries()) {
  const draw = { ...options, key: key(100 + i) };
  const free = await generate(model, params, { ...draw, constraint: below(soprano!) }).result;
  const inScale = await generate(model, params, { ...draw, constraint: belowInKey(soprano!) }).result;
  // Under the model the melody is likeliest above the harmony that fits it best.
  const best = await bestOf(model, params, { ...draw, constraint: belowInKey(soprano!), count: quick ? 2 : 8 });
  for (const [name, { tokens }] of Object.entries({ free, 'in key': inScale, 'best of 8': best })) {
    harmonised[name]!.push(events.decode(tokens));
  }
}
// To compare with: the lower voices of another melody.
const strangers = melodies.map(([soprano], i) => [soprano!, ...unseen[(i + 1) % unseen.length]!.voices.slice(1)]);
console.log(`\nalto, tenor and bass below ${melodies.length} melodies that were held out:`);
for (const [name, all] of Object.entries({ ...harmonised, 'held out': melodies, "another's": strangers })) {
  console.log(`  ${name.padEnd(10)} ${told(all)}`);
}
await write('25-harmonised', harmonised['best of 8']![0]!);
// #endregion harmonise

// #region lead sheet
const sheet = '| C Am | F G | Em Am | Dm7 G/B C . |';
/** What sounds, and the place of the next token. */
type Sung = { readonly place: number; readonly pitches: readonly (number | undefined)[] };

/** All voices sing notes of the chord of their step, the bass the lowest; a note may be held as long as it belongs to the chord. */
function sungTo(chords: readonly Chord[], stepsPerBeat: number): TokenConstraint<Sung> {
  const tokens = Array.from({ length: vocabulary }, (_, token) => token);
  const pitchAfter = ({ place, pitches }: Sung, token: number): number | undefined =>
    token === events.hold ? pitches[events.voiceAt(place)] : events.pitchOf(token);
  const fits = (state: Sung, token: number): boolean => {
    const voice = events.voiceAt(state.place);
    const step = Math.floor(state.place / 4) - (voice === 0 ? 0 : LEAD);
    if (step < 0 || step >= STEPS) return token === events.wait;
    const chord = chords.find(({ start, duration }) => step < (start + duration) * stepsPerBeat)!;
    const pitch = pitchAfter(state, token);
    if (pitch === undefined) return false;
    return voice === 3 ? pitch % 12 === chord.bass : chord.pitchClasses.includes(pitch % 12);
  };
  return {
    start: { place: 0, pitches: [undefined, undefined, undefined, undefined] },
    allowed: (state) => ({
      mask: Uint8Array.from(tokens, (token) => (state.place < length && fits(state, token) ? 1 : 0)),
      end: state.place === length,
    }),
    next: (state, token) => ({
      place: state.place + 1,
      pitches: state.pitches.with(events.voiceAt(state.place), pitchAfter(state, token)),
    }),
  };
}
const chords = leadSheet(sheet);
const constraint = sungTo(chords, 2);
const sung: Voice[][] = [];
for (let i = 0; i < (quick ? 1 : 8); i++) {
  const { tokens } = await bestOf(model, params, { ...options, constraint, count: quick ? 2 : 8, key: key(200 + i) });
  sung.push(events.decode(tokens));
}
console.log(`\n${sung.length} chorales to ${sheet}\n  ${''.padEnd(10)} ${told(sung)}`);
console.log(`  ${inBars(sung[0]!)}`);
await write('25-lead-sheet', sung[0]!);
// #endregion lead sheet

// #region measures
/** How much is consonant, and how often two voices go on in fifths or octaves, which the rules of such music forbid. */
function told(pieces: readonly (readonly Voice[])[]): string {
  const consonant = average(pieces.map(consonantShare));
  const parallels = average(pieces.map((voices) => (100 * parallelsOf(voices)) / voices[0]!.length));
  return `${percent(consonant)} of the steps consonant, ${parallels.toFixed(1)} parallel fifths or octaves in 100 steps`;
}

/** The share of steps with no second, seventh or tritone between any two voices. */
function consonantShare(voices: readonly Voice[]): number {
  const steps = stepsOf(voices);
  const consonant = ([high, ...lower]: readonly number[]): boolean =>
    high === undefined ||
    (lower.every((low) => ![1, 2, 6, 10, 11].includes(Math.abs(high - low) % 12)) && consonant(lower));
  return steps.filter((step) => consonant(step.filter((pitch) => pitch !== undefined))).length / steps.length;
}

/** Pairs of voices that both move, from a fifth to a fifth or an octave to an octave. */
function parallelsOf(voices: readonly Voice[]): number {
  const steps = stepsOf(voices);
  let count = 0;
  for (const [t, now] of steps.entries()) {
    const before = steps[t - 1] ?? [];
    for (let high = 0; high < now.length; high++) {
      for (let low = high + 1; low < now.length; low++) {
        const [a, b, c, d] = [before[high], before[low], now[high], now[low]];
        if (a === undefined || b === undefined || c === undefined || d === undefined || a === c || b === d) continue;
        const interval = Math.abs(c - d) % 12;
        if ((interval === 0 || interval === 7) && Math.abs(a - b) % 12 === interval) count++;
      }
    }
  }
  return count;
}

/** What the voices sing at each step. */
function stepsOf(voices: readonly Voice[]): (number | undefined)[][] {
  return voices[0]!.map((_, t) => voices.map((voice) => voice[t]));
}
// #endregion measures

function part(voices: readonly Voice[], from: number, to: number): Voice[] {
  return voices.map((voice) => voice.slice(from, to));
}

function notesOf(voices: readonly Voice[]) {
  return voiceNotes(voices, { stepsPerBeat: 2 });
}

/** The names of what is sung at each second beat, from the soprano down. */
function inBars(voices: readonly Voice[]): string {
  const names = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
  const at = stepsOf(voices).filter((_, t) => t % 4 === 0);
  return at.map((step) => step.map((pitch) => (pitch === undefined ? '–' : names[pitch % 12])).join(' ')).join(' | ');
}

/** Writes `name.mid` and `name.wav` beside this program: a choir, and plain tones. */
async function write(name: string, voices: readonly Voice[]): Promise<void> {
  const notes = notesOf(voices);
  const [midi, wav] = ['mid', 'wav'].map((end) => new URL(`${name}.${end}`, import.meta.url)) as [URL, URL];
  await writeFile(midi, encodeMidi(notes, { tempo: 72, program: 52 }));
  await writeFile(wav, encodeWav(renderNotes(notes, { tempo: 72 })));
  console.log(`wrote ${midi.pathname} and ${wav.pathname}`);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
