/** What a model learns, as rows of tokens, and what is kept from it to measure with. */
import { fold, type Key } from '@genai/core';
import { type Chorale, toyChorales, transposeChorale, type VoiceEvents, voicesOf } from '@genai/data';
import { parseAbc } from './abc.js';
import { cutScore, encodeScore, endOf, type Score } from './score.js';
import type { Style, StyleName } from './style.js';
import { isHeldOut, TUNES } from './tunes.js';

export interface Pieces {
  readonly known: readonly Int32Array[];
  readonly unseen: readonly Int32Array[];
}

const CHORALES = 160;
const UNSEEN = 16;

export function piecesOf(name: StyleName, style: Style, events: VoiceEvents, key: Key): Pieces {
  return name === 'tunes' ? tunes(style, events) : choralesByRule(style, events, key);
}

/** All stretches of all tunes that begin with a bar, in all twelve keys. */
function tunes(style: Style, events: VoiceEvents): Pieces {
  const rows = (held: boolean): Int32Array[] =>
    TUNES.filter((_, i) => isHeldOut(i) === held)
      .flatMap(({ abc }) => stretches(parseAbc(abc), style))
      .flatMap((stretch) => inTwelveKeys(stretch, style))
      .map((score) => encodeScore(events, score, style.steps, style.lead));
  const unseen = rows(true);
  const every = Math.floor(unseen.length / UNSEEN);
  return { known: rows(false), unseen: unseen.filter((_, i) => i % every === 0).slice(0, UNSEEN) };
}

function stretches(tune: Score, { steps, bar }: Style): Score[] {
  const count = Math.max(1, Math.floor((endOf(tune) - steps) / bar) + 1);
  return Array.from({ length: count }, (_, i) => cutScore(tune, i * bar, steps));
}

function inTwelveKeys(score: Score, { lowest, highest }: Style): Score[] {
  const pitches = score.map(({ pitch }) => pitch);
  const [low, high] = [Math.min(...pitches), Math.max(...pitches)];
  return Array.from({ length: 12 }, (_, i) => [i, i - 12].find((by) => low + by >= lowest && high + by <= highest))
    .filter((by) => by !== undefined)
    .map((by) => score.map((note) => ({ ...note, pitch: note.pitch + by })));
}

/** Chorales by rule, whose keys are drawn; those to learn from also a little higher and lower, where the voices reach. */
function choralesByRule({ steps, lowest, highest }: Style, events: VoiceEvents, key: Key): Pieces {
  const draw = (from: number, count: number): Chorale[] =>
    toyChorales(fold(key, from), count, { chords: steps }).map(({ chorale }) => chorale);
  const rowOf = (chorale: Chorale): Int32Array => events.encode(voicesOf(chorale, { listed: true }));
  const reaches = (chorale: Chorale): boolean =>
    chorale.every((chord) => chord.every((pitch) => pitch >= lowest && pitch <= highest));
  const moved = draw(0, CHORALES).flatMap((chorale) => [-2, -1, 0, 1, 2].map((by) => transposeChorale(chorale, by)));
  return { known: moved.filter(reaches).map(rowOf), unseen: draw(1, UNSEEN).map(rowOf) };
}
