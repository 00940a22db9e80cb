import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLosses } from './read-losses.js';

test('known answers: means over equal shares; what is torn, lacks the metric or is not finite is passed over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'genai-losses-'));
  try {
    const path = join(folder, 'log.jsonl');
    const lines = Array.from({ length: 1_000 }, (_, i) => JSON.stringify({ step: i + 1, loss: 2 * i, note: 'x' }));
    await writeFile(path, `${lines.join('\n')}\n{"step":1001,"loss":null}\n{"step":1002}\nnull\n{"step":10`);
    const found = (await readLosses(path, 'loss'))!;
    expect(found.steps).toBe(1_000);
    expect(found.points).toHaveLength(200);
    expect([found.points[0], found.points.at(-1)]).toEqual([
      [3, 4],
      [998, 1994],
    ]);
    expect(await readLosses(path, 'note')).toBeUndefined();
    expect(await readLosses(join(folder, 'none.jsonl'), 'loss')).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
