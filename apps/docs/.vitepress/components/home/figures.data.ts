import results, { type Performance, type Reproduction, type StepTime } from '../../../results/results.data.js';

/** A figure of ours beside the published one. */
export interface Figure {
  readonly family: string;
  readonly what: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  readonly published: string | null;
  readonly ours: number;
}

/** What the home page says of quality and speed: picked when the site is built, so that it is what docs/results holds. */
export interface Figures {
  readonly figures: readonly Figure[];
  /** From the least to the greatest ratio over the workloads. */
  readonly native: readonly [number, number];
  readonly webAssembly: readonly [number, number];
  readonly tfjs: readonly [number, number];
  readonly workloads: number;
  readonly date: string;
}

export declare const data: Figures;

/** One a family or two, the nearest to what others published, better or worse than theirs. */
const SHOWN: readonly (readonly [what: RegExp, metric: RegExp])[] = [
  [/^VAE, 10,000 test images of MNIST/, /5,000 draws/],
  [/^stacked MNIST/, /modes found/],
  [/^moons/, /above the entropy/],
  [/^tiny-shakespeare, 2 × 256 long short-term/, /per character/],
  [/^tiny-shakespeare, nanoGPT's/, /all 1743 windows/],
];

export default {
  load: (): Figures => {
    const { reproductions, performance, measured } = results.load();
    const range = (a: keyof Performance, b: keyof Performance): [number, number] => {
      const ratios = performance.flatMap((row) => {
        const [x, y] = [row[a], row[b]] as (StepTime | undefined)[];
        return x && y ? [x.median / y.median] : [];
      });
      return [Math.min(...ratios), Math.max(...ratios)];
    };
    return {
      figures: SHOWN.map(([what, metric]) => figureOf(reproductions, what, metric)),
      native: range('native', 'torch'),
      webAssembly: range('webAssembly', 'torch'),
      tfjs: range('tfjs', 'webAssembly'),
      workloads: performance.length,
      date: measured.date,
    };
  },
};

function figureOf(rows: readonly Reproduction[], what: RegExp, metric: RegExp): Figure {
  const row = rows.find((one) => what.test(one.what) && metric.test(one.metric));
  if (!row) throw new Error(`home: docs/results has no figure for ${what} by ${metric}; choose another.`);
  const { family, unit, ours, lowerIsBetter } = row;
  const better = lowerIsBetter ? 'less' : 'more';
  return { family, what: row.what, metric: row.metric, unit, better, published: row.published, ours };
}
