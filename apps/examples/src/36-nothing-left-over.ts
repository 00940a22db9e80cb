/** Who frees a tensor: the scope that it was made in, the block that owns it, the run. And how to find one that nobody freed. */
import { useBackend } from '@genai/backend';
import { key, leaves } from '@genai/core';
import { draws, moons } from '@genai/data';
import { realNvp } from '@genai/flow';
import { normalNoise, owned, scope } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';
import { mean, memory, mul, neg, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

const steps = process.argv.includes('--quick') ? 20 : 200;
await useBackend('auto');

// #region scope
/** A function that makes tensors wraps its work in a scope: what it gives back stays, everything between is freed. */
const spread = (x: Tensor): Tensor => scope(() => mean(square(sub(x, mean(x, 0))), 0)); // (batch, n) → (n)

const before = memory().numTensors;
{
  using x = owned(normalNoise(key(0), [100, 2])); // this block owns it, and frees it when it ends, by an error too
  using y = owned(spread(x));
  console.log(`variances ${Array.from(await y.data(), (v) => v.toFixed(2)).join(', ')}`);
}
console.log(`tensors left over: ${memory().numTensors - before}`);
// #endregion scope

// #region run
const model = realNvp({ features: 2, transforms: 2, hidden: [32] });
const objective = {
  init: model.init,
  loss: (params: ReturnType<typeof model.init>, x: Tensor) => ({ loss: neg(mean(model.given(params).logProb(x))) }),
};
{
  // A run owns its state, and frees the old one with each move. Batches are their loader's, which frees each when the next one comes.
  await using run = train(minimize(objective, adam(1e-3)), {
    data: draws(moons(), { size: 128, key: key(1) }),
    ...{ steps, key: key(2) },
  });
  const counts: number[] = [];
  for await (const { step } of run) if (step % (steps / 4) === 0) counts.push(memory().numTensors);
  console.log(
    `\ntensors after quarters of a run: ${counts.join(', ')}; its parameters are ${leaves(run.state.params).length}`,
  );
  using kept = owned(scope(() => ({ drawn: model.given(run.state.params).sample(key(3), [5]) }))); // outlives the state
  console.log(`samples of shape [${kept.drawn.shape.join(', ')}]`);
}
console.log(`tensors left over: ${memory().numTensors - before}`);
// #endregion run

// #region leak
/** It forgets the square and the product. */
const forgetful = (x: Tensor): Tensor => sum(mul(square(x), 0.5));

/** How many tensors a function leaves behind beside its result. */
function leftOver(f: () => Tensor): number {
  const before = memory().numTensors;
  f().dispose();
  return memory().numTensors - before;
}
using x = owned(normalNoise(key(4), [10, 2]));
console.log(
  `\nthe forgetful function leaves ${leftOver(() => forgetful(x))}, in a scope ${leftOver(() => scope(() => forgetful(x)))}`,
);
// #endregion leak
if (leftOver(() => spread(x)) !== 0 || memory().numTensors - before !== 3) process.exitCode = 1;
