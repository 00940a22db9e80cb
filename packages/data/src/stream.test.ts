import { GenaiError, type Key, key } from '@genai/core';
import { batchesLaws } from '@genai/testing/batches-laws';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { prefetch } from './prefetch.js';
import { type Source, stream } from './stream.js';

type Row = { x: Float32Array; id: { data: Int32Array; shape: [] } };
const row = (i: number): Row => ({ x: Float32Array.of(i, i / 3), id: { data: Int32Array.of(i), shape: [] } });

/** A source of `count` rows that records how often it was opened and closed. */
function rows(count: number, log: string[] = []): Source<Row> {
  return async function* () {
    log.push('open');
    try {
      for (let i = 0; i < count; i++) {
        if (i % 3 === 0) await Promise.resolve();
        yield row(i);
      }
    } finally {
      log.push('close');
    }
  };
}
const ids = (batch: { id: Tensor }): ArrayLike<number> => batch.id.dataSync();
const shuffle = (buffer: number, k: Key): { buffer: number; key: Key } => ({ buffer, key: k });

batchesLaws('a stream', () => stream(rows(10), { size: 5 }), { epoch: { batches: 2, examples: 10, ids } });
batchesLaws('a stream, last kept', () => stream(rows(10), { size: 4, last: 'keep' }), {
  epoch: { batches: 3, examples: 10, ids },
});
batchesLaws('a shuffled stream', (k) => stream(rows(12), { size: 3, shuffle: shuffle(5, k) }), {
  look: 10,
  epoch: { batches: 4, examples: 12, ids },
});
batchesLaws('a shuffled stream that drops', (k) => stream(rows(11), { size: 3, shuffle: shuffle(100, k) }), {
  look: 8,
});
batchesLaws('a stream of two epochs', (k) =>
  stream(rows(7), { size: 3, epochs: 2, shuffle: shuffle(2, k), last: 'keep' }),
);
batchesLaws('a stream read ahead', (k) => prefetch(stream(rows(10), { size: 2, shuffle: shuffle(4, k) }), 3));
batchesLaws('a plain iterable', () => stream(() => [1, 2, 3, 4].map((n) => Float32Array.of(n)), { size: 2 }));

describe('stream: known answers', () => {
  test('rows become tensors of their form', async () => {
    for await (const batch of stream(rows(4), { size: 2 }).from(1)) {
      expect([batch.x.shape, batch.x.dtype, batch.id.shape, batch.id.dtype]).toEqual([[2, 2], 'float32', [2], 'int32']);
      expect(Array.from(batch.x.dataSync())).toEqual([2, 2 / 3, 3, 1].map(Math.fround));
      break;
    }
  });

  test('shuffling stays within the buffer and differs between epochs', async () => {
    const seen: number[] = [];
    for await (const batch of stream(rows(60), { size: 10, epochs: 2, shuffle: shuffle(8, key(0)) })) {
      seen.push(...Array.from(ids(batch)));
    }
    const [first, second] = [seen.slice(0, 60), seen.slice(60)];
    expect(first).not.toEqual(second);
    for (const epoch of [first, second]) {
      expect(epoch.some((id, place) => id !== place)).toBe(true);
      for (const [place, id] of epoch.entries()) expect(Math.abs(id - place)).toBeLessThan(8);
    }
  });

  test('a cursor beyond epochs that were seen opens the source once', async () => {
    const log: string[] = [];
    const data = stream(rows(6, log), { size: 2 });
    let count = 0;
    for await (const _ of data) if (++count === 4) break;
    log.length = 0;
    for await (const batch of data.from(3_000_002)) {
      expect(Array.from(ids(batch))).toEqual([4, 5]);
      break;
    }
    expect(log).toEqual(['open', 'close']);
  });
});

describe('stream: sources are closed', () => {
  test('after each epoch, after break, and after throw', async () => {
    const log: string[] = [];
    for await (const _ of stream(rows(4, log), { size: 2, epochs: 2 })) {
    }
    expect(log).toEqual(['open', 'close', 'open', 'close']);
    log.length = 0;
    for await (const _ of stream(rows(4, log), { size: 1, shuffle: shuffle(3, key(0)) })) break;
    expect(log).toEqual(['open', 'close']);
    log.length = 0;
    const failed = (async () => {
      for await (const _ of prefetch(stream(rows(4, log), { size: 1 }), 2)) throw new Error('by the reader');
    })();
    await expect(failed).rejects.toThrow('by the reader');
    expect(log).toEqual(['open', 'close']);
  });

  test('an abort ends a source that never answers, and its own signal tells it so', async () => {
    const before = memory().numTensors;
    const stop = new AbortController();
    let told: AbortSignal | undefined;
    const stuck: Source<Float32Array> = async function* (signal) {
      told = signal;
      yield Float32Array.of(1);
      await new Promise<never>(() => undefined);
    };
    const reading = (async () => {
      for await (const _ of stream(stuck, { size: 1, signal: stop.signal })) {
        setTimeout(() => stop.abort(new Error('enough')), 5);
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(told?.aborted).toBe(true);
    expect(memory().numTensors).toBe(before);
  });

  test('an abort between batches ends the next one, buffer or not, and closes the source', async () => {
    const log: string[] = [];
    const stop = new AbortController();
    let seen = 0;
    const reading = (async () => {
      for await (const _ of stream(rows(50, log), { size: 1, shuffle: shuffle(40, key(2)), signal: stop.signal })) {
        if (++seen === 2) stop.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toBe(2);
    expect(log.at(-1)).toBe('close');
    const unopened = stream(rows(1, log), { size: 1, signal: stop.signal })[Symbol.asyncIterator]();
    log.length = 0;
    await expect(unopened.next()).rejects.toMatchObject({ name: 'AbortError' });
    expect(log).toEqual([]);
  });

  test('an error of the source comes through', async () => {
    const failing: Source<Float32Array> = async function* () {
      yield Float32Array.of(1);
      throw new Error('the disk is gone');
    };
    const reading = (async () => {
      for await (const _ of stream(failing, { size: 1 })) {
      }
    })();
    await expect(reading).rejects.toThrow('the disk is gone');
  });
});

describe('stream: errors', () => {
  const read = async (source: Source<Float32Array | { data: Float32Array; shape: number[] }>): Promise<void> => {
    for await (const _ of stream(source, { size: 2 })) {
    }
  };

  test('rows of another form, and sources that make no batch', async () => {
    const before = memory().numTensors;
    await expect(read(() => [new Float32Array(2), new Float32Array(3)])).rejects.toThrow(
      /example 1 has the data of shape \[3\].*the first the data of \[2\]/,
    );
    await expect(read(() => [{ data: new Float32Array(2), shape: [3] }])).rejects.toThrow(/example 0: the data has 2/);
    await expect(read(() => [])).rejects.toThrow(/gave 0 examples/);
    await expect(read(() => [new Float32Array(1)])).rejects.toThrow(/make no batch of 2/);
    expect(memory().numTensors).toBe(before);
  });

  test('options out of range', () => {
    const bad = [{ size: 0 }, { size: 1, epochs: 0.5 }, { size: 1, shuffle: shuffle(0, key(0)) }];
    for (const options of bad) expect(() => stream(rows(3), options)).toThrow(GenaiError);
  });
});
