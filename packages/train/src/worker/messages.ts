import type { Snapshot } from '@genai/core';
import type { PlainError } from './plain-error.js';
import type { WorkerProgress } from './worker-run.js';

/** How often a worker sends a snapshot for the case of its death: after so many steps, or seconds, what comes first. */
export interface CheckpointEvery {
  readonly steps?: number | undefined;
  readonly seconds?: number | undefined;
}

/** A question, answered between two moves. */
export interface Ask {
  readonly type: 'ask';
  readonly id: number;
  readonly what: 'snapshot' | 'pause' | 'resume' | 'call';
  /** For 'call': the name of the handler. */
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What the worker is told first. */
export interface Start {
  readonly type: 'start';
  readonly input: unknown;
  readonly from: Snapshot<unknown> | undefined;
  /** The last step that the host knows of: it is reached again in silence, before anything is answered. */
  readonly told: number;
  /** The step up to which moves may be made. */
  readonly upTo: number;
  readonly paused: boolean;
  readonly checkpointEvery: CheckpointEvery | undefined;
  readonly coalesce: number;
}

/** From the host to its worker. */
export type ToWorker =
  | Start
  | Ask
  | { readonly type: 'demand'; readonly upTo: number }
  | { readonly type: 'abort'; readonly reason: PlainError }
  | { readonly type: 'ping' }
  | { readonly type: 'close' };

/** From the worker to its host. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'pong' }
  | { readonly type: 'progress'; readonly told: readonly WorkerProgress[] }
  | { readonly type: 'checkpoint'; readonly snapshot: Snapshot<unknown> }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: PlainError }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly error: PlainError }
  | { readonly type: 'closed' };
