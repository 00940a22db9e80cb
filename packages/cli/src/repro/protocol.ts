import type { ImageDataOptions } from '../image-data.js';
import type { Progress } from '../progress.js';

/** What a protocol is run with. */
export interface ReproContext {
  readonly seed: number;
  /** Where it keeps its state, to go on where it stopped. */
  readonly folder: string;
  readonly cwd: string;
  /** Data of the user's instead of the protocol's own name for them. */
  readonly data?: string | undefined;
  readonly download: boolean;
  /** A smaller measure of work: fewer epochs or steps than the protocol has. */
  readonly limit?: number | undefined;
  readonly bar: Progress;
  readonly signal: AbortSignal;
}

/** One figure beside its published counterpart. */
export interface Finding {
  readonly what: string;
  readonly metric: string;
  readonly unit: string;
  readonly lowerIsBetter: boolean;
  /** As printed there. */
  readonly published: string | null;
  readonly source: string | null;
  readonly ours: number;
  readonly standardError?: number;
}

/** What a run of a protocol gave. */
export interface Reproduction {
  readonly findings: readonly Finding[];
  /** What was done, and where it differs from the published protocol. */
  readonly protocol: string;
  readonly steps: number;
  /** Cut short by the signal, with its state kept. */
  readonly stopped: boolean;
}

/** A published experiment that can be run again. */
export interface Protocol {
  readonly name: string;
  /** One line for the list. */
  readonly about: string;
  readonly run: (context: ReproContext) => Promise<Reproduction>;
}

/** Options of `imageData` in this context. */
export function dataOptions({ download, signal }: ReproContext): ImageDataOptions {
  return { download, signal };
}
