import type { StepProfile } from './profile-step.js';
import { spansOf } from './spans.js';

/**
 * A profile as JSON in the trace event format, which chrome://tracing, Perfetto and speedscope.app open: the functions with their kernels,
 * and the memory over time.
 *
 * @example
 * await writeFile('step.trace.json', chromeTrace(profile));
 */
export function chromeTrace(profile: StepProfile): string {
  const where = { pid: 1, tid: 1 };
  const spans = spansOf(profile).map(({ name, start, end, kernel }) => ({
    ...where,
    name,
    cat: kernel ? 'kernel' : 'function',
    ph: 'X', // an event with a duration, in microseconds
    ts: start * 1000,
    dur: (end - start) * 1000,
    ...(kernel && { args: { inputs: kernel.inputs, outputs: kernel.outputs } }),
  }));
  const memory = profile.kernels.map(({ start, milliseconds, liveBytes }) => ({
    ...where,
    name: 'memory',
    ph: 'C', // a counter
    ts: (start + milliseconds) * 1000,
    args: { bytes: liveBytes },
  }));
  return JSON.stringify({ displayTimeUnit: 'ms', traceEvents: [...spans, ...memory] });
}
