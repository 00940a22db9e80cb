import { lineChart } from '../render/line-chart.js';
import type { Trained } from './train-digits.js';

/** Points of the training curve at most: each is the mean over its share of the steps. */
const POINTS = 200;

/** The loss while training and on held-out digits, as an SVG. */
export function lossChart({ losses, heldOut }: Pick<Trained, 'losses' | 'heldOut'>): string {
  return lineChart({
    title: 'Negative ELBO, nats an image',
    x: 'step',
    y: 'nats',
    series: [
      { name: 'training (a quarter noisy)', points: smoothed(losses, POINTS) },
      { name: 'held out (clean)', points: heldOut, marks: true },
    ],
  });
}

/** Means over `count` equal shares of a series, each at the middle of its share. */
function smoothed(values: readonly number[], count: number): (readonly [step: number, value: number])[] {
  const share = Math.max(1, Math.ceil(values.length / count));
  return Array.from({ length: Math.ceil(values.length / share) }, (_, i) => {
    const part = values.slice(i * share, (i + 1) * share);
    return [i * share + (part.length + 1) / 2, part.reduce((a, b) => a + b, 0) / part.length] as const;
  });
}
