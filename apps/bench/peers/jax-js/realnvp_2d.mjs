/** RealNVP on two moons: 8 affine couplings, scale bounded by tanh, halves swapped after each, batch 512; Adam 1e-3. */
import { apply, batchSize, cycle, keys, linear, nn, np, random, train } from './harness.mjs';

const drawn = keys(0);
const mlp = () => [linear(drawn, 1, 64), linear(drawn, 64, 64), linear(drawn, 64, 2)];
const params = Array.from({ length: 8 }, mlp);
const next = cycle(Array.from({ length: 20 }, () => twoMoons(batchSize(512))));

/** Two interlocked half circles with noise of deviation 0.1. */
function twoMoons(count) {
  const uniform = () => random.uniform(drawn.next().value, [count]);
  const angle = uniform().mul(Math.PI);
  const isUpper = uniform().less(0.5);
  const x = np.where(isUpper.ref, np.cos(angle.ref), np.cos(angle.ref).mul(-1).add(1));
  const y = np.where(isUpper, np.sin(angle.ref), np.sin(angle).mul(-1).add(0.5));
  return np.stack([x, y], 1).add(random.normal(drawn.next().value, [count, 2]).mul(0.1));
}

function loss(params, points, key) {
  key.dispose();
  let [a, b] = np.split(points, 2, 1);
  let logDet;
  for (const [first, second, third] of params) {
    const hidden = nn.relu(apply(second, nn.relu(apply(first, a.ref))));
    const [raw, shift] = np.split(apply(third, hidden), 2, 1);
    const logScale = np.tanh(raw);
    [a, b] = [b.mul(np.exp(logScale.ref)).add(shift), a];
    logDet = logDet ? logDet.add(logScale) : logScale;
  }
  return np
    .square(a)
    .add(np.square(b))
    .mul(0.5)
    .sub(logDet)
    .mean()
    .add(Math.log(2 * Math.PI));
}

train({ params, loss, next, warmup: 20 });
