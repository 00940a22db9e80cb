import type { Output } from './io.js';

/** One look at a piece of long work. */
export interface Look {
  /** Steps made. */
  readonly step: number;
  /** Steps to make. */
  readonly steps: number;
  /** Milliseconds since this process began the work. */
  readonly elapsed: number;
  /** Steps that were made before this process began. */
  readonly start?: number;
  /** What it comes to, called `label`, a loss unless given. */
  readonly loss?: number;
  readonly label?: string;
  /** Milliseconds after which the work ends even if steps are left. */
  readonly limit?: number;
}

/** Shows how far long work has come: one line that is redrawn on a terminal, a plain line now and then elsewhere. */
export interface Progress {
  readonly update: (look: Look) => void;
  /** A line of its own, above the bar. */
  readonly note: (text: string) => void;
  /** Leaves the last state of the bar standing. */
  readonly end: () => void;
}

const REDRAW = 100; // ms between redraws of the bar
const PLAIN = 5_000; // ms between plain lines

export function progress(output: Output, now: () => number = () => performance.now()): Progress {
  return output.isTTY ? bar(output, now) : plainLines(output, now);
}

function bar(output: Output, now: () => number): Progress {
  let shown = '';
  let last: Look | undefined;
  let drawnAt = -Infinity;
  const clear = () => (shown ? `\r${' '.repeat(shown.length)}\r` : '');
  // Some terminals say that they are 0 wide.
  const draw = (look: Look) => {
    const text = line(look, (output.columns || 80) - 1);
    output.write(`\r${text}${' '.repeat(Math.max(0, shown.length - text.length))}`);
    shown = text;
    drawnAt = now();
  };
  return {
    update: (look) => {
      last = look;
      if (now() - drawnAt >= REDRAW || look.step === look.steps) draw(look);
    },
    note: (text) => {
      output.write(`${clear()}${text}\n`);
      shown = '';
      if (last) draw(last);
    },
    end: () => {
      if (last) draw(last);
      if (shown) output.write('\n');
      shown = '';
      last = undefined;
    },
  };
}

function plainLines(output: Output, now: () => number): Progress {
  let printedAt = now();
  let printed: Look | undefined;
  let last: Look | undefined;
  const print = (look: Look) => {
    output.write(`${facts(look)}\n`);
    printedAt = now();
    printed = look;
  };
  return {
    update: (look) => {
      last = look;
      if (now() - printedAt >= PLAIN || !printed) print(look);
    },
    note: (text) => void output.write(`${text}\n`),
    end: () => {
      if (last && last !== printed) print(last);
      last = printed = undefined;
    },
  };
}

/** `▕██████      ▏ 42%  step 840/2000 …`, cut to `width`. */
function line(look: Look, width: number): string {
  const text = facts(look);
  const room = Math.min(30, width - text.length - 10);
  const share = Math.min(1, done(look));
  if (room < 5) return text.slice(0, Math.max(0, width));
  const filled = Math.round(share * room);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return `▕${'█'.repeat(filled)}${' '.repeat(room - filled)}▏${percent}  ${text}`;
}

function facts(look: Look): string {
  const made = look.step - (look.start ?? 0);
  const rate = made > 0 && look.elapsed > 0 ? (made * 1000) / look.elapsed : undefined;
  const left = rate === undefined ? undefined : remaining(look, rate);
  return [
    `step ${look.step}/${look.steps}`,
    ...(look.loss === undefined ? [] : [`${look.label ?? 'loss'} ${number(look.loss)}`]),
    ...(rate === undefined ? [] : [`${number(rate)} step/s`]),
    ...(left === undefined ? [] : [`${duration(left)} left`]),
  ].join('  ');
}

function done({ step, steps, elapsed, limit }: Look): number {
  return Math.max(step / Math.max(1, steps), limit === undefined ? 0 : elapsed / limit);
}

function remaining({ step, steps, elapsed, limit }: Look, rate: number): number {
  const bySteps = ((steps - step) * 1000) / rate;
  return Math.max(0, limit === undefined ? bySteps : Math.min(bySteps, limit - elapsed));
}

/** `1h 02m`, `3m 05s`, `12s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** Four significant digits, without an exponent where it can be read. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size === 0) return String(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2);
  return value.toFixed(Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(size)))));
}
