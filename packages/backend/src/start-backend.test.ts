import { getBackend, KernelBackend, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import { isRunning, startBackend } from './start-backend.js';

class Frail extends KernelBackend {
  override dispose(): void {}
}

afterEach(async () => {
  removeBackend('frail');
  await setBackend('cpu');
});

describe('errors', () => {
  test('a failed start gives its own reason, and can be tried again', async () => {
    let broken = true;
    registerBackend('frail', async () => {
      if (broken) throw new Error('the driver is asleep');
      return new Frail();
    });
    await expect(startBackend('frail')).rejects.toThrow('its start failed: the driver is asleep');
    expect(isRunning('frail')).toBe(false);
    broken = false;
    await startBackend('frail');
    expect(getBackend()).toBe('frail');
    await setBackend('cpu');
  });

  test('the same of one that fails at once', async () => {
    registerBackend('frail', () => {
      throw new Error('no such device');
    });
    await expect(startBackend('frail')).rejects.toThrow('its start failed: no such device');
  });

  test('one that never registered', async () => {
    registerBackend('frail', () => new Frail());
    await expect(startBackend('absent')).rejects.toThrow("did not register itself as 'absent'");
  });
});
