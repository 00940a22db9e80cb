/** What can be learnt: tunes of one voice, or chorales of four. */
export type StyleName = 'tunes' | 'chorales';

export interface Style {
  readonly voices: number;
  /** Steps of the roll, and of what the model learns. */
  readonly steps: number;
  readonly stepsPerBeat: number;
  /** Steps of a bar of four beats. */
  readonly bar: number;
  /** Of all voices, and of the melody. */
  readonly lowest: number;
  readonly highest: number;
  readonly melodyLowest: number;
  /** So many steps the melody runs ahead, so that who sings below it has heard how it goes on. */
  readonly lead: number;
  /** A melody may be so long at most; the rest is for the model. */
  readonly most: number;
  /** Beats a minute. */
  readonly tempo: number;
  /** Whether voices rest. */
  readonly rests: boolean;
}

export const STYLES: { readonly [name in StyleName]: Style } = {
  tunes: {
    ...{ voices: 1, steps: 48, stepsPerBeat: 2, bar: 8, lead: 0, most: 32, tempo: 120, rests: true },
    ...{ lowest: 55, highest: 84, melodyLowest: 55 },
  },
  chorales: {
    ...{ voices: 4, steps: 24, stepsPerBeat: 1, bar: 4, lead: 1, most: 16, tempo: 88, rests: false },
    ...{ lowest: 38, highest: 81, melodyLowest: 60 },
  },
};

/** How many tokens a whole piece has. */
export function lengthOf({ voices, steps, lead }: Style): number {
  return voices * (steps + lead);
}

/** How many tokens there are: `voiceEvents` has four beside the pitches. */
export function tokensOf({ lowest, highest }: Style): number {
  return 4 + highest - lowest + 1;
}
