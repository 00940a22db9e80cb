import { CAPTURE, type Key, key } from '@genai/core';
import { add, dispose, scalar, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { packBfloat16, unpackBfloat16 } from '../../tensor/src/index.js';
import { expectCodesAsOnCpu } from './bfloat16-cases.js';
import { startSimd, stopSimd } from './with-simd.js';

afterAll(stopSimd);

describe.each(['relaxed', 'simd', 'scalar'] as const)('variant %s', (variant) => {
  test.each([1, 2])(
    'known answers: codes and floats are those of the host, to the bit: threads %i',
    async (threads) => {
      await startSimd({ variant, threads });
      await expectCodesAsOnCpu();
    },
  );
});

test('laws: a captured step rounds by its step, as it does uncaptured', async () => {
  const backend = await startSimd();
  const move = ({ x, step }: { x: Tensor; step: Tensor }): { x: Tensor; step: Tensor } => ({
    x: unpackBfloat16(packBfloat16(add(x, 1e-3), { key: key(8), step }), x.shape),
    step: add(step, 1),
  });
  const captured = backend[CAPTURE](move as never);
  const runs = [move, captured.run as unknown as typeof move].map((run) => {
    let state = { x: tensor1d(Array.from({ length: 501 }, (_, i) => 1 + Math.sin(i))), step: scalar(0) };
    for (let i = 0; i < 6; i++) {
      const before = state;
      state = tidy(() => (run as (state: typeof before, k: Key) => typeof before)(before, key(i + 1)));
      dispose(before);
    }
    const values = [...state.x.dataSync()];
    dispose(state);
    return values;
  });
  expect(runs[1]).toEqual(runs[0]);
  expect(captured.captured).toBe(true);
  captured.dispose();
});
