import { readFileSync } from 'node:fs';
import { disposeTree } from '@genai/core';
import { truncatedNormal } from '@genai/nn';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { grad, mul, slice, sum, type Tensor, tensor, transpose, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { bidirectional } from '../encoder/bidirectional.js';
import { gpt2 } from '../index.js';
import { type BlockParams, block, type PartNorms } from '../model/block.js';
import { fullConfig } from '../transformer-config.js';

type State = { readonly [name: string]: number[] | number[][] };

// golden/layers.py
const golden = JSON.parse(readFileSync(new URL('../../golden/layers.json', import.meta.url), 'utf8'));
const WIDTH = 8;
const small = truncatedNormal(0.02);

test.each(['pre', 'post'] as const)('goldens: the decoder layer of PyTorch, norms %s', (placement) => {
  const { state, y, slope } = golden[`decoder, ${placement}`];
  const made = scope(() => {
    const layer = block(config(placement), 0, { into: small, out: small }, { memoryWidth: WIDTH });
    const params = paramsOf(state, placement, { self: 'norm1', cross: 'norm2', forward: 'norm3' });
    const of = (memory: Tensor): Tensor => {
      const remembered = { ...layer.remember!(params, memory), mask: tensor(golden.mask) };
      return layer.apply(params, tensor(golden.x), { cache: none(), memory: remembered }).output;
    };
    const memory = tensor(golden.memory);
    const slopes = grad((m) => sum(mul(of(m), tensor(golden.weights))))(memory);
    return { y: of(memory), slopes };
  });
  expectClose(made.y, flat(y), { absolute: 1e-5 });
  expectClose(made.slopes, flat(slope), { absolute: 1e-4 });
  expect(flat(slope).slice(-16)).toEqual(Array(16).fill(0)); // what is masked
  disposeTree(made);
});

test.each(['pre', 'post'] as const)('goldens: the encoder layer of PyTorch, norms %s', (placement) => {
  const { state, y, slope } = golden[`encoder, ${placement}`];
  const made = scope(() => {
    const layer = block(config(placement), 0, { into: small, out: small }, { attend: bidirectional });
    const params = paramsOf(state, placement, { self: 'norm1', forward: 'norm2' });
    const of = (x: Tensor): Tensor => layer.apply(params, x, { cache: none(), mask: tensor(golden.mask) }).output;
    const memory = tensor(golden.memory);
    const slopes = grad((m) => sum(mul(slice(of(m), [0, 0, 0], [2, 3, WIDTH]), tensor(golden.weights))))(memory);
    return { y: slice(of(memory), [0, 0, 0], [2, 3, WIDTH]), slopes };
  });
  const first = (y as number[][][]).map((row) => row.slice(0, 3)); // the others are masked in one row
  expectClose(made.y, flat(first), { absolute: 1e-5 });
  expectClose(made.slopes, flat(slope), { absolute: 1e-4 });
  disposeTree(made);
});

const config = (placement: 'pre' | 'post') =>
  fullConfig(
    gpt2({ vocabulary: 2, width: WIDTH, heads: 2, layers: 1, context: 8, hidden: 12, placement, activation: 'gelu' }),
  );
const none = () => ({ keys: zeros([2, 0, WIDTH]), values: zeros([2, 0, WIDTH]) });
const flat = (x: unknown): number[] => (x as number[][][]).flat(2);

function paramsOf(
  state: State,
  placement: 'pre' | 'post',
  names: { readonly self: string; readonly cross?: string; readonly forward: string },
): BlockParams {
  const map = (weight: Tensor, bias: Tensor) => ({ weight: transpose(weight), bias });
  const named = (name: string) => map(tensor(state[`${name}.weight`]!), tensor(state[`${name}.bias`]!));
  const norms = (name: string): PartNorms => {
    const norm = { scale: tensor(state[`${name}.weight`]!), shift: tensor(state[`${name}.bias`]!) };
    return placement === 'pre' ? { before: norm } : { after: norm };
  };
  const ofInput = (name: string, from: number, to: number) =>
    map(
      tensor(state[`${name}.in_proj_weight`]!.slice(from * WIDTH, to * WIDTH) as number[][]),
      tensor(state[`${name}.in_proj_bias`]!.slice(from * WIDTH, to * WIDTH) as number[]),
    );
  return {
    attention: { qkv: ofInput('self_attn', 0, 3), output: named('self_attn.out_proj') },
    attentionNorms: norms(names.self),
    ...(names.cross && {
      cross: {
        query: ofInput('multihead_attn', 0, 1),
        memory: ofInput('multihead_attn', 1, 3),
        output: named('multihead_attn.out_proj'),
      },
      crossNorms: norms(names.cross),
    }),
    feedForward: { up: named('linear1'), down: named('linear2') },
    feedForwardNorms: norms(names.forward),
  };
}
