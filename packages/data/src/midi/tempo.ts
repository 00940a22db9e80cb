import { GenaiError } from '@genai/core';

/** From this beat on, so fast. */
export interface Tempo {
  readonly beat: number;
  readonly beatsPerMinute: number;
}

/**
 * When a beat is, in seconds from the beginning, under tempos in order of their beats; before the first it is 120.
 *
 * @example
 * const { notes, tempos } = decodeMidi(bytes);
 * const seconds = notes.map(({ start }) => secondsAt(tempos, start));
 * @throws GenaiError if a tempo is not above 0, or tempos are out of order.
 */
export function secondsAt(tempos: readonly Tempo[], beat: number): number {
  const { start, seconds, rate } = sectionsOf('secondsAt', tempos).findLast(({ start }) => start <= beat) ?? FIRST;
  return seconds + (beat - start) / rate;
}

/**
 * The beat that it is after so many seconds: the inverse of {@link secondsAt}.
 *
 * @throws GenaiError if a tempo is not above 0, or tempos are out of order.
 */
export function beatAt(tempos: readonly Tempo[], seconds: number): number {
  const section = sectionsOf('beatAt', tempos).findLast((section) => section.seconds <= seconds) ?? FIRST;
  return section.start + (seconds - section.seconds) * section.rate;
}

/** From beat `start`, which is at so many `seconds`, `rate` beats a second. */
type Section = { readonly start: number; readonly seconds: number; readonly rate: number };

/** 120 beats a minute, as MIDI has it where it is not told. */
const FIRST: Section = { start: 0, seconds: 0, rate: 2 };

function sectionsOf(where: string, tempos: readonly Tempo[]): Section[] {
  const sections = [FIRST];
  for (const { beat, beatsPerMinute } of tempos) {
    const before = sections.at(-1)!;
    if (!(beatsPerMinute > 0 && beat >= before.start && Number.isFinite(beatsPerMinute))) {
      throw new GenaiError(
        `${where}: got ${beatsPerMinute} beats a minute at beat ${beat}, expected tempos above 0 in order of their beats.`,
      );
    }
    const seconds = before.seconds + (beat - before.start) / before.rate;
    sections.push({ start: beat, seconds, rate: beatsPerMinute / 60 });
  }
  return sections;
}
