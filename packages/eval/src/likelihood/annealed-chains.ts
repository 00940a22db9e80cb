import { expectIntegers, fold, GenaiError, type Key, split } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { clone, type Tensor, tensor1d, tile } from '@tensorflow/tfjs-core';
import { type Breathing, breathing } from '../breathing.js';
import { type AnnealingSchedule, sigmoidSchedule } from './annealing-schedule.js';
import { hamiltonianStep } from './hamiltonian-step.js';
import type { LatentModel } from './latent-model.js';

/** What annealing needs. */
export interface AnnealingOptions {
  readonly key: Key;
  /** Chains for each example, two at least; 16 unless given. All run side by side: memory follows chains times examples. */
  readonly chains?: number;
  /** Distributions between prior and posterior; 1,000 unless given. The bounds tighten as they grow. Published figures take 10,000. */
  readonly steps?: number;
  /** Gradients of each step of Hamiltonian Monte Carlo; 10 unless given. */
  readonly leapfrogs?: number;
  /** How the likelihood is turned on; sigmoidal unless given. */
  readonly schedule?: AnnealingSchedule;
  /** Steps of the run before, which finds step sizes; 100 unless given. */
  readonly adaptation?: number;
  /** Stops: rejects with the signal's reason before the next step. */
  readonly signal?: AbortSignal | undefined;
}

/** Examples beside each other in chains: row chain · examples + example. */
export type Chains = {
  readonly model: LatentModel;
  /** (rows, …), each chain's own copy. */
  readonly x: Tensor;
  readonly examples: number;
  readonly chains: number;
  readonly leapfrogs: number;
  readonly steps: number;
  /** How far the likelihood is turned on at 0 … `steps`. */
  readonly betaAt: (step: number) => number;
  /** Step sizes by example, from the run before, at 0 … `steps`. */
  readonly sizesAt: (step: number) => Float64Array;
  readonly breath: Breathing;
};

/** Makes chains of what the caller passed, runs the run before, then `run`, and frees all. */
export async function withChains<R>(
  where: string,
  model: LatentModel,
  x: Tensor,
  {
    key,
    chains = 16,
    steps = 1_000,
    leapfrogs = 10,
    schedule = sigmoidSchedule(),
    adaptation = 100,
    signal,
  }: AnnealingOptions,
  run: (chains: Chains, key: Key) => Promise<R>,
): Promise<R> {
  expectIntegers(where, { steps, leapfrogs, adaptation });
  expectIntegers(where, { chains }, 2);
  const examples = x.shape[0] ?? 0;
  if (examples === 0) {
    throw new GenaiError(`${where}: got x of shape [${x.shape.join(', ')}], expected (examples, …) with at least one.`);
  }
  if (model.prior.batchShape.length > 0) {
    throw new GenaiError(
      `${where}: the prior has batch shape [${model.prior.batchShape.join(', ')}], expected none. Make it one over the latents (independent).`,
    );
  }
  const [forSizes, forRun] = split(key);
  const copies = scope(() => tile(x, [chains, ...x.shape.slice(1).map(() => 1)]));
  try {
    const common = { model, x: copies, examples, chains, leapfrogs, breath: breathing(signal) };
    const latents = model.prior.eventShape.reduce((a, b) => a * b, 1);
    const sizes: Float64Array[] = [new Float64Array(examples).fill(latents ** -0.25)];
    const before = {
      ...common,
      steps: adaptation,
      betaAt: ladder(where, schedule, adaptation),
      sizesAt: () => sizes.at(-1)!,
    };
    await forwards(where, before, forSizes, (acceptance) => sizes.push(adapted(sizes.at(-1)!, acceptance)));
    // Frozen from here: the sizes depend on nothing that the run draws, so its transitions leave their distributions as they are.
    const sizesAt = (step: number): Float64Array => sizes[Math.round((step / steps) * (sizes.length - 1))]!;
    return await run({ ...common, steps, betaAt: ladder(where, schedule, steps), sizesAt }, forRun);
  } finally {
    copies.dispose();
  }
}

