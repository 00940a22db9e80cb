import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tameUcx } from './tame-ucx.js';

beforeEach(() => {
  vi.stubEnv('UCX_ERROR_SIGNALS', undefined);
  vi.stubEnv('UCX_MEM_EVENTS', undefined);
});
afterEach(() => vi.unstubAllEnvs());

const told = () => [process.env.UCX_ERROR_SIGNALS, process.env.UCX_MEM_EVENTS];

test('known answers: no handlers of signals, no hooks of memory but beside OpenMPI', () => {
  tameUcx({ isOpenMpi: true });
  expect(told()).toEqual(['', undefined]);
  tameUcx({ isOpenMpi: false });
  expect(told()).toEqual(['', 'n']);
});

test('known answers: what the environment says stays', () => {
  vi.stubEnv('UCX_ERROR_SIGNALS', 'SIGBUS');
  vi.stubEnv('UCX_MEM_EVENTS', 'y');
  tameUcx({ isOpenMpi: false });
  expect(told()).toEqual(['SIGBUS', 'y']);
});
