import { dispose, memory, tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { checkCase, opCases } from './op-cases.js';

test.each(opCases())(
  'laws: $name leaves its result behind and nothing else, and its inputs alone',
  ({ run, inputs }) => {
    const tensors = inputs.map(({ values, shape, dtype }) => tensor(values, shape, dtype));
    const before = memory().numTensors;
    const y = run(...tensors);
    expect(memory().numTensors - before).toBe(1);
    y.dispose();
    expect(tensors.some((input) => input.isDisposed)).toBe(false);
    dispose(tensors);
  },
);

test.each(opCases())('laws: $name has the first and second derivatives that finite differences have', checkCase);
