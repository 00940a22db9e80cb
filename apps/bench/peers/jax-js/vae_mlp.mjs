/** Dense VAE 784-400-20-400-784: ReLU, cross-entropy and KL divergence summed over the batch; Adam 1e-3, batch 128. */
import { apply, batchSize, cycle, keys, linear, nn, np, random, train } from './harness.mjs';

const drawn = keys(0);
const params = {
  hidden: linear(drawn, 784, 400),
  mean: linear(drawn, 400, 20),
  logVariance: linear(drawn, 400, 20),
  widen: linear(drawn, 20, 400),
  logits: linear(drawn, 400, 784),
};
const pixels = () =>
  random
    .uniform(drawn.next().value, [batchSize(128), 784])
    .less(0.2)
    .astype(np.float32);
const next = cycle(Array.from({ length: 10 }, pixels));

function loss(params, x, key) {
  const hidden = nn.relu(apply(params.hidden, x.ref));
  const mean = apply(params.mean, hidden.ref);
  const logVariance = apply(params.logVariance, hidden);
  const noise = random.normal(key, mean.shape);
  const z = mean.ref.add(noise.mul(np.exp(logVariance.ref.mul(0.5))));
  const logits = apply(params.logits, nn.relu(apply(params.widen, z)));
  // −log p(x) = log(1 + e^logits) − logits · x, in the form that does not overflow
  const softplus = nn.relu(logits.ref).add(np.log1p(np.exp(np.abs(logits.ref).neg())));
  const surprise = softplus.sub(logits.mul(x)).sum();
  const kl = logVariance.ref.add(1).sub(np.square(mean)).sub(np.exp(logVariance)).sum().mul(-0.5);
  return surprise.add(kl);
}

train({ params, loss, next, warmup: 20 });
