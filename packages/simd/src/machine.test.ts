import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { floatBits, Machine } from './machine.js';
import { OutOfMemoryError } from './memory/out-of-memory-error.js';

test('known answers: an op is computed on places of the memory, by any number of threads', async () => {
  for (const threads of [1, 2, 4]) {
    const machine = await Machine.start({ threads, native: false }, 1);
    const place = machine.allocator.allocate(4 << 20);
    machine.launch('fill', [place], [], [1 << 20, floatBits(1.5)]);
    const filled = new Float32Array(machine.buffer, place, 1 << 20);
    expect(filled.every((x) => x === 1.5)).toBe(true);
    machine.stop();
  }
});

test('laws: a worker that dies is not waited for', async () => {
  const machine = await Machine.start({ threads: 3, native: false }, 1);
  const place = machine.allocator.allocate(4 << 20);
  machine.stop(); // the workers end; the caller goes on alone
  expect(machine.threads).toBe(1);
  machine.launch('fill', [place], [], [1 << 20, floatBits(2)]);
  expect(new Float32Array(machine.buffer, place, 1 << 20).at(-1)).toBe(2);
});

test('errors: memory that ends is told in bytes, with the remedy, and what is there stays', async () => {
  const machine = await Machine.start({ threads: 1, shared: false, native: false }, 1);
  const place = machine.allocator.allocate(64);
  machine.launch('fill', [place], [], [16, 7]);
  expect(() => machine.allocator.allocate(2 ** 33)).toThrow(OutOfMemoryError);
  expect(() => machine.allocator.allocate(2 ** 33)).toThrow('no room for 8192 MiB');
  expect([...new Int32Array(machine.buffer, place, 2)]).toEqual([7, 7]);
});

test('laws: threads do not keep a process alive', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { Machine } from './machine.js';
        const machine = await Machine.start({ threads: 4, native: false }, 1);
        const place = machine.allocator.allocate(1 << 20);
        machine.launch('fill', [place], [], [1 << 18, 1]);
        console.log(machine.threads);`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@genai/source'],
    external: ['koffi'],
    write: false,
  });
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-'], {
    input: outputFiles[0]!.text,
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '4\n' });
});
