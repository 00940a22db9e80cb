import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { convolutions, pools } from './engine-cases/convolutions.js';
import { broadcasts, choices, elementwise } from './engine-cases/elementwise.js';
import { indices, places } from './engine-cases/places.js';
import { products } from './engine-cases/products.js';
import { reductions } from './engine-cases/reductions.js';
import type { HostTensor } from './engine-host.js';

/** One use of an operation of TensorFlow.js. */
export type EngineCase = {
  readonly family: string;
  readonly name: string;
  readonly inputs: readonly HostTensor[];
  readonly run: (...inputs: Tensor[]) => Tensor;
  /** Which column of the tolerance table holds it. */
  readonly kind: 'elementwise' | 'trigonometry' | 'sums';
  /** Whether its gradient is part of the case. */
  readonly gradient: boolean;
  /** The same on the host in float64; the cpu engine is the reference of what has none. */
  readonly host?: (...inputs: number[][]) => number[];
};

/** Every operation family that training needs, forwards and, where there is one, backwards. */
export function engineCases(): EngineCase[] {
  return [
    ...elementwise(),
    ...broadcasts(),
    ...choices(),
    ...reductions(),
    ...products(),
    ...convolutions(),
    ...pools(),
    ...places(),
    ...indices(),
  ];
}

/** The inputs of a case on the engine that is current. */
export function tensorsOf({ inputs }: Pick<EngineCase, 'inputs'>): Tensor[] {
  return inputs.map(({ values, shape, dtype }) => tensor(values, [...shape], dtype));
}
