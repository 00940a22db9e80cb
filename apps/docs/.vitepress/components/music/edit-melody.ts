/** What a click on the roll does to a melody, of which one note sounds at a time. */
import type { Score, ScoreNote } from '../../../lab/music/score.js';

/** The note that sounds in a step, at that pitch if one is given. */
export function noteAt(melody: Score, step: number, pitch?: number): ScoreNote | undefined {
  return melody.find(
    (note) => note.at <= step && step < note.at + note.length && (pitch === undefined || note.pitch === pitch),
  );
}

/** The melody with a note; others make room for it. */
export function withNote(melody: Score, { at, length, pitch }: Omit<ScoreNote, 'voice'>): ScoreNote[] {
  const others = melody
    .filter((note) => note.at < at || note.at >= at + length)
    .map((note) => (note.at < at && note.at + note.length > at ? { ...note, length: at - note.at } : note));
  return [...others, { voice: 0, at, length, pitch }].sort((a, b) => a.at - b.at);
}

/** The melody without a note. */
export function withoutNote(melody: Score, gone: ScoreNote): ScoreNote[] {
  return melody.filter((note) => note.at !== gone.at);
}
