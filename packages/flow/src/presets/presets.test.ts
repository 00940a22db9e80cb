import { readFileSync } from 'node:fs';
import { key } from '@genai/core';
import { normalNoise, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Flow } from '../flow.js';
import { fixedSteps } from '../ode/integrate.js';
import { midpoint } from '../ode/methods.js';
import { cnf } from './cnf.js';
import { iaf } from './iaf.js';
import { maf } from './maf.js';
import { nice } from './nice.js';
import { nsf } from './nsf.js';
import { realNvp } from './real-nvp.js';
import type { VectorConditionalFlowParams, VectorFlowParams } from './stacked.js';

/** Written by golden/zuko-flows.py. */
type Golden = {
  readonly options: { readonly features: number; readonly context?: number; readonly transforms: number } & {
    readonly hidden_features: readonly number[];
    readonly bins?: number;
    readonly passes?: number;
  };
  readonly layers: readonly (readonly { readonly weight: number[][]; readonly bias: number[] }[])[];
  readonly x: number[][];
  readonly z: number[][];
  readonly context?: number[][];
  readonly logProb: number[];
  readonly drawn: number[][];
};

function rest({ bins, passes }: Golden['options']): { bins?: number; passes?: number } {
  return { ...(bins !== undefined && { bins }), ...(passes !== undefined && { passes }) };
}

describe('goldens: with the weights of zuko, its log-densities and draws', () => {
  const path = new URL('../../golden/zuko-flows.json', import.meta.url);
  const goldens = JSON.parse(readFileSync(path, 'utf8')) as { readonly [name: string]: Golden };
  test.each(Object.entries(goldens))('%s', (name, golden) => {
    const { options } = golden;
    const { hidden_features: hidden } = options;
    const preset = (name.startsWith('nice') ? realNvp : name.startsWith('maf') ? maf : nsf) as typeof nsf;
    scope(() => {
      const context = golden.context && tensor2d(golden.context);
      const shared = { features: options.features, transforms: options.transforms, hidden, ...rest(options) };
      const made: Flow<VectorFlowParams> = context
        ? (preset({ ...shared, context: context.shape[1]! }).at(context) as Flow<VectorConditionalFlowParams> as never)
        : preset(shared);
      const layers = golden.layers.map((layer) =>
        layer.map(({ weight, bias }) => ({ weight: tensor2d(weight), bias: tensor1d(bias) })),
      );
      const params = { transforms: layers, base: {}, embed: {} } as never;
      expectClose(made.given(params).logProb(tensor2d(golden.x)), golden.logProb, { absolute: 1e-5, relative: 1e-5 });
      expectClose(made.inverse(params, tensor2d(golden.z)).x, golden.drawn, { absolute: 1e-5, relative: 1e-5 });
      return [];
    });
  });
});

const solver = fixedSteps({ method: midpoint, steps: 3 });
const options = { features: 3, transforms: 2, hidden: [8] };
const cases = {
  nice: nice(options),
  realNvp: realNvp(options),
  maf: maf(options),
  iaf: iaf(options),
  nsf: nsf(options),
  cnf: cnf({ ...options, transforms: 1, solver }),
};
for (const [name, model] of Object.entries(cases)) {
  modelLaws(name, () => ({ model, context: () => undefined, data: () => normalNoise(key(1), [5, 3]) }));
}
const inContext = { ...options, context: 2 };
const conditional = {
  nice: nice(inContext),
  realNvp: realNvp(inContext),
  maf: maf(inContext),
  iaf: iaf(inContext),
  nsf: nsf(inContext),
  cnf: cnf({ ...inContext, transforms: 1, solver }),
};
for (const [name, model] of Object.entries(conditional)) {
  modelLaws(`${name} in a context`, () => ({
    model,
    context: () => normalNoise(key(2), [5, 2]),
    data: () => normalNoise(key(1), [5, 3]),
  }));
}

test('errors: a conditional flow without its context', () => {
  scope(() => {
    const made = nsf(inContext);
    const params = made.init(key(0));
    expect(() => made.at(normalNoise(key(1), [4, 7])).forward(params, normalNoise(key(2), [4, 3]))).toThrow(/\[4, 7\]/);
    return [];
  });
});
