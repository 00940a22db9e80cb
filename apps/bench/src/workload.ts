import type { Key, Objective, Optimizer, Step, Tree } from '@genai/core';
import { type Collective, type Fit, minimize } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What is timed, of the same shapes and batch as the peer program of that name. */
export interface Timed {
  readonly name: string;
  /** How many numbers the model has: that of the peer program, checked in every run. */
  readonly params: number;
  /** Examples in a batch unless told otherwise. */
  readonly batch: number;
  /** Steps before the clock starts. */
  readonly warmup: number;
  /** Threads with which PyTorch is fastest, where these are not all. */
  readonly torchThreads?: number;
}

/** A training step, of the same optimizer too. */
export interface Workload<S = Tree<Tensor>, B = Tree<Tensor>> extends Timed {
  readonly setup: (options: SetupOptions) => Prepared<S, B>;
}

export interface SetupOptions {
  readonly batch: number;
  /** Where the data come from. */
  readonly key: Key;
  /** Of workloads that average their gradients over ranks. */
  readonly ranks?: Collective;
}

/** Batches by their number. They belong to their maker and are valid until the next is asked for. */
export interface Data<B> {
  readonly batch: (i: number) => B;
  readonly dispose: () => void;
}

/** A workload with its data on the current engine. */
export interface Prepared<S, B> extends Data<B> {
  readonly step: Step<S, B, { readonly loss: Tensor }>;
  /** What the optimizer moves. */
  readonly params: (state: S) => Tree<Tensor>;
}

/** Forgets which state and batch a workload has, so that all fit into one list. */
export function workload<S extends Tree<Tensor>, B extends Tree<Tensor>>(definition: Workload<S, B>): Workload {
  return definition as unknown as Workload;
}

/** The usual case: one objective, one optimizer. */
export function descent<P extends Tree<Tensor>, B extends Tree<Tensor>, O extends Tree<Tensor>>(
  objective: Objective<Tensor, P, B>,
  optimizer: Optimizer<Tensor, O>,
  data: Data<B>,
): Prepared<Fit<P, O>, B> {
  return { ...data, step: minimize(objective, optimizer), params: (state) => state.params };
}
