import { disposeTree, fold, GenaiError, key, type Tree } from '@genai/core';
import { gru } from '@genai/nn';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { recurrentNet } from '../recurrent/recurrent-net.js';
import type { FrameDistribution } from './frame-distribution.js';
import { type FrameModel, frameModel } from './frame-model.js';
import { generateFrames } from './generate-frames.js';
import { nadeFrames } from './nade-frames.js';

const plain = frameModel({ features: 3, net: recurrentNet(gru(3, 4)) });
const chords = frameModel({ features: 3, net: recurrentNet(gru(3, 4)), emission: nadeFrames(4, 3, { hidden: 2 }) });
type AnyFrameModel = FrameModel<Tree<Tensor>, Tree<Tensor>, FrameDistribution>;
const prompt = { data: [1, 0, 1, 0, 1, 1], shape: [2, 3] };

describe('known answers', () => {
  test('frames are those of steps taken by hand, and so are their log-probabilities', async () => {
    for (const model of [plain, chords] as unknown as readonly AnyFrameModel[]) {
      const params = model.init(key(0));
      const drawn = await generateFrames(model, params, { prompt, steps: 5, key: key(7) }).result;
      expect(drawn.shape).toEqual([5, 3]);
      const elements = [0, 0, 0, ...prompt.data, ...drawn.data]; // the begin, 2 frames given, 5 drawn
      scope(() => {
        const { next } = model.run(params, tensor(elements.slice(0, -3), [1, 7, 3]), model.start(params, 1));
        const logP = next.logProb(tensor(elements.slice(3), [1, 7, 3])).dataSync();
        expectClose(drawn.logProbs, logP.subarray(2), { absolute: 1e-5 });
        let state = model.start(params, 1);
        for (let t = 0; t < 7; t++) {
          const made = model.step(params, tensor(elements.slice(3 * t, 3 * t + 3), [1, 3]), state);
          state = made.state;
          if (t < 2) continue; // of what was given
          expectClose(made.next.sample(fold(key(7), t - 2)), elements.slice(3 * t + 3, 3 * t + 6));
        }
      });
      disposeTree(params);
    }
  });

  test('the same key gives the same frames, one by one or all at once', async () => {
    const params = chords.init(key(0));
    const loop: number[] = [];
    for await (const frame of generateFrames(chords, params, { steps: 12, key: key(1) })) loop.push(...frame);
    const { data } = await generateFrames(chords, params, { steps: 12, key: key(1) }).result;
    expect([...data]).toEqual(loop);
    expect([...(await generateFrames(chords, params, { steps: 12, key: key(2) }).result).data]).not.toEqual(loop);
    disposeTree(params);
  });

  test('drawn frames are as likely as the model says', async () => {
    const params = plain.init(key(3));
    const state = plain.start(params, 1);
    const begin = plain.begin!(1);
    const mean = scope(() => plain.step(params, begin, state).next.mean().dataSync() as never) as Float32Array;
    const sums = [0, 0, 0];
    for (let i = 0; i < 400; i++) {
      const { data } = await generateFrames(plain, params, { steps: 1, key: key(i) }).result;
      for (const [j, note] of data.entries()) sums[j]! += note / 400;
    }
    for (const [j, rate] of sums.entries()) {
      expect(Math.abs(rate - mean[j]!)).toBeLessThan(4 * Math.sqrt((mean[j]! * (1 - mean[j]!)) / 400));
    }
    disposeTree([params, state, begin]);
  });

  test('notes that are given stay, and are heard by what follows', async () => {
    const params = chords.init(key(0));
    const known = { data: Array.from({ length: 30 }, (_, i) => Number(i % 3 === 2)), shape: [10, 3] };
    const drawn = async (note: number): Promise<Float32Array> => {
      const values = { data: new Float32Array(30).fill(note), shape: [10, 3] };
      return (await generateFrames(chords, params, { steps: 10, key: key(4), given: { values, known } }).result).data;
    };
    const [off, on] = [await drawn(0), await drawn(1)];
    expect(off.every((note, i) => i % 3 !== 2 || note === 0)).toBe(true);
    expect(on.every((note, i) => i % 3 !== 2 || note === 1)).toBe(true);
    expect(on.filter((_, i) => i % 3 !== 2)).not.toEqual(off.filter((_, i) => i % 3 !== 2));
    disposeTree(params);
  });

  test('left early, stopped and taken up again, it frees everything', async () => {
    const params = plain.init(key(0));
    const before = memory().numTensors;
    for await (const _ of generateFrames(plain, params, { steps: 9, key: key(1) })) break;
    expect(memory().numTensors).toBe(before);
    const controller = new AbortController();
    let count = 0;
    const stopped = (async () => {
      for await (const _ of generateFrames(plain, params, { steps: 9, key: key(1), signal: controller.signal })) {
        if (++count === 3) controller.abort(new Error('enough'));
      }
    })();
    await expect(stopped).rejects.toThrow('enough');
    expect([count, memory().numTensors]).toEqual([3, before]);
    expect((await generateFrames(plain, params, { steps: 2, key: key(1) }).result).shape).toEqual([2, 3]);
    disposeTree(params);
  });
});

describe('errors', () => {
  test('shapes, and nothing to go on from', () => {
    const params = plain.init(key(0));
    const silent = frameModel({ features: 3, net: recurrentNet(gru(3, 4)), begin: false });
    const frames = (shape: readonly number[], data: ArrayLike<number> = new Float32Array(shape[0]! * shape[1]!)) => ({
      data,
      shape,
    });
    for (const [f, message] of [
      [() => generateFrames(plain, params, { steps: -1, key: key(0) }), /steps must be an integer of at least 0/],
      [
        () => generateFrames(plain, params, { steps: 1, key: key(0), prompt: frames([1, 2]) }),
        /prompt has 2 numbers of shape \[1, 2\], expected \[1, 3\]/,
      ],
      [
        () =>
          generateFrames(plain, params, {
            steps: 2,
            key: key(0),
            given: { values: frames([2, 3]), known: frames([1, 3]) },
          }),
        /given.known has 3 numbers of shape \[1, 3\], expected \[2, 3\]/,
      ],
      [() => generateFrames(silent, params, { steps: 1, key: key(0) }), /no begin and there is no prompt/],
    ] as const) {
      expect(f).toThrow(GenaiError);
      expect(f).toThrow(message);
    }
    disposeTree(params);
  });
});
