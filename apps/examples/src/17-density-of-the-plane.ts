/**
 * Learns a density of the plane that is known exactly, once from draws and once from its energy alone, and measures in nats how far
 * each is from the truth; then says which points are odd, and why.
 */
// #region train
import { writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { draws, pinwheel } from '@genai/data';
import { auroc } from '@genai/eval';
import {
  attributions,
  drawScored,
  flowSvg,
  flowViews,
  importanceSample,
  logDensityTerms,
  nll,
  nsf,
  reverseKl,
  type VectorFlowParams,
} from '@genai/flow';
import { logSumExp, owned, scope, uniformNoise } from '@genai/tensor';
import { adam, linear, minimize, train, warmupCosine } from '@genai/train';
import {
  add,
  cos,
  mul,
  neg,
  sin,
  split,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

const blades = { blades: 3, radius: 1.5, length: 0.5, width: 0.2, rate: 1 };
const truth = pinwheel(blades); // log p and the entropy are known
const density = nsf({ features: 2, transforms: 3, bins: 16, bound: 4 });
const batch = quick ? 32 : 512;
const data = draws(truth, { size: batch, key: key(1) }); // (512, 2), no point twice
const optimizer = (peak: number, steps: number) => adam(warmupCosine({ peak, steps, end: 1e-5 }));
const steps = quick ? 10 : 2_000;
await using run = train(minimize(nll(density), optimizer(4e-3, steps)), { data, steps, key: key(0) });
console.log(`no model can have a −log p below the entropy on average, ${truth.entropy.toFixed(3)} nats`);
for await (const { step, metrics } of run) {
  if (step % 500 === 0) console.log(`step ${step}: −log p of ${batch} points ${metrics.loss.toFixed(3)} nats`);
}
const { params } = run.state;
// #endregion train

// #region measure
// The loss of a batch goes up and down with its points. On the same points log p − log q varies much less, and has the mean that counts.
const count = quick ? 200 : 20_000;
const points = truth.sample(key(2), count); // fresh ones
using fresh = owned({ x: tensor2d(points, [count, 2]) });
await report('learnt from draws', params);

/** Both divergences: KL(p ‖ q) tells what the model lacks, KL(q ‖ p) what it makes up. */
async function report(name: string, params: VectorFlowParams): Promise<void> {
  using scored = owned(scope(() => ({ known: density.given(params).logProb(fresh.x) }))); // (count)
  using drawn = owned(drawScored(density, params, key(3), count));
  const [known, x, own] = await Promise.all([
    scored.known.data<'float32'>(),
    drawn.x.data<'float32'>(),
    drawn.logProb.data<'float32'>(),
  ]);
  const [logs, theirs] = [truth.logProb(points), truth.logProb(x)];
  console.log(`\n${name}, ${count} points`);
  console.log(`  −log q of points it has not seen ${meanOf(known.map((q) => -q))} nats`);
  console.log(`  excess over the entropy, E_p[log p − log q] ${meanOf(logs.map((p, i) => p - known[i]!))}`);
  console.log(`  of its own draws, E_q[log q − log p] ${meanOf(theirs.map((p, i) => own[i]! - p))}`);
  const share = [0, 0, 0];
  for (let i = 0; i < x.length; i += 2) {
    const [a, b] = [x[i]!, x[i + 1]!];
    const turns = (Math.atan2(b, a) - blades.rate * Math.hypot(a, b)) / (2 * Math.PI); // 0, ⅓, ⅔ at the middle of a blade
    share[(Math.round(3 * turns) + 30) % 3]! += 100 / count;
  }
  console.log(`  share of its draws on each blade ${share.map((s) => `${s.toFixed(0)} %`).join(', ')}`);
}

/** A mean and its standard error. */
function meanOf(values: ArrayLike<number>): string {
  const all = Array.from(values);
  const mean = all.reduce((total, v) => total + v / all.length, 0);
  const variance = all.reduce((total, v) => total + (v - mean) ** 2 / all.length, 0);
  return `${mean.toFixed(3)} ± ${Math.sqrt(variance / all.length).toFixed(3)}`;
}
// #endregion measure

// #region picture
/** The plane after each map, from noise to data: the density, a grid drawn on the noise, and some draws. */
async function picture(name: string, params: VectorFlowParams): Promise<void> {
  const views = await flowViews(density, params, { cells: quick ? 16 : 96, draws: { key: key(4), count: 300 } });
  const file = new URL(name, import.meta.url);
  await writeFile(file, flowSvg(views, { size: 300 }));
  console.log(`wrote ${file.pathname}`);
}
await picture('17-from-draws.svg', params);
// #endregion picture

// #region odd
// What is odd? −log q is exact. Points anywhere in a square against draws: no score can do better than the true density does.
using anywhere = owned({ x: scope(() => uniformNoise(key(5), [count, 2], { min: -4, max: 4 })) });
using scores = owned(
  scope(() => {
    const of = (x: Tensor): Tensor => neg(density.given(params).logProb(x)); // (count)
    return { odd: of(anywhere.x), usual: of(fresh.x) };
  }),
);
const oddPoints = await anywhere.x.data<'float32'>();
const fromMiddle = (x: Float32Array): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.hypot(x[2 * i]!, x[2 * i + 1]!));
const surprise = (x: Float32Array): Float64Array => truth.logProb(x).map((log) => -log);
console.log(`\nAUROC of ${count} points of a square against as many draws`);
const told = {
  '−log q of the flow': auroc({ odd: await scores.odd.data(), usual: await scores.usual.data() }),
  'the true −log p, the best there is': auroc({ odd: surprise(oddPoints), usual: surprise(points) }),
  'distance from the middle': auroc({ odd: fromMiddle(oddPoints), usual: fromMiddle(points) }),
};
for (const [name, area] of Object.entries(told)) console.log(`  ${name.padEnd(34)} ${area.toFixed(4)}`);
// #endregion odd

// #region why
// Why is one point odd? It lies as far from the middle as the blades do, but between two of them: beside the middle of a blade.
const around = (turns: number): [number, number] => {
  const angle = 2 * Math.PI * turns + blades.rate * blades.radius;
  return [blades.radius * Math.cos(angle), blades.radius * Math.sin(angle)];
};
using pair = owned({ both: tensor2d([around(1 / 3), around(1 / 6)]) }); // (2, 2)
using why = owned(
  scope(() => {
    const [usual, odd] = split(pair.both, 2) as [Tensor, Tensor];
    const by = attributions(density, params, odd, { reference: usual }); // (1, 2)
    return { by, ...logDensityTerms(density, params, pair.both) };
  }),
);
const [places, by, maps, noise, logs] = await Promise.all(
  [pair.both, why.by, why.maps, why.noise, why.logProb].map((x) => x.data<'float32'>()),
);
const nats = (values: ArrayLike<number>): string => Array.from(values, (v) => v.toFixed(2)).join(', ');
// The further from all data, the less is known: −log q says that the second is odd, but how odd only roughly.
console.log('\na usual point and an odd one');
for (const [i, name] of ['usual', 'odd'].entries()) {
  const pick = (values: Float32Array, width: number) => values.subarray(width * i, width * (i + 1));
  const terms = `maps ${nats(pick(maps!, 3))}, noise ${nats(pick(noise!, 1))}`;
  const exact = truth.logProb(pick(places!, 2));
  console.log(
    `  ${name} (${nats(pick(places!, 2))}): log q ${nats(pick(logs!, 1))} = ${terms}; the true log p ${nats(exact)}`,
  );
}
const sumOf = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
console.log(
  `  of the change ${nats([logs![1]! - logs![0]!])}, x brings ${nats(by!.subarray(0, 1))} and y ${nats(by!.subarray(1))}, ` +
    `together ${nats([sumOf(by!)])}`,
);
// #endregion why

// #region energy
/** −log p of the pinwheel up to a constant, as physics would give it: (samples, 2) → (samples). */
function energy(x: Tensor): Tensor {
  const turn = mul(sqrt(add(sum(square(x), 1, true), 1e-6)), blades.rate); // (samples, 1); √ has no slope at 0
  const [a, b] = split(x, 2, 1) as [Tensor, Tensor];
  const [u, v] = [add(mul(cos(turn), a), mul(sin(turn), b)), sub(mul(cos(turn), b), mul(sin(turn), a))]; // bent back
  const [c, s] = [Math.cos, Math.sin].map((f) => tensor1d([0, 1, 2].map((k) => f((2 * Math.PI * k) / 3)))) as [
    Tensor,
    Tensor,
  ];
  const along = mul(sub(add(mul(u, c), mul(v, s)), blades.radius), 1 / blades.length); // (samples, 3)
  const across = mul(sub(mul(v, c), mul(u, s)), 1 / blades.width);
  return neg(logSumExp(mul(add(square(along), square(across)), -0.5), 1));
}
const logZ = Math.log(3 * 2 * Math.PI * blades.length * blades.width);

/** Learns from the energy, without a point of data; `beta` weighs it. */
function learn(beta: ReturnType<typeof linear> | number, steps: number) {
  const objective = reverseKl(density, energy, { samples: batch, beta });
  return train(minimize(objective, optimizer(2e-3, steps)), { data: nothing(), steps, key: key(6) });
}
function* nothing() {
  for (;;) yield {};
}
const moves = quick ? 10 : 1_200;
// E_q[log q − log p] never asks where q does not draw, so a blade may be left out. A weight that rises from next to nothing lets q
// spread before it settles; on the five narrower blades of `pinwheel()` even so it lost some, as log Z told.
await using annealed = learn(linear(0.05, 1, 0.6 * moves), moves);
await using sudden = learn(1, moves);
for (const blind of [annealed, sudden]) for await (const _ of blind);
const learnt = {
  'learnt from draws': params,
  'learnt from the energy': annealed.state.params,
  'the same in full from the start': sudden.state.params,
};
for (const [name, params] of Object.entries(learnt).slice(1)) await report(name, params);
console.log(`\n${count} draws weighed by e^−energy / q; log Z is ${logZ.toFixed(3)}`);
for (const [name, params] of Object.entries(learnt)) {
  using weighed = owned(importanceSample(density, params, energy, { key: key(7), samples: count }));
  const [size, z] = [await weighed.effectiveSampleSize.data(), await weighed.logNormalizer.data()];
  console.log(`  ${name.padEnd(34)} worth ${size[0]!.toFixed(0)} draws of p, log Z ${z[0]!.toFixed(3)}`);
}
await picture('17-from-energy.svg', annealed.state.params);
// #endregion energy
