import type { Step, Tree } from '@genai/core';
import { engine, getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { hostProfile, type ProfileStepOptions, type StepProfile } from './profile-step.js';
import type { RunKernel } from './watch-engine.js';
import { peakOf, watchedMove } from './watched-move.js';

/**
 * As {@link profileStep}, with the times that the graphics card itself takes for each kernel, where the engine can tell them: `timed`
 * of the profile is `device` then, its kernels stand one behind the other, and the host is left out.
 *
 * WebGPU tells by the feature `timestamp-query` of its device, which browsers round to 0.1 ms; WebGL by the extension of timer queries, which
 * few browsers have. Elsewhere the profile is that of `profileStep`, `timed` by the host: `submitting` says that this engine cannot tell.
 *
 * @example
 * const profile = await profileOnDevice(step, { batch, key: key(0) });
 * if (profile.timed === 'submitting') console.log(`${profile.engine} cannot tell how long its kernels take`);
 * @throws GenaiError unless `warmups` is an integer of at least 0; whatever the step throws.
 */
export async function profileOnDevice<S extends Tree<Tensor>, B>(
  step: Step<S, B, { readonly [name: string]: Tensor }>,
  options: ProfileStepOptions<S, B>,
): Promise<StepProfile> {
  const where = 'profileOnDevice';
  if (!['webgl', 'webgpu'].includes(getBackend()) || !engine().backend.timerAvailable()) {
    return hostProfile(watchedMove(where, step, options));
  }
  const times: Promise<number>[] = [];
  const timed: RunKernel = (run) => {
    // A timer must not see an error: it would stay begun, and turn it into a rejection.
    const seen: { made?: ReturnType<typeof run>; failure?: { readonly error: unknown } } = {};
    const timing = engine().backend.time(() => {
      try {
        seen.made = run();
      } catch (error) {
        seen.failure = { error };
      }
    });
    times.push(timing.then(({ kernelMs }) => (typeof kernelMs === 'number' ? kernelMs : Number.NaN)));
    if (seen.failure) throw seen.failure.error;
    return seen.made!;
  };
  let move: ReturnType<typeof watchedMove>;
  try {
    move = watchedMove(where, step, options, timed);
  } catch (error) {
    await Promise.allSettled(times);
    throw error;
  }
  const measured = await Promise.all(times);
  if (!measured.every(Number.isFinite)) return hostProfile(move); // the card was disturbed
  let milliseconds = 0;
  const kernels = move.kernels.map((kernel, i) => {
    const start = milliseconds;
    milliseconds += measured[i]!;
    return { ...kernel, start, milliseconds: measured[i]! };
  });
  return { engine: getBackend(), timed: 'device', milliseconds, peakBytes: peakOf(move), kernels };
}
