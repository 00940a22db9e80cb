import { leaves, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose, type Numbers } from '@genai/testing/expect-close';
import { square, sum, type Tensor, type TensorLike, tensor, transpose } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../../golden/causal.json' with { type: 'json' };
import type { SequenceNet } from '../sequence-net.js';
import { causalConv } from './causal-conv.js';
import { temporalConvNet } from './temporal-conv-net.js';
import { waveNet } from './wave-net.js';

// The values in golden/ are PyTorch's; golden/causal.py makes them.

test.each(golden.conv)('parity: causalConv with nn.Conv1d behind zeros, kernel $kernel, dilation $dilation', (c) => {
  const net = causalConv(2, 3, { kernel: c.kernel, dilation: c.dilation });
  scope(() => {
    // (outputs, inputs, kernel) → (kernel, inputs, outputs)
    const params = { weight: transpose(tensor(c.params.weight), [2, 1, 0]), bias: tensor(c.params.bias) };
    const run = (p: typeof params, x: Tensor): Tensor => net.run(p, x, net.start(p, 2)).output;
    expectClose(run(params, tensor(c.x)), c.y, { absolute: 1e-5 });
    const { grad } = valueAndGrad((p) => ({ loss: sum(square(run(p.params, p.x))) }), { params, x: tensor(c.x) });
    expectClose(transpose(grad.params.weight, [2, 1, 0]), c.gradients.weight, { absolute: 1e-5, relative: 1e-4 });
    expectClose(grad.params.bias, c.gradients.bias, { absolute: 1e-5, relative: 1e-4 });
    expectClose(grad.x, c.atX, { absolute: 1e-5, relative: 1e-4 });
  });
});

test('parity: waveNet with its equations in PyTorch, outputs and gradients', () => {
  expectParity(waveNet({ inputs: 3, width: 4, skip: 5, outputs: 2, blocks: 2, layers: 2 }), golden.waveNet);
});

test('parity: temporalConvNet with its blocks in PyTorch, outputs and gradients', () => {
  expectParity(temporalConvNet({ inputs: 3, channels: [4, 4, 5], kernel: 3 }), golden.temporalConvNet);
});

/** A tree of numbers in the form of parameters. */
type Host = TensorLike | readonly Host[] | { readonly [name: string]: Host };

function expectParity<P extends Tree<Tensor>, S>(
  net: SequenceNet<P, S>,
  want: { readonly params: unknown; readonly x: TensorLike; readonly y: Numbers; readonly gradients: unknown },
): void {
  scope(() => {
    const params = onEngine(want.params as Host) as P;
    const run = (p: P): Tensor => net.run(p, tensor(want.x), net.start(p, 2)).output;
    expectClose(run(params), want.y, { absolute: 1e-5 });
    const { grad } = valueAndGrad((p) => ({ loss: sum(square(run(p))) }), params);
    const wanted = new Map(leaves<Tensor>(onEngine(want.gradients as Host)));
    const got = leaves<Tensor>(grad);
    expect(got).toHaveLength(wanted.size);
    for (const [path, leaf] of got) expectClose(leaf, wanted.get(path)!, { absolute: 1e-4, relative: 1e-4 });
  });
}

/** An array of numbers is a tensor, one of objects an array of trees. */
function onEngine(host: Host): Tree<Tensor> {
  if (!Array.isArray(host)) {
    return Object.fromEntries(Object.entries(host).map(([name, part]) => [name, onEngine(part as Host)]));
  }
  const isTensor = !host.flat(Number.POSITIVE_INFINITY).some((entry) => typeof entry === 'object');
  return isTensor ? tensor(host as TensorLike) : host.map(onEngine);
}
