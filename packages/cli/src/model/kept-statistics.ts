import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type SafetensorsEntry } from '@genai/checkpoint';
import { defaultCache } from '@genai/data/node';
import type { Statistics } from '@genai/eval';
import { writeAtomically } from '../write-atomically.js';

/** Statistics by the names of their metrics. */
export type NamedStatistics = { readonly [metric: string]: Statistics };

/**
 * Statistics that were made before of the same data in the same way, from `statistics/` in the folder for caches; else those that
 * `make` gives, kept for the next time.
 *
 * `about` says all that they depend on. A file that is damaged, or of something else, is written anew; where none can be written
 * nothing is kept.
 */
export async function keptStatistics<S extends NamedStatistics>(
  about: { readonly [name: string]: string | number },
  make: () => Promise<S>,
): Promise<S> {
  const what = JSON.stringify({ form: FORM, ...about });
  const path = join(defaultCache(), 'statistics', `${sha256([what]).slice(0, 32)}.safetensors`);
  const found = await readStatistics(path, what);
  if (found) return found as S;
  const made = await make();
  const entries = entriesOf(made);
  const bytes = encodeSafetensors(entries, { about: what, sha256: hashOf(entries) });
  await writeAtomically(path, bytes).catch(() => {}); // a full or locked disk is no reason to measure nothing
  return made;
}

/** Raised when what statistics hold changes. */
const FORM = 1;

async function readStatistics(path: string, about: string): Promise<NamedStatistics | undefined> {
  try {
    const { entries, metadata } = decodeSafetensors(await readFile(path), path);
    if (metadata.about !== about || metadata.sha256 !== hashOf(entries)) return undefined;
    const named: { [metric: string]: { [name: string]: Statistics[string] } } = {};
    for (const [name, { shape, data }] of entries) {
      const [metric, array] = name.split('/') as [string, string];
      named[metric] ??= {};
      named[metric][array] = { shape, values: data as Float64Array | Float32Array };
    }
    return named;
  } catch {
    return undefined; // not there, or no safetensors
  }
}

function entriesOf(named: NamedStatistics): Map<string, SafetensorsEntry> {
  const entries = new Map<string, SafetensorsEntry>();
  for (const [metric, statistics] of Object.entries(named)) {
    for (const [name, { shape, values }] of Object.entries(statistics)) {
      const entry =
        values instanceof Float64Array
          ? ({ dtype: 'F64', shape, data: values } as const)
          : ({ dtype: 'F32', shape, data: values } as const);
      entries.set(`${metric}/${name}`, entry);
    }
  }
  return entries;
}

/** Whatever the order of the arrays. */
function hashOf(entries: ReadonlyMap<string, SafetensorsEntry>): string {
  const names = [...entries.keys()].sort();
  return sha256(
    names.flatMap((name) => {
      const { dtype, shape, data } = entries.get(name)!;
      return [`${name} ${dtype} ${shape}\n`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
    }),
  );
}

function sha256(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
