import { toleranceOf } from '@genai/testing/engine-tolerances';
import { expectClose } from '@genai/testing/expect-close';
import { afterAll, describe, expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
import { RUNS } from './engine-run.js';

/** Registers the tests that a model trains and serves on an engine with the numbers that it has on cpu. */
export function compareEngines(engine: 'wasm' | 'webgl' | 'webgpu'): void {
  const tolerance = toleranceOf(engine).training;
  describe(`engines: ${engine}`, () => {
    afterAll(async () => void (await useBackend('cpu')));

    test.each(Object.entries(RUNS))('%s has the numbers that it has on cpu', async (_name, run) => {
      await useBackend('cpu');
      const expected = await run();
      await useBackend(engine);
      const got = await run();
      expect(expected['the losses of the ELBO']!.at(-1)).toBeLessThan(expected['the losses of the ELBO']![0]!);
      for (const [what, numbers] of Object.entries(expected)) {
        expect(numbers.every(Number.isFinite), what).toBe(true);
        expectClose(got[what]!, numbers, { absolute: tolerance, relative: tolerance });
      }
    });
  });
}
