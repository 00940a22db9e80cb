/** Notes from which functions a kernel is asked for. */
export interface CallPaths {
  /** Runs `f`: the functions above this one are left out of its paths. */
  readonly from: <R>(f: () => R) => R;
  /** The names of the functions between `from` and here, outermost first. Those without a name are left out. */
  readonly here: () => string[];
}

/** Reads the stacks of errors, in the forms of V8, SpiderMonkey and JavaScriptCore; elsewhere paths are empty. */
export function callPaths(): CallPaths {
  let above = 0;
  return {
    from: (f) => {
      const Limited = Error as { stackTraceLimit?: number }; // of V8
      const before = Limited.stackTraceLimit;
      Limited.stackTraceLimit = Number.POSITIVE_INFINITY;
      try {
        above = framesHere().length - 1; // without framesHere itself
        return f();
      } finally {
        if (before === undefined) delete Limited.stackTraceLimit;
        else Limited.stackTraceLimit = before;
      }
    },
    here: () => {
      const frames = framesHere();
      return frames
        .slice(0, Math.max(0, frames.length - above))
        .reverse()
        .flatMap((frame) => functionOf(frame) ?? []);
    },
  };
}

function framesHere(): string[] {
  return (new Error().stack ?? '').split('\n').filter((line) => /^\s*at |@/.test(line));
}

/** Functions that pass on what others ask for. */
const SILENT: ReadonlySet<string> = new Set([
  'here',
  'framesHere',
  'runKernel',
  'profiledMove',
  'scope',
  'tidy',
  'freeingTapeOnError',
  'withGradient',
  'gradFunc',
  'runFused',
  'mapLeaves',
  'rebuild',
  'leafwise',
]);

/** The name of a function in a line of a stack; undefined if it has none, or tells nothing. */
export function functionOf(frame: string): string | undefined {
  const found = /^\s*at (?:async )?(?:new )?(.+?) \((.*)\)$/.exec(frame) ?? /^([^@]+)@(.*)$/.exec(frame);
  if (!found) return undefined;
  const [, whole, place] = found as unknown as [string, string, string];
  if (whole.includes('backpropagateGradients')) return 'backward';
  if (/tensorflow|tfjs|^<anonymous>$|^native$|^\[native code\]$|^node:/.test(place)) return undefined;
  const name = whole.replace(/ \[as .*\]$/, '').replace(/[/<]+$/, '');
  const last = name.split(/[./]/).at(-1)!;
  // One letter is what a minifier left, or says as little.
  return SILENT.has(last) || last.length < 2 || last === '<anonymous>' ? undefined : last;
}
