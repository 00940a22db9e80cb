import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { UsageError } from '../usage-error.js';
import type { ConfigReader } from './config-reader.js';

/**
 * The number of classes of a conditional model.
 *
 * @throws UsageError if the configuration does not say it.
 */
export function classesOf(fields: ConfigReader, classes: number | undefined): number {
  if (classes === undefined) throw new UsageError(`${fields.where} lacks data.classes, which conditional parts need.`);
  return classes;
}

/** `count` labels: 0, 1, … and again from 0. */
export function inTurn(count: number, classes: number): number[] {
  return Array.from({ length: count }, (_, i) => i % classes);
}

/**
 * Labels as the tensor that conditional models take, int32 (count).
 *
 * @throws UsageError if one is no class.
 */
export function classTensor(labels: readonly number[], classes: number): Tensor {
  expectClasses(labels, classes);
  return tensor1d(Int32Array.from(labels), 'int32');
}

/** @throws UsageError if a label is no class. */
export function expectClasses(labels: readonly number[], classes: number): void {
  const wrong = labels.find((label) => label >= classes);
  if (wrong !== undefined) {
    throw new UsageError(`--label ${wrong} is no class of this model: it has ${classes}, 0 to ${classes - 1}.`);
  }
}
