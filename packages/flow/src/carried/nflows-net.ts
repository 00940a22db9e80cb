import { type Layer, split } from '@genai/core';
import type { DenseParams } from '@genai/nn';
import { scope } from '@genai/tensor';
import { add, split as cut, mul, sigmoid, type Tensor } from '@tensorflow/tfjs-core';
import { carriedLayer, carriedParams } from './carried-layer.js';
import type { HostLinear } from './state-dict.js';

/** The layers of a net of nflows. */
export type NflowsNet<T> = {
  readonly initial: T;
  /** What a masked net adds of the context behind the first layer. */
  readonly context?: T;
  readonly blocks: readonly NflowsBlock<T>[];
  readonly final: T;
};

export type NflowsBlock<T> = {
  readonly first: T;
  /** Of residual blocks; those without are one layer. */
  readonly second?: T;
  readonly context?: T;
};

/** How these nets see a context: `gates` of each block, or `adds` to what they see first and within each block (masked nets). */
export type NflowsContext = 'gates' | 'adds';

/**
 * The nets of neural spline flows, (batch, …, features + context) → (batch, …, outputs): blocks that act before each of their two
 * layers.
 *
 * @source Durkan et al. 2019, "Neural spline flows", appendix B.1; He et al. 2016, "Identity mappings in deep residual networks".
 */
export function nflowsNet(
  host: NflowsNet<HostLinear>,
  size: number,
  sees: NflowsContext,
  activation: (x: Tensor) => Tensor,
): Layer<Tensor, NflowsNet<DenseParams>> {
  const net = mapNet(host, carriedLayer);
  const residual = host.blocks.every(({ second }) => second);
  const apply = (p: NflowsNet<DenseParams>, x: Tensor): Tensor => {
    const axis = x.rank - 1;
    const [features, context] = size > 0 ? cut(x, [x.shape[axis]! - size, size], axis) : [x];
    let h = net.initial.apply(p.initial, sees === 'adds' ? features! : x); // (batch, …, units)
    if (net.context && context) h = add(h, activation(net.context.apply(p.context!, context)));
    if (!residual) h = activation(h);
    for (const [i, block] of net.blocks.entries()) {
      const own = p.blocks[i]!;
      const seen = block.context && context && block.context.apply(own.context!, context);
      if (!block.second) {
        h = activation(block.first.apply(own.first, h));
        continue;
      }
      const inner = block.first.apply(own.first, activation(h));
      const moved = block.second.apply(own.second!, activation(seen && sees === 'adds' ? add(inner, seen) : inner));
      h = add(h, seen && sees === 'gates' ? mul(moved, sigmoid(seen)) : moved);
    }
    return net.final.apply(p.final, h);
  };
  return {
    init: (key) => {
      let next = key;
      return scope(() =>
        mapNet(net, (layer) => {
          const [own, rest] = split(next);
          next = rest!;
          return layer.init(own!);
        }),
      );
    },
    apply: (params, x) => scope(() => apply(params, x)),
  };
}

/** Its weights as tensors. */
export function nflowsNetParams(host: NflowsNet<HostLinear>): NflowsNet<DenseParams> {
  return mapNet(host, carriedParams);
}

function mapNet<T, U>({ initial, context, blocks, final }: NflowsNet<T>, f: (layer: T) => U): NflowsNet<U> {
  return {
    initial: f(initial),
    ...(context && { context: f(context) }),
    blocks: blocks.map(({ first, second, context }) => ({
      first: f(first),
      ...(second && { second: f(second) }),
      ...(context && { context: f(context) }),
    })),
    final: f(final),
  };
}
