import { afterAll, describe, expect, test } from 'vitest';
import { toleranceOf } from './engine-tolerances.js';
import { expectClose } from './expect-close.js';

/** What is done with a model, as numbers to be compared between engines. */
export type EngineRun = { readonly [what: string]: readonly number[] };

/**
 * Registers the tests that models train and serve on an engine with the numbers that they have on cpu.
 *
 * @param runs - trains on the engine that is current; the first numbers of a run are losses, which must change.
 * @param useBackend - of @genai/backend, which this package does not import.
 */
export function compareEngines(
  engine: 'wasm' | 'webgl' | 'webgpu',
  runs: { readonly [name: string]: () => Promise<EngineRun> },
  useBackend: (name: 'cpu' | 'wasm' | 'webgl' | 'webgpu') => Promise<unknown>,
): void {
  const tolerance = toleranceOf(engine).training;
  describe(`engines: ${engine}`, () => {
    afterAll(async () => void (await useBackend('cpu')));

    test.each(Object.entries(runs))('%s has the numbers that it has on cpu', async (_name, run) => {
      await useBackend('cpu');
      const expected = await run();
      await useBackend(engine);
      const got = await run();
      const [losses] = Object.values(expected);
      expect(losses!.at(-1), 'training moves nothing').not.toBe(losses![0]);
      for (const [what, numbers] of Object.entries(expected)) {
        expect(numbers.every(Number.isFinite), what).toBe(true);
        expectClose(got[what]!, numbers, { absolute: tolerance, relative: tolerance });
      }
    });
  });
}
