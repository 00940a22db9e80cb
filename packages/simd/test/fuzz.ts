import { fold, type Key } from '@genai/core';
import { engine, memory, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { OutOfMemoryError } from '../src/memory/out-of-memory-error.js';
import type { SimdBackend } from '../src/simd-backend.js';
import { type FuzzCase, fuzzCase } from './fuzz-cases.js';

/**
 * Computes random cases on the cpu engine and on ours, until `enough()`. An `OutOfMemoryError` is an answer, too.
 *
 * @returns what differed, how many cases there were, and for how many of them the memory was too small.
 */
export async function fuzz(
  backend: SimdBackend,
  key: Key,
  enough: (cases: number) => boolean,
): Promise<{ readonly cases: number; readonly refused: number; readonly faults: readonly string[] }> {
  const faults: string[] = [];
  let [cases, refused] = [0, 0];
  for (; !enough(cases); cases++) {
    const one = fuzzCase(fold(key, cases));
    const tensors = memory().numTensors;
    const used = backend.machine.allocator.used;
    await setBackend('cpu');
    const expected = outcome(one);
    await setBackend('simd');
    const got = outcome(one);
    if (got instanceof Error && one.keepsIfThrown) disposeSaved();
    const fault = got instanceof OutOfMemoryError ? undefined : difference(expected, got);
    if (got instanceof OutOfMemoryError) refused++;
    if (fault !== undefined) faults.push(`case ${cases}, ${one.name}: ${fault}`);
    const left = [memory().numTensors - tensors, backend.machine.allocator.used - used] as const;
    if (left[0] !== 0 || left[1] > KEPT)
      faults.push(`case ${cases}, ${one.name}: leaves ${left[0]} tensors, ${left[1]} bytes`);
  }
  return { cases, refused, faults };
}

/** What tfjs saved for gradients that then threw. */
function disposeSaved(): void {
  for (const { saved } of engine().state.activeTape ?? []) for (const t of saved ?? []) t.dispose();
}

/** The block in which ops tell of wrong indices stays for the machine's life. */
const KEPT = 64;

type Ran = { readonly shape: readonly number[]; readonly dtype: string; readonly values: ArrayLike<number> };

function outcome({ compute }: FuzzCase): Ran[] | Error {
  try {
    return tidy(
      () =>
        [compute()].flat().map((t: Tensor): Ran => ({ shape: t.shape, dtype: t.dtype, values: t.dataSync() })) as never,
    );
  } catch (error) {
    return error as Error;
  }
}

function difference(expected: Ran[] | Error, got: Ran[] | Error): string | undefined {
  if (expected instanceof Error) return undefined; // that engine has no answer
  if (got instanceof Error) return `throws ${got.message}`;
  for (const [i, { shape, dtype, values }] of expected.entries()) {
    const other = got[i]!;
    if (`${shape} ${dtype}` !== `${other.shape} ${other.dtype}`)
      return `output ${i} is ${other.dtype} [${other.shape}], not ${dtype} [${shape}]`;
    if (shape.includes(0)) continue; // the cpu engine may give numbers to an empty tensor
    if (values.length !== other.values.length) return `output ${i} has ${other.values.length} numbers`;
    // A sum is as exact as the largest of its terms allows.
    let largest = 1e-3;
    for (let j = 0; j < values.length; j++)
      if (Math.abs(values[j]!) < 1e6) largest = Math.max(largest, Math.abs(values[j]!));
    for (let j = 0; j < values.length; j++) {
      const [x, y] = [values[j]!, other.values[j]!];
      if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
      const close = Math.abs(x - y) <= 1e-4 * Math.abs(x) + 1e-5 * largest;
      if (dtype !== 'float32' || !close) return `output ${i}, number ${j}: ${y}, not ${x}`;
    }
  }
  return undefined;
}
