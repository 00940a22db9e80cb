import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The curve of a run. */
export interface Losses {
  /** The last step. */
  readonly steps: number;
  /** Means over equal shares of the steps, each at the middle of its share. */
  readonly points: readonly (readonly [step: number, value: number])[];
}

/** Points of a curve at most. */
const POINTS = 200;

/** One metric of the log of a run, `log.jsonl`; undefined if there is none. Lines that are torn, or lack it, are passed over. */
export async function readLosses(path: string, metric: string): Promise<Losses | undefined> {
  const found: [step: number, value: number][] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      const point = pointOf(line, metric);
      if (point) found.push(point);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (found.length === 0) return undefined;
  const share = Math.ceil(found.length / POINTS);
  const points = Array.from({ length: Math.ceil(found.length / share) }, (_, i) => {
    const part = found.slice(i * share, (i + 1) * share);
    const mean = (of: 0 | 1): number => part.reduce((sum, point) => sum + point[of], 0) / part.length;
    return [mean(0), mean(1)] as const;
  });
  return { steps: found.at(-1)![0], points };
}

function pointOf(line: string, metric: string): [step: number, value: number] | undefined {
  try {
    const entry = JSON.parse(line) as { readonly [name: string]: unknown };
    const [step, value] = [entry.step, entry[metric]];
    return typeof step === 'number' && typeof value === 'number' ? [step, value] : undefined;
  } catch {
    return undefined;
  }
}
