import type { ProfiledKernel, StepProfile } from './profile-step.js';

/** A function, or a kernel at the end of its path, for as long as it was being run. */
export interface Span {
  readonly name: string;
  /** How many functions are around it. */
  readonly depth: number;
  /** In milliseconds from the begin of the move. */
  readonly start: number;
  readonly end: number;
  /** If it is a kernel, not a function. */
  readonly kernel?: ProfiledKernel;
}

/**
 * The functions and kernels of a profile, each before what it has inside.
 *
 * A function reaches from its first kernel to its last: it was called once if it is the same in neighbouring kernels. Two calls
 * in a row cannot be told apart from one.
 */
export function spansOf({ kernels }: StepProfile): Span[] {
  const spans: (Span & { end: number })[] = [];
  let open: (Span & { end: number })[] = [];
  for (const kernel of kernels) {
    const { path, start, milliseconds, name } = kernel;
    const end = start + milliseconds;
    const shared = path.findIndex((part, i) => open[i]?.name !== part);
    open = open.slice(0, shared < 0 ? path.length : shared);
    for (const [depth, part] of path.entries()) {
      const span = open[depth];
      if (span) {
        span.end = end;
        continue;
      }
      const begun = { name: part, depth, start, end };
      open.push(begun);
      spans.push(begun);
    }
    spans.push({ name, depth: path.length, start, end, kernel });
  }
  return spans;
}
