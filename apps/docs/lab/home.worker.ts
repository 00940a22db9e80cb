/** Trains the small VAE of the home page; the page sees only plain data. */
import { key, split } from '@genai/core';
import { batches, fromArrays, imageGrid } from '@genai/data';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, minimize, serveTraining, train } from '@genai/train';
import { elbo, vae } from '@genai/vae';
import { type Engine, type EngineInfo, takeEngine, type WasmFiles } from './common/engine.js';

/** What the page starts the worker with. */
export interface HomeInput {
  readonly seed: number;
  readonly steps: number;
  /** Digits of 28 × 28, eight pixels a byte, the first in the lowest bit. */
  readonly bits: Uint8Array;
  readonly wasm: WasmFiles;
}

/** Grey pictures as the model draws them now, in one: a byte a pixel. */
export interface HomeLook {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const LATENTS = 8;
const SHOWN = 24;
const COLUMNS = 6;

export const job = serveTraining(
  async ({ seed, steps, bits, wasm }: HomeInput, { signal }) => {
    const engine = await firstEngine(wasm);
    const model = vae({
      encoder: gaussian(mlp([PIXELS, 192, 2 * LATENTS])), // q(z | x)
      decoder: binary(mlp([LATENTS, 192, PIXELS])), // p(x | z)
      prior: standardNormal(LATENTS), // p(z)
    });
    const [order, moves, eye] = split(key(seed), 3);
    const digits = Uint8Array.from({ length: 8 * bits.length }, (_, i) => 255 * ((bits[i >> 3]! >> (i & 7)) & 1));
    const dataset = fromArrays({ data: digits, shape: [digits.length / PIXELS, PIXELS] });
    const data = batches(dataset, { size: 64, key: order });
    const run = train(minimize(elbo(model), adam(2e-3)), { data, steps, key: moves, signal });
    const draw = async (): Promise<HomeLook> => {
      const { params } = run.state;
      using drawn = owned(
        scope(() => ({ pictures: model.decode(params, model.prior(params).sample(eye, [SHOWN])).mean() })), // (SHOWN, 784)
      );
      const values = (await drawn.pictures.data()) as Float32Array;
      const grid = { data: values, shape: [SHOWN, SIDE, SIDE] };
      const { width, height, data: pixels } = imageGrid(grid, { columns: COLUMNS, padding: 2, background: 0 });
      return { width, height, pixels };
    };
    return Object.assign(run, { engine, draw });
  },
  {
    engine: ({ engine }): EngineInfo => engine,
    /** Always of the same draws from p(z), so that each picture is seen to change. */
    look: ({ draw }): Promise<HomeLook> => draw(),
  },
);

/** A processor is everywhere; what GPUs a phone has is a question for the laboratories. */
async function firstEngine(wasm: WasmFiles): Promise<EngineInfo> {
  const engines: readonly Engine[] = ['simd', 'wasm'];
  for (const engine of engines) {
    try {
      return await takeEngine(engine, wasm);
    } catch {
      // the next one
    }
  }
  return takeEngine('cpu', wasm);
}
