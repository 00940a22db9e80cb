import { nll } from '@genai/autoregressive';
import { key } from '@genai/core';
import { owned } from '@genai/tensor';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
// @boundaries-ignore and kept by a package that it must not import either
import { loadRun, memory, saveRun } from '../../checkpoint/src/index.js';
// @boundaries-ignore as above
import { batches, characters, windows } from '../../data/src/index.js';
// @boundaries-ignore as above
import { adamW, chain, clipByGlobalNorm, minimize, train, warmupCosine } from '../../train/src/index.js';
import { gpt2 } from '../src/presets/gpt2.js';
import { transformer } from '../src/transformer.js';
import { SONNETS } from './sonnets.js';

/** A run's files by name, in Base64: what can be handed from Node to a page and back. */
export type RunFiles = { readonly [name: string]: string };

/** A part of a run. */
export interface Leg {
  readonly engine: 'cpu' | 'simd' | 'wasm' | 'webgl';
  /** Where it goes on from; from the start without. */
  readonly from?: RunFiles | undefined;
  /** Moves in all, those before included. */
  readonly until: number;
}

/** Trains a small transformer, with dropout, a schedule and shuffled text, for a part of its run: in Node or in a page. */
export async function leg({ engine, from, until }: Leg): Promise<{ losses: number[]; files: RunFiles }> {
  await useBackend(engine);
  const { vocabulary, encode } = characters(SONNETS.day);
  const sizes = { vocabulary, width: 32, layers: 2, heads: 4, context: 32 };
  const model = transformer(gpt2({ ...sizes, dropout: 0.1 }));
  const rate = warmupCosine({ peak: 3e-3, warmup: 3, steps: 20 });
  const step = minimize(nll(model), chain(clipByGlobalNorm(1), adamW(rate, { weightDecay: 0.1 })));
  const data = batches(windows(encode(SONNETS.day), { length: 33, stride: 5 }), { size: 8, key: key(1) });
  let snapshot: Awaited<ReturnType<typeof loadRun<ReturnType<typeof step.init>>>> | undefined;
  if (from) {
    using like = owned(step.init(key(9)));
    const files = Object.entries(from).map(([name, text]) => [
      name,
      Uint8Array.from(atob(text), (c) => c.charCodeAt(0)),
    ]);
    snapshot = await loadRun(memory(Object.fromEntries(files)), like);
  }
  await using run = train(step, { data, steps: until, key: snapshot?.key ?? key(0), from: snapshot });
  const losses: number[] = [];
  for await (const { metrics } of run) losses.push(metrics.loss);
  const store = memory();
  await saveRun(store, run.snapshot());
  const files: { [name: string]: string } = {};
  for (const name of ['model.safetensors', 'state.safetensors', 'state.json']) {
    const bytes = await store.read(name);
    files[name] = btoa(Array.from(bytes!, (byte) => String.fromCharCode(byte)).join(''));
  }
  return { losses, files };
}
