import { expectIntegers, GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Figure } from '../figure.js';
import { wilsonInterval } from '../judgement/wilson-interval.js';

/** Numbers of classes from 0, one for each example. */
export type Labels = Tensor | ArrayLike<number>;

/** Examples with the classes that they have. */
export interface Labelled<X> {
  readonly inputs: X;
  readonly labels: Labels;
}

/** Learns to tell classes from examples, and gives what tells them: from inputs to labels. A tensor of labels is taken over. */
export type FitClassifier<X> = (samples: Labelled<X>) => Promise<(inputs: X) => Promise<Labels>>;

export interface ClassifierAccuracyOptions<X> {
  /** Of all labels. */
  readonly classes: number;
  /** {@link featureClassifier}, or the training of a net of yours on images. */
  readonly fit: FitClassifier<X>;
  /** How often the interval of the accuracy, if it is asked for, shall hold that of all real data: 0.95, say. */
  readonly level?: number;
}

/** What {@link classifierAccuracyScore} found. */
export interface ClassifierAccuracy {
  /** The share of real examples whose class was found, from 0 to 1. */
  readonly accuracy: Figure;
  /** The same of each class: a low one is a class that the model draws badly or not at all. NaN for one without real examples. */
  readonly perClass: Float64Array;
}

/**
 * How well a classifier that has seen nothing but samples tells real data apart: a conditional model that draws every class well gets
 * the accuracy that training on real data gives.
 *
 * `samples` are drawn from the model with the labels that it was given, `test` are held-out real examples. Only numbers of the same
 * `fit`, the same `test` and as many samples compare; measure training data in the place of samples beside it.
 *
 * @example
 * const { accuracy } = await classifierAccuracyScore(
 *   { inputs: features.extract(drawn), labels: conditions },
 *   { inputs: features.extract(held.image), labels: held.label },
 *   { classes: 10, fit: featureClassifier({ classes: 10 }) },
 * );
 * @throws GenaiError if a label is no class, there are no real examples, or `fit` gives another number of labels than examples.
 * @source Ravuri and Vinyals 2019, "Classification accuracy score for conditional generative models", section 3.
 */
export async function classifierAccuracyScore<X>(
  samples: Labelled<X>,
  test: Labelled<X>,
  { classes, fit: learn, level }: ClassifierAccuracyOptions<X>,
): Promise<ClassifierAccuracy> {
  const where = 'classifierAccuracyScore';
  const truth = await labelsOf(`${where}: of the test`, test.labels, classes);
  const drawn = await labelsOf(`${where}: of the samples`, samples.labels, classes);
  const classify = await learn({ inputs: samples.inputs, labels: drawn });
  const guesses = await taken(`${where}: of the classifier`, await classify(test.inputs), classes);
  if (guesses.length !== truth.length) {
    throw new GenaiError(`${where}: the classifier gave ${guesses.length} labels for ${truth.length} examples.`);
  }
  const [right, count] = [new Float64Array(classes), new Float64Array(classes)];
  for (const [i, label] of truth.entries()) {
    count[label]!++;
    if (guesses[i] === label) right[label]!++;
  }
  const total = right.reduce((sum, n) => sum + n, 0);
  const interval = level === undefined ? {} : { interval: wilsonInterval(total, truth.length, level) };
  return {
    accuracy: { value: total / truth.length, better: 'higher', ...interval },
    perClass: right.map((n, label) => n / count[label]!),
  };
}

/** The same as {@link labelsOf}; a tensor of labels is disposed. */
async function taken(where: string, labels: Labels, classes: number): Promise<Int32Array> {
  try {
    return await labelsOf(where, labels, classes);
  } finally {
    if ('dataId' in labels) (labels as Tensor).dispose();
  }
}

/** @throws GenaiError unless there is a label, and each is an integer from 0 to `classes` − 1. */
export async function labelsOf(where: string, labels: Labels, classes: number): Promise<Int32Array> {
  expectIntegers(where, { classes });
  const values = 'dataId' in labels ? await (labels as Tensor).data() : (labels as ArrayLike<number>);
  if (values.length === 0) throw new GenaiError(`${where}: got no labels, expected at least one.`);
  return Int32Array.from(values, (label, i) => {
    if (Number.isInteger(label) && label >= 0 && label < classes) return label;
    throw new GenaiError(`${where}: label ${i} is ${label}, expected an integer from 0 to ${classes - 1}.`);
  });
}
