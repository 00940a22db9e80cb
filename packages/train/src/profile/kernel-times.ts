import type { StepProfile } from './profile-step.js';

/** All runs of one kernel. */
export interface KernelTime {
  readonly name: string;
  /** How often it ran. */
  readonly count: number;
  /** In all its runs together. */
  readonly milliseconds: number;
  /** The part of the time of all kernels, from 0 to 1. */
  readonly share: number;
}

/**
 * The kernels of a profile by name, those that took longest first.
 *
 * @example
 * kernelTimes(profile)[0]; // { name: 'GenaiAttention', count: 24, milliseconds: 31.2, share: 0.41 }
 */
export function kernelTimes({ kernels }: StepProfile): KernelTime[] {
  const all = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const times = new Map<string, { count: number; milliseconds: number }>();
  for (const { name, milliseconds } of kernels) {
    const before = times.get(name) ?? { count: 0, milliseconds: 0 };
    times.set(name, { count: before.count + 1, milliseconds: before.milliseconds + milliseconds });
  }
  return Array.from(times, ([name, time]) => ({ name, ...time, share: all > 0 ? time.milliseconds / all : 0 })).sort(
    (a, b) => b.milliseconds - a.milliseconds,
  );
}
