import { key } from '@genai/core';
import { afterEach, expect, test } from 'vitest';
// @boundaries-ignore the gradients that an application gets
import { repairGradients } from '../../backend/src/repair-gradients.js';
import { fuzz } from './fuzz.js';
import { startSimd, stopSimd } from './with-simd.js';

afterEach(stopSimd);

test.each([{ threads: 1 }, { threads: 2 }, { threads: 4, variant: 'simd' }, { variant: 'scalar' }] as const)(
  'laws: random ops of random shapes give what the cpu engine gives, and leave nothing: %o',
  async (options) => {
    const backend = await startSimd(options);
    repairGradients();
    const { faults, refused } = await fuzz(backend, key(2024), (cases) => cases === 600);
    expect(faults).toEqual([]);
    expect(refused).toBe(0);
  },
  60_000,
);