/** From the prior to the posterior: log weights, (rows), and the mean acceptance of each example. `seen` gets the acceptance of each step. */
export async function forwards(
  where: string,
  chains: Chains,
  key: Key,
  seen: (acceptance: Float64Array) => void = () => undefined,
): Promise<Weighted> {
  const { model, steps, betaAt } = chains;
  const [forStart, forSteps] = split(key);
  const rows = chains.chains * chains.examples;
  const start = scope(() => clone(model.prior.sample(forStart, [rows])));
  return walk(where, chains, forSteps, start, async (weighted, move) => {
    for (let t = 1; t <= steps; t++) {
      weighted.weigh(betaAt(t) - betaAt(t - 1)); // Neal 2001, section 2: at the place before the step
      if (t < steps) seen(await move(t));
    }
  });
}

/** From the posterior to the prior, from `start` on, (rows, …latents), which it frees: log weights of {@link forwards}, run backwards. */
export async function backwards(where: string, chains: Chains, key: Key, start: Tensor): Promise<Weighted> {
  const { steps, betaAt } = chains;
  return walk(where, chains, key, start, async (weighted, move) => {
    for (let t = steps; t >= 1; t--) {
      if (t < steps) await move(t);
      weighted.weigh(betaAt(t) - betaAt(t - 1));
    }
  });
}

/** Log weights, (rows), and the mean acceptance of each example. */
export type Weighted = { readonly logWeights: Float64Array; readonly acceptance: Float64Array };

/** What `course` may do: weigh the rows where they are, and move them by a step at a distribution, whose acceptance it gets by example. */
async function walk(
  where: string,
  chains: Chains,
  key: Key,
  start: Tensor,
  course: (weighted: { weigh: (by: number) => void }, move: (t: number) => Promise<Float64Array>) => Promise<void>,
): Promise<Weighted> {
  const { model, x, examples, leapfrogs, betaAt, sizesAt, breath } = chains;
  const rows = x.shape[0]!;
  const logWeights = new Float64Array(rows);
  const acceptance = new Float64Array(examples);
  let moves = 0;
  let z = start;
  try {
    let likelihood = await read(
      scope(() => {
        const first = model.logLikelihood(z, x);
        expectShape(`${where}, logLikelihood`, first, [rows]);
        return clone(first);
      }),
    );
    const weigh = (by: number): void => {
      if (by === 0) return; // 0 · ∞ is NaN
      for (let row = 0; row < rows; row++) logWeights[row]! += by * likelihood[row]!;
    };
    const move = async (t: number): Promise<Float64Array> => {
      if (breath.due()) await breath.take();
      const sizes = sizesAt(t);
      const moved = scope(() => {
        const stepSize = tensor1d(Float32Array.from({ length: rows }, (_, row) => sizes[row % examples]!));
        return hamiltonianStep(model, z, x, { key: fold(key, t), beta: betaAt(t), stepSize, leapfrogs });
      });
      z.dispose();
      z = moved.z;
      const [likelihoods, chances] = await Promise.all([read(moved.logLikelihood), read(moved.acceptance)]);
      likelihood = likelihoods;
      const byExample = new Float64Array(examples);
      for (let row = 0; row < rows; row++) byExample[row % examples]! += (chances[row]! * examples) / rows;
      for (let i = 0; i < examples; i++) acceptance[i]! += byExample[i]!;
      moves++;
      return byExample;
    };
    await course({ weigh }, move);
    return { logWeights, acceptance: acceptance.map((total) => total / Math.max(1, moves)) };
  } finally {
    z.dispose();
  }
}

const WANTED = 0.65; // Neal 2011, section 5.4.4
const RATE = 0.3;

function adapted(sizes: Float64Array, acceptance: Float64Array): Float64Array {
  return sizes.map((size, i) => size * Math.exp(RATE * (acceptance[i]! - WANTED)));
}

function ladder(where: string, schedule: AnnealingSchedule, steps: number): (step: number) => number {
  const betas = Float64Array.from({ length: steps + 1 }, (_, step) => schedule(step / steps));
  const rises = betas.every((beta, i) => i === 0 || beta >= betas[i - 1]!);
  if (rises && Math.abs(betas[0]!) < 1e-9 && Math.abs(betas[steps]! - 1) < 1e-9) return (step) => betas[step]!;
  throw new GenaiError(
    `${where}: the schedule goes from ${betas[0]} to ${betas[steps]}${rises ? '' : ', falling between'}, expected from 0 to 1 without falling.`,
  );
}

async function read(tensor: Tensor): Promise<Float32Array> {
  try {
    return await tensor.data<'float32'>();
  } finally {
    tensor.dispose();
  }
}
