import { GenaiError } from '@genai/core';
import type { Positions, RotaryScaling } from '../transformer-config.js';

/** Radians per position of each pair, and what turned numbers are multiplied by. */
export type Frequencies = { readonly frequencies: readonly number[]; readonly factor: number };

/**
 * The angles of rotary positions for heads of `width` numbers: θᵢ = base^(−2i / turned), stretched by the scaling.
 *
 * @throws GenaiError if the share turns no even number of a head's numbers, or a factor is not above 0.
 * @source Su et al. 2021, "RoFormer", eq. 15; Peng et al. 2023, "YaRN", eq. 19 to 24.
 */
export function rotaryFrequencies(
  { base = 10_000, share = 1, scaling }: Extract<Positions, { kind: 'rotary' }>,
  width: number,
): Frequencies {
  const turned = Math.round(width * share);
  if (turned < 2 || turned % 2 !== 0 || turned > width) {
    throw new GenaiError(
      `rotary positions: a share of ${share} turns ${turned} of ${width} numbers in a head; it must be an even number from 2 on.`,
    );
  }
  if (scaling && !(scaling.factor > 0)) {
    throw new GenaiError(`rotary positions: scaling.factor must be above 0, got ${scaling.factor}.`);
  }
  const of = (base: number): number[] => Array.from({ length: turned / 2 }, (_, i) => base ** ((-2 * i) / turned));
  if (!scaling) return { frequencies: of(base), factor: 1 };
  if (scaling.kind === 'linear') return { frequencies: of(base).map((f) => f / scaling.factor), factor: 1 };
  if (scaling.kind === 'ntk') return { frequencies: of(base * scaling.factor ** (turned / (turned - 2))), factor: 1 };
  return scaling.kind === 'llama3' ? llama3(of(base), scaling) : yarn(of(base), scaling, base, turned);
}

type Of<K> = Extract<RotaryScaling, { kind: K }>;

function llama3(
  frequencies: readonly number[],
  { factor, lowFrequencyFactor: low, highFrequencyFactor: high, original }: Of<'llama3'>,
): Frequencies {
  const scaled = frequencies.map((f) => {
    const turns = (original * f) / (2 * Math.PI); // over the original length
    if (turns > high) return f;
    if (turns < low) return f / factor;
    const kept = (turns - low) / (high - low);
    return (1 - kept) * (f / factor) + kept * f;
  });
  return { frequencies: scaled, factor: 1 };
}

function yarn(
  frequencies: readonly number[],
  { factor, original, fast = 32, slow = 1, attentionFactor = 0.1 * Math.log(factor) + 1 }: Of<'yarn'>,
  base: number,
  turned: number,
): Frequencies {
  // The pair that makes so many turns over the original length.
  const pairAt = (turns: number): number =>
    (turned * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const first = Math.max(0, Math.floor(pairAt(fast)));
  const last = Math.min(turned - 1, Math.ceil(pairAt(slow)));
  const scaled = frequencies.map((f, i) => {
    const ramp = Math.min(1, Math.max(0, (i - first) / Math.max(last - first, 0.001)));
    return (f / factor) * ramp + f * (1 - ramp);
  });
  return { frequencies: scaled, factor: attentionFactor };
}
