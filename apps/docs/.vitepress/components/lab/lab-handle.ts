import type { Job, WorkerRun } from '@genai/train';
import type { Engine } from '../../../lab/common/engine.js';
import type { LabInput } from '../../../lab/common/serve-lab.js';

export const ENGINES: readonly Engine[] = ['auto', 'webgpu', 'webgl', 'simd', 'wasm', 'cpu'];

/** Any job made by `serveLab`. */
// biome-ignore lint/suspicious/noExplicitAny: handlers of every kind, as `AnyJob` of train has them
export type AnyLabJob = Job<any, any, any>;
export type OptionsOf<J> = J extends Job<LabInput<infer O>, infer _R, infer _H> ? O : never;
export type MetricsOf<J extends AnyLabJob> =
  WorkerRun<J> extends AsyncIterable<{ readonly metrics: infer M }> ? M : never;
export type Call<J extends AnyLabJob> = WorkerRun<J>['call'];

export interface LabConfig<J extends AnyLabJob> {
  readonly name: string;
  readonly worker: () => Worker;
  readonly options: () => OptionsOf<J>;
  readonly restore?: (options: OptionsOf<J>) => void;
  /** What the curves are measured in. */
  readonly axis: string;
  readonly series: readonly { readonly label: string; readonly of: (metrics: MetricsOf<J>) => number }[];
  readonly look?: (call: Call<J>) => Promise<unknown>;
  /** Milliseconds between two looks: 500 unless given. */
  readonly lookEvery?: number;
  /** Pauses at this step by itself, if there is one; read at each. */
  readonly until?: () => number;
}

export interface LabHandle<J extends AnyLabJob = AnyLabJob> {
  readonly state: 'idle' | 'loading' | 'running' | 'paused';
  /** Whether it stands still and all that is shown is of what is loaded. */
  readonly resting: boolean;
  /** The engine that was chosen, and the one in use. */
  chosen: Engine;
  readonly engine: string;
  readonly device: string;
  readonly captured: boolean;
  seed: string;
  readonly step: number;
  readonly milliseconds: number;
  readonly bytes: number;
  readonly failure: string;
  readonly notice: string;
  /** Whether something is kept in this browser, and the step at which it stands where that is known. */
  readonly kept: boolean;
  readonly keptStep: number | undefined;
  readonly axis: string;
  readonly labels: readonly string[];
  /** The last value of each curve. */
  readonly latest: readonly number[];
  /** Steps, then each curve. Not reactive: `drawn` counts its changes. */
  readonly points: number[][];
  readonly drawn: number;
  readonly start: () => void;
  readonly toggle: () => void;
  readonly oneStep: () => void;
  readonly reset: () => Promise<void>;
  /** Begins anew with the options of now, and trains if it was training. */
  readonly beginAnew: () => Promise<void>;
  readonly takeEngine: () => Promise<void>;
  readonly look: () => Promise<void>;
  readonly call: Call<J>;
  readonly saveFile: () => Promise<void>;
  readonly openFile: (file: Blob) => Promise<void>;
  readonly keep: () => Promise<void>;
  /** Opens what is kept and stands still. */
  readonly openKept: () => Promise<void>;
  /** Opens what is kept and trains on: after a tab that died. */
  readonly goOnFromKept: () => Promise<void>;
}
