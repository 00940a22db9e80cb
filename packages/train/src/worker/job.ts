import type { Snapshot, Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Progress } from '../run.js';

/** What can be watched from afar: a `Run`, or any async iterable of progress, a generator for instance. */
export interface Watchable extends AsyncIterable<Omit<Progress<unknown>, 'state'>> {
  readonly step?: number;
  /** Without it there are no snapshots, and a worker that dies begins anew. */
  readonly snapshot?: () => Snapshot<Tree<Tensor>>;
  readonly [Symbol.asyncDispose]?: () => PromiseLike<void>;
}

/** What `setup` of a job is given beside the input. */
export interface JobContext {
  /**
   * The snapshot to go on from, made on the engine that is current at the call; undefined for a run that begins.
   * Of the form of the state that the job was saved with.
   */
  readonly from: <S extends Tree<Tensor>>() => Snapshot<S> | undefined;
  /** Aborts with the run on the other side. */
  readonly signal: AbortSignal;
}

/** Questions of the live run that may be asked from outside, by name. */
export type Handlers<R> = { readonly [name: string]: (run: R, ...args: never[]) => unknown };

/** What a worker does: its type is what `trainIn<typeof job>` knows of it. */
export interface Job<I, R extends Watchable, H extends Handlers<R>> {
  readonly setup: (input: I, context: JobContext) => R | Promise<R>;
  readonly handlers: H;
}

/** Every job. */
export type AnyJob = {
  readonly setup: (input: never, context: JobContext) => Watchable | Promise<Watchable>;
  readonly handlers: Handlers<never>;
};

/** A job of which nothing is known. */
export type UnknownJob = {
  readonly setup: (input: unknown, context: JobContext) => Watchable;
  readonly handlers: { readonly [name: string]: (run: never, ...args: unknown[]) => unknown };
};

export type InputOf<J extends AnyJob> = J['setup'] extends (input: infer I, context: JobContext) => unknown ? I : never;
export type WatchedOf<J extends AnyJob> = Awaited<ReturnType<J['setup']>>;
export type MetricsOf<J extends AnyJob> =
  WatchedOf<J> extends AsyncIterable<{ readonly metrics: infer M extends { readonly [name: string]: number } }>
    ? M
    : never;
export type StateOf<J extends AnyJob> =
  WatchedOf<J> extends { readonly snapshot: () => Snapshot<infer S> } ? S : Tree<Tensor>;
export type ArgumentsOf<F> = F extends (run: never, ...args: infer A) => unknown ? A : never;
export type AnswerOf<F> = F extends (...args: never[]) => infer A ? Awaited<A> : never;
