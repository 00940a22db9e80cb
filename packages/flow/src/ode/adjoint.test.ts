import { GenaiError, key, leaves } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, mul, scalar, square, sub, sum, type Tensor, tanh, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { continuousFlow } from '../continuous/continuous-flow.js';
import { hutchinson } from '../continuous/trace.js';
import { flow } from '../flow.js';
import { nll } from '../nll.js';
import { adjoint } from './adjoint.js';
import type { Solver } from './field.js';
import { fixedSteps } from './integrate.js';
import { adaptiveSteps } from './integrate-adaptively.js';
import { dormandPrince } from './methods.js';

// Two animals: a tree as state, and rates as parameters.
type Animals = { hares: Tensor; lynxes: Tensor };
type Rates = { growth: Tensor; catch: Tensor };
const field = (t: number, { hares, lynxes }: Animals, rates: Rates): Animals => {
  const met = mul(hares, lynxes);
  return {
    hares: sub(mul(rates.growth, hares), mul(rates.catch, met)),
    lynxes: sub(mul(met, 0.5), mul(lynxes, 1 + 0.1 * t)),
  };
};
const given = () => ({
  y: { hares: tensor1d([1, 2]), lynxes: tensor1d([0.5, 1.5]) },
  rates: { growth: scalar(1.1), catch: scalar(0.7) },
});
const lossBy = (solver: Solver) => (p: ReturnType<typeof given>) => {
  const end = solver(field, p.y, { from: 0, to: 2 }, p.rates);
  return { loss: sum(square(sub(end.hares, mul(end.lynxes, 2)))) };
};

describe.each([
  ['fixed steps', fixedSteps({ method: dormandPrince, steps: 20 })],
  ['adaptive steps', adaptiveSteps({ absolute: 1e-6, relative: 1e-6 })],
])('parity: adjoint by %s', (_name, solver) => {
  test('with differentiating the steps, and with PyTorch in float64', () => {
    using p = owned(given());
    using steps = owned(valueAndGrad(lossBy(solver), { ...p }));
    using back = owned(valueAndGrad(lossBy(adjoint(solver)), { ...p }));
    expectClose(back.values.loss, steps.values.loss);
    const [a, b] = [back.grad, steps.grad].map((grad) => leaves<Tensor>(grad).map(([, leaf]) => leaf));
    expectClose(a!, b!, { absolute: 1e-3, relative: 1e-4 });
    expectClose(back.values.loss, LOSS, { relative: 1e-4 });
    expectClose(a!, GRADIENT, { absolute: 1e-3, relative: 1e-4 });
  });
});

test('parity: a continuous flow learns by it what it learns by its steps, exact and estimated, in a context', () => {
  const steps = fixedSteps({ method: dormandPrince, steps: 10 });
  for (const trace of [undefined, hutchinson()]) {
    const lossOf = (solver: Solver) =>
      nll(
        flow({
          transforms: [
            continuousFlow({
              features: 2,
              time: (t) => [t],
              net: (inputs, outputs) => mlp([inputs, 6, outputs], { activation: tanh }),
              solver,
              ...(trace && { trace }),
            }),
          ],
          base: standardNormal(2),
        }),
      );
    const [plain, back] = [lossOf(steps), lossOf(adjoint(steps))] as const;
    using p = owned(scope(() => ({ params: plain.init(key(1)), x: normalNoise(key(2), [4, 2]) })));
    const at = (objective: typeof plain) =>
      valueAndGrad((q: { params: typeof p.params; x: Tensor }) => objective.loss(q.params, q.x, key(3), scalar(0)), {
        ...p,
      });
    using a = owned(scope(() => at(back)));
    using b = owned(scope(() => at(plain)));
    expectClose(a.values.loss, b.values.loss);
    const [got, want] = [a.grad, b.grad].map((grad) => leaves<Tensor>(grad).map(([, leaf]) => leaf));
    expectClose(got!, want!, { absolute: 1e-4, relative: 1e-3 });
  }
});

test('costs: what is held between the two passes does not grow with the steps', () => {
  using p = owned(given());
  const held = (solver: Solver): number => {
    let most = 0;
    using _ = owned(
      valueAndGrad(
        (q: ReturnType<typeof given>) => {
          const result = lossBy(solver)(q);
          most = memory().numTensors;
          return result;
        },
        { ...p },
      ),
    );
    return most;
  };
  const steps = [5, 40].map((count) => fixedSteps({ method: dormandPrince, steps: count }));
  const [few, many] = steps.map((solver) => held(adjoint(solver)));
  expect(many).toBe(few);
  expect(held(steps[1]!)).toBeGreaterThan(2 * held(steps[0]!));
});

test('errors: a second derivative is refused', () => {
  using p = owned(given());
  const penalty = (q: ReturnType<typeof given>) => {
    const { grad } = valueAndGrad(lossBy(adjoint(fixedSteps({ method: dormandPrince, steps: 2 }))), q);
    return { loss: sum(square(grad.rates.growth)) };
  };
  const run = () => valueAndGrad(penalty, { ...p });
  expect(run).toThrow(GenaiError);
  expect(run).toThrow('adjoint: has no second derivative');
});

/*
import torch; torch.set_default_dtype(torch.float64)
y = [torch.tensor([1., 2.], requires_grad=True), torch.tensor([.5, 1.5], requires_grad=True)]
g, c = torch.tensor(1.1, requires_grad=True), torch.tensor(.7, requires_grad=True)
f = lambda t, h, l: (g * h - c * h * l, .5 * h * l - (1 + .1 * t) * l)
h, l, n = *y, 2000; d = 2 / n
for i in range(n):
    t = i * d
    a = f(t, h, l); b = f(t + d / 2, h + d / 2 * a[0], l + d / 2 * a[1])
    e = f(t + d / 2, h + d / 2 * b[0], l + d / 2 * b[1]); k = f(t + d, h + d * e[0], l + d * e[1])
    h, l = (x + d / 6 * (p + 2 * q + 2 * r + s) for x, p, q, r, s in zip((h, l), a, b, e, k))
loss = ((h - 2 * l) ** 2).sum(); print(loss.item(), [v.tolist() for v in torch.autograd.grad(loss, [*y, g, c])])
*/
const LOSS = 12.856226945799024;
const GRADIENT = [
  [-2.679471366326507, 1.6971797549900496],
  [-35.7863764269727, 0.28980235713056024],
  27.68439143846266,
  -15.24112492166151,
];
