import { KernelBackend, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { describeBackend } from './describe-backend.js';

class Bare extends KernelBackend {
  override dispose(): void {}
  override floatPrecision(): 16 | 32 {
    return 16;
  }
  override epsilon(): number {
    return 1e-4;
  }
}

test('known answers: an engine that was not chosen through useBackend', async () => {
  registerBackend('bare', () => new Bare());
  await setBackend('bare');
  const { name, trainable, kernels, floatPrecision, notes } = describeBackend();
  await setBackend('cpu');
  removeBackend('bare');
  expect({ name, trainable, floatPrecision }).toEqual({ name: 'bare', trainable: false, floatPrecision: 16 });
  expect(kernels.missing).toContain('BatchMatMul');
  expect(notes[0]).toContain('without useBackend');
});

test('errors: no engine at all', async () => {
  registerBackend('bare', () => new Bare());
  await setBackend('bare');
  removeBackend('bare'); // the current one
  expect(() => describeBackend()).toThrow(
    "describeBackend: no engine is in use. Call `await useBackend('auto')` first.",
  );
  await setBackend('cpu');
});
