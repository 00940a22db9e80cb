import { readFileSync } from 'node:fs';
import { disposeTree } from '@genai/core';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import type { CarriedConditionalFlow, CarriedFlow } from '../src/carried/carried-flow.js';
import type { StateDict, StateEntry } from '../src/carried/state-dict.js';

/** A flow of another library: its weights, and what it makes with them. */
export interface CarriedGolden {
  readonly name: string;
  readonly options: { readonly context?: number };
  readonly state: { readonly [name: string]: StateEntry };
  readonly x: number[][];
  readonly z: number[][];
  readonly context?: number[][];
  readonly logProb: number[];
  readonly drawn: number[][];
}

/** Those of a file of the folder `golden`. */
export function carriedGoldens(file: string): readonly CarriedGolden[] {
  return JSON.parse(readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8')) as readonly CarriedGolden[];
}

/** Its weights as a reader of safetensors gives them. */
export function stateOf({ state }: CarriedGolden): Map<string, StateEntry> {
  return new Map(Object.entries(state));
}

/** That a flow scores and draws as there, and is a model like any other. */
export function expectCarried(
  goldens: readonly CarriedGolden[],
  carry: (state: StateDict, options: CarriedGolden['options']) => CarriedFlow | CarriedConditionalFlow,
  tolerance: (name: string) => number = () => 1e-5,
): void {
  const at = (golden: CarriedGolden) => {
    const carried = carry(stateOf(golden), golden.options) as CarriedConditionalFlow;
    return { ...carried, context: () => golden.context && tensor2d(golden.context) };
  };
  describe('goldens: its log-densities and draws', () => {
    test.each(goldens.map((golden) => [golden.name, golden] as const))('%s', (name, golden) => {
      const within = { absolute: tolerance(name), relative: tolerance(name) };
      const { flow, params, context } = at(golden);
      scope(() => {
        const given = context();
        const made = given ? flow.at(given) : (flow as unknown as CarriedFlow['flow']);
        expectClose(made.given(params).logProb(tensor2d(golden.x)), golden.logProb, within);
        expectClose(made.inverse(params, tensor2d(golden.z)).x, golden.drawn, within);
        return [];
      });
      disposeTree(params);
    });
  });
  for (const golden of goldens) {
    modelLaws(golden.name, () => {
      const { flow, params, context } = at(golden);
      disposeTree(params);
      return { model: flow, context: context as () => Tensor, data: () => tensor2d(golden.x) };
    });
  }
}
