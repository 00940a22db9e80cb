import { logSoftmax, softmax, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

describe.for([{}, { variant: 'simd' }, { variant: 'scalar' }] as const)('%o', (options) => {
  let engine: Awaited<ReturnType<typeof startSimd>>;
  beforeAll(async () => {
    engine = await startSimd(options);
  });
  afterAll(stopSimd);

  test('laws: softmax and its logarithm are those of the cpu engine', async () => {
    for (const shape of [[1], [5], [3, 1], [4, 64], [7, 65], [2, 3, 19], [2, 0], [0, 4], [2, 5000], [999, 64]]) {
      await expectAsOnCpu(() => [softmax(logits(shape)), logSoftmax(logits(shape))], { tolerance: 1e-5, floor: 1e-6 });
    }
  });

  test('laws: numbers far apart, hidden ones and NaN', async () => {
    const [nan, hidden] = [Number.NaN, Number.NEGATIVE_INFINITY];
    const rows = [
      [1e30, 0, -1e30],
      [1000, 1001, 999],
      [0, hidden, 1],
      [hidden, hidden, hidden],
      [1, nan, 2],
      [-1e5, -1e5, 0],
    ];
    await expectAsOnCpu(() => softmax(tensor(rows)), { tolerance: 1e-6, floor: 1e-9 });
    const wide = rows.map((row) => [...row, ...row, ...row, ...row, ...row, ...row, ...row, ...row, ...row]);
    await expectAsOnCpu(() => softmax(tensor(wide)), { tolerance: 1e-6, floor: 1e-9 });
  });

  test.for([1, 5, 16, 37])('laws: the ops of the gradients, for %i columns', (n) => {
    const [x, dy] = [logits([3, n]), logits([3, n], 2)];
    const made = (op: string, reads: Tensor[]): number[] => {
      const out = engine.output([3, n], 'float32');
      engine.launch(op, [out], reads, [3, n]);
      const values = [...(engine.readSync(out.dataId) as Float32Array)];
      engine.disposeData(out.dataId);
      return values;
    };
    const y = softmax(x);
    const logY = tensor(made('log_softmax', [x]), [3, n]);
    const [p, d] = [[...y.dataSync()], [...dy.dataSync()]];
    const inRow = (i: number, f: (j: number) => number): number =>
      Array.from({ length: n }, (_, k) => f(Math.floor(i / n) * n + k)).reduce((a, b) => a + b, 0);
    const gradient = p.map((y, i) => y * (d[i]! - inRow(i, (j) => p[j]! * d[j]!)));
    const gradientOfLog = p.map((y, i) => d[i]! - y * inRow(i, (j) => d[j]!));
    for (const [i, x] of made('softmax_grad', [y, dy]).entries()) expect(x).toBeCloseTo(gradient[i]!, 5);
    for (const [i, x] of made('log_softmax_grad', [logY, dy]).entries()) expect(x).toBeCloseTo(gradientOfLog[i]!, 5);
    for (const t of [x, dy, y, logY]) t.dispose();
  });
});

/** Numbers between −8 and 8 in no order. */
function logits(shape: number[], seed = 1): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float32Array.from({ length: count }, (_, i) => 8 * Math.sin(i * 78.233 + seed)),
    shape,
  );
}
