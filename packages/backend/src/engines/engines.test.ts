import { expect, test } from 'vitest';
import { importFailure } from './import-failure.js';
import { isSoftware } from './is-software.js';
import { restoreNullCheck } from './node.js';

test('errors: a package that is missing and one that breaks are told apart', () => {
  const gone = Object.assign(new Error("Cannot find package 'x'"), { code: 'ERR_MODULE_NOT_FOUND' });
  expect(importFailure('x', gone).message).toBe('not installed: x (npm install x)');
  expect(importFailure('x', gone, '').message).toBe('not installed: x');
  expect(importFailure('x', new TypeError('Failed to resolve module specifier "x"')).message).toContain(
    'not installed',
  );
  const inner = new TypeError('Failed to resolve module specifier "seedrandom"');
  expect(importFailure('x', inner).message).toBe(`importing x failed: ${inner.message}`);
  const broken = new Error('boom');
  expect(importFailure('x', broken).message).toBe('importing x failed: boom');
  expect(importFailure('x', broken).cause).toBe(broken);
});

test('known answers: GPUs that are none, by the names that browsers give', () => {
  const emulated = [
    'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)',
    'llvmpipe (LLVM 15.0.6, 256 bits)',
    'Microsoft Basic Render Driver',
    'google swiftshader',
  ];
  const real = ['ANGLE (Apple, ANGLE Metal Renderer: Apple M2)', 'Mesa Intel(R) UHD Graphics 620', 'nvidia ampere'];
  expect(emulated.map(isSoftware)).toEqual([true, true, true, true]);
  expect(real.map(isSoftware)).toEqual([false, false, false]);
});

test('known answers: tfjs-node gets back the check that Node 23 removed', () => {
  const util: { isNullOrUndefined?: (value: unknown) => boolean } = {};
  restoreNullCheck(util);
  expect([null, undefined, 0, ''].map(util.isNullOrUndefined!)).toEqual([true, true, false, false]);
});
