/**
 * The worker's side of a laboratory. A worker is one call:
 *
 *     export const job = serveLab('flow', ({ density }: FlowOptions, seed) => {
 *       const model = …;
 *       return { model, step: minimize(nll(model), adam(1e-3)), data: draws(toy, { size: 256, key: key(seed) }) };
 *     }, {
 *       samples: async ({ parts, params }, count: number) => { … parts.model.given(params()).sample(…) … },
 *     });
 *
 * It takes the engine, trains, and answers what every laboratory is asked: `engine`, `info`, `save`, `keep`; and your handlers. The
 * page imports no more of it than the type: `useLab<typeof job>` (see components/lab/use-lab.ts).
 */
import { type Batches, type Key, key, type Step, type Tree } from '@genai/core';
import { type Handlers, type Job, type JobContext, type Run, serveTraining, train } from '@genai/train';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { type Engine, type EngineInfo, takeEngine, type WasmFiles } from './engine.js';
import { decodeLab, encodeLab, keepLab, keptLab, type LabHead, readLabHead } from './lab-file.js';

/** What the page starts a worker with. */
export interface LabInput<O> {
  readonly engine: Engine;
  readonly wasm: WasmFiles;
  readonly seed: number;
  readonly options: O;
  /** Goes on from a file, or from what is kept in this browser; its seed and options count then. */
  readonly open?: Uint8Array | 'kept' | undefined;
}

/** What trains: a `Step` and its data, and whatever your handlers need beside. */
export interface LabParts {
  readonly step: {
    readonly init: (key: Key) => Tree<Tensor>;
    readonly run: (state: never, batch: never, key: Key) => { state: Tree<Tensor>; metrics: Metrics };
  };
  readonly data: Batches<unknown> | Iterable<unknown>;
}

type Metrics = { readonly [name: string]: Tensor };

/** What a laboratory tells of itself. */
export interface LabInfo<O> extends LabHead<O> {
  readonly engine: EngineInfo;
  readonly step: number;
  /** Whether the last step was a replay of recorded kernels. */
  readonly captured: boolean;
  /** Bytes and number of the tensors that are alive. */
  readonly bytes: number;
  readonly tensors: number;
}

type StateOf<W extends LabParts> = ReturnType<W['step']['init']>;
type MetricOf<W extends LabParts> = keyof ReturnType<W['step']['run']>['metrics'] & string;

/** The live run of a laboratory, as its handlers see it. */
export class Lab<O, W extends LabParts> {
  /** How it was started; a handler that changes an option says so here, for checkpoints. */
  head: LabHead<O>;
  readonly parts: W;
  readonly #wasm: WasmFiles;
  readonly #run: Run<Tree<Tensor>, string>;
  #engine: EngineInfo;

  constructor(head: LabHead<O>, parts: W, run: Run<Tree<Tensor>, string>, engine: EngineInfo, wasm: WasmFiles) {
    this.head = head;
    this.parts = parts;
    this.#run = run;
    this.#engine = engine;
    this.#wasm = wasm;
  }

  /** The state of the run now; its own. */
  get state(): StateOf<W> {
    return this.#run.state as StateOf<W>;
  }

  get step(): number {
    return this.#run.step;
  }

  readonly snapshot = (): ReturnType<Run<Tree<Tensor>>['snapshot']> => this.#run.snapshot();

  get info(): LabInfo<O> {
    const { numBytes: bytes, numTensors: tensors } = memory();
    const captured = this.#run.captured === true;
    return { ...this.head, engine: this.#engine, step: this.step, captured, bytes, tensors };
  }

  readonly takeEngine = async (engine: Engine): Promise<void> => {
    this.#engine = await takeEngine(engine, this.#wasm);
  };

  readonly encode = (): Promise<Uint8Array> => encodeLab(this.head, this.snapshot());

  /** The moves, with the milliseconds that each took here. */
  async *[Symbol.asyncIterator](): AsyncGenerator<{
    readonly step: number;
    readonly metrics: { readonly [name in MetricOf<W> | 'milliseconds']: number };
    readonly seconds: number;
  }> {
    const moves = this.#run[Symbol.asyncIterator]();
    try {
      for (;;) {
        const since = performance.now();
        const { done, value } = await moves.next();
        if (done) return;
        const { step, seconds, metrics } = value;
        yield { step, seconds, metrics: { ...metrics, milliseconds: performance.now() - since } as never };
      }
    } finally {
      await moves.return?.();
    }
  }
}

/** What every laboratory answers. */
const common = {
  /** Changes the engine; if that fails, the one in use stays. */
  engine: async (lab: Lab<unknown, LabParts>, engine: Engine): Promise<void> => lab.takeEngine(engine),
  info: (lab: Lab<unknown, LabParts>): LabInfo<unknown> => lab.info,
  /** A file to be saved. */
  save: (lab: Lab<unknown, LabParts>): Promise<Uint8Array> => lab.encode(),
  /** Keeps the file in this browser. */
  keep: async (lab: Lab<unknown, LabParts>): Promise<void> => keepLab(lab.head.lab, await lab.encode()),
};

/** The job of a laboratory, of which the page knows the type. */
export type LabJob<O, W extends LabParts, H extends Handlers<Lab<O, W>>> = Job<
  LabInput<O>,
  Lab<O, W>,
  H & typeof common
>;

/** Serves the laboratory `name`: `setup` says what trains, for options and a seed. */
export function serveLab<O, W extends LabParts, H extends Handlers<Lab<O, W>>>(
  name: string,
  setup: (options: O, seed: number) => W | Promise<W>,
  handlers: H,
): LabJob<O, W, H> {
  const begin = async (input: LabInput<O>, { from, signal }: JobContext): Promise<Lab<O, W>> => {
    const engine = await takeEngine(input.engine, input.wasm);
    const bytes = input.open === 'kept' ? await keptLab(name) : input.open;
    const { seed, options } = bytes ? readLabHead<O>(bytes, name) : input;
    const parts = await setup(options, seed);
    const step = parts.step as Step<Tree<Tensor>, unknown, Metrics>;
    const start = from<Tree<Tensor>>() ?? (bytes && (await decodeLab(bytes, name, step)));
    const runKey: Key = start?.key ?? key(seed);
    const run = train(step, { data: parts.data, steps: Number.POSITIVE_INFINITY, key: runKey, from: start, signal });
    return new Lab({ lab: name, seed, options }, parts, run, engine, input.wasm);
  };
  return serveTraining(begin, { ...handlers, ...common }) as never;
}
