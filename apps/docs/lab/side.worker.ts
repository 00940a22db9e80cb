/** Trains a model of every family on one density of the plane for one time; the page sees only plain data. */
import { fold, key, type Snapshot } from '@genai/core';
import { type JobContext, serveTraining } from '@genai/train';
import { memory } from '@tensorflow/tfjs-core';
import { type Density, targetOf } from './common/density.js';
import { type Engine, type EngineInfo, takeEngine, type WasmFiles } from './common/engine.js';
import { decodeLab, encodeLab, keepLab, keptLab, type LabHead, readLabHead } from './common/lab-file.js';
import type { LabInfo, LabInput } from './common/serve-lab.js';
import { CONTESTANTS, COUNT, type Contestant, type Each } from './side/contestants.js';
import { type Judge, judgeOf, type Scores } from './side/scores.js';
import { SideRun, type SideState } from './side/side-run.js';

export interface SideOptions {
  readonly density: Density;
}

/** What the page is shown of one contestant. */
export interface Standing extends Scores {
  /** Draws, x and y in turn. */
  readonly samples: Float32Array;
  /** −log p of the held-out points, nats; of the VAE at most this, of the GAN nothing. */
  readonly nats: number | undefined;
  readonly parameters: number;
  readonly moves: number;
  /** How long it has trained. */
  readonly seconds: number;
}

export interface SideLook {
  readonly standings: Each<Standing>;
  /** What fresh points of the density score, and its entropy in nats. */
  readonly best: Scores & { readonly entropy: number };
}

/** A run with what a laboratory needs beside. */
interface SideLab extends Pick<SideRun, 'step' | 'snapshot' | typeof Symbol.asyncIterator> {
  readonly run: SideRun;
  readonly head: LabHead<SideOptions>;
  readonly judge: Judge;
  readonly entropy: number;
  readonly wasm: WasmFiles;
  engine: EngineInfo;
}

async function setup(input: LabInput<SideOptions>, { from, signal }: JobContext): Promise<SideLab> {
  const engine = await takeEngine(input.engine, input.wasm);
  const bytes = input.open === 'kept' ? await keptLab('side') : input.open;
  const { seed, options } = bytes ? readLabHead<SideOptions>(bytes, 'side') : input;
  const { toy } = targetOf(options.density);
  const start: Snapshot<SideState> | undefined =
    from<SideState>() ?? (bytes && (await decodeLab<SideState>(bytes, 'side', SideRun.form(toy))));
  const run = await SideRun.of(toy, seed, signal, start);
  const judge = await judgeOf(toy, fold(key(seed), 0));
  return {
    ...{ run, judge, engine, head: { lab: 'side', seed, options }, entropy: toy.entropy, wasm: input.wasm },
    get step() {
      return run.step;
    },
    snapshot: run.snapshot,
    [Symbol.asyncIterator]: () => run[Symbol.asyncIterator](),
  };
}

export const job = serveTraining(setup, {
  /** Draws of all, and what they score beside the held-out points. */
  look: async ({ run, judge, entropy, head }: SideLab): Promise<SideLook> => {
    const eye = key(head.seed + 1);
    const standings: Partial<Record<Contestant, Standing>> = {};
    for (const name of CONTESTANTS) {
      const { entry, state, step: moves, seconds } = run.at(name);
      const samples = await entry.sample(state, eye, COUNT);
      const nats = await entry.nats?.(state, judge.held, eye);
      const scores = await judge.score(samples);
      standings[name] = { ...scores, samples, nats, parameters: entry.parameters(state), moves, seconds };
    }
    return { standings: standings as Each<Standing>, best: { ...judge.best, entropy } };
  },
  engine: async (lab: SideLab, engine: Engine): Promise<void> => {
    lab.engine = await takeEngine(engine, lab.wasm);
  },
  info: ({ run, head, engine }: SideLab): LabInfo<SideOptions> => {
    const { numBytes: bytes, numTensors: tensors } = memory();
    return { ...head, engine, step: run.step, captured: run.captured, bytes, tensors };
  },
  /** A file to be saved. */
  save: (lab: SideLab): Promise<Uint8Array> => encodeLab(lab.head, lab.snapshot()),
  /** Keeps the file in this browser. */
  keep: async (lab: SideLab): Promise<void> => keepLab('side', await encodeLab(lab.head, lab.snapshot())),
});
