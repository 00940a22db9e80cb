import { GenaiError } from '@genai/core';
import type { Note } from '../midi/note.js';
import { type ChoraleNotesOptions, expectOptions } from './chorale-notes.js';
import type { Voice } from './voices.js';

/**
 * The notes of voices, in order of their start, then voice: those of voice i on channel i, so that each can have an instrument.
 *
 * @example
 * const notes = voiceNotes(voicesOf(train[0]!));
 * await writeFile('chorale.mid', encodeMidi(notes.map((note) => ({ ...note, program: 52 })))); // a choir
 * @throws GenaiError if an option is out of range, or there are more than 9 voices.
 */
export function voiceNotes(
  voices: readonly Voice[],
  { stepsPerBeat = 4, restrike }: ChoraleNotesOptions = {},
): Required<Pick<Note, 'pitch' | 'start' | 'duration' | 'channel'>>[] {
  expectOptions('voiceNotes', stepsPerBeat, restrike);
  if (voices.length > 9) {
    throw new GenaiError(
      `voiceNotes: got ${voices.length} voices, expected at most 9: the next channel is percussion.`,
    );
  }
  return voices
    .flatMap((voice, channel) =>
      runsOf(voice, restrike).map(({ pitch, first, end }) => ({
        pitch,
        start: first / stepsPerBeat,
        duration: (end - first) / stepsPerBeat,
        channel,
      })),
    )
    .sort((a, b) => a.start - b.start || a.channel - b.channel);
}

/** Runs of steps with one pitch, cut at multiples of `restrike`. */
function runsOf(voice: Voice, restrike: number | undefined): { pitch: number; first: number; end: number }[] {
  const runs: { pitch: number; first: number; end: number }[] = [];
  for (const [t, pitch] of voice.entries()) {
    if (pitch === undefined) continue;
    const run = runs.at(-1);
    const struck = restrike !== undefined && t % restrike === 0;
    if (run && run.end === t && run.pitch === pitch && !struck) run.end++;
    else runs.push({ pitch, first: t, end: t + 1 });
  }
  return runs;
}
