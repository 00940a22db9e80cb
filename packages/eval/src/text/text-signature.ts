import type { Key } from '@genai/core';
import { signature } from '../signature.js';
import type { TextMetric } from './text-metric.js';

/** The line of sacrebleu, its keys in its order: `BLEU|nrefs:1|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp|version:genai-…`. */
export function textSignature(
  { name, settings }: TextMetric,
  referenceCounts: ReadonlySet<number>,
  bootstrap?: { readonly key: Key; readonly rounds: number },
): string {
  return signature(name, {
    nrefs: referenceCounts.size === 1 ? [...referenceCounts][0]! : 'var',
    ...(bootstrap && { bs: bootstrap.rounds, seed: seedOf(bootstrap.key) }),
    ...settings,
  });
}

/** The seed that `key(seed)` had, or the 64 bits of a derived key as one number. */
function seedOf([high, low]: Key): string {
  return String((BigInt(high) << 32n) + BigInt(low));
}
