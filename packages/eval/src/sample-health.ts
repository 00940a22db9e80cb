import { frechetDistance } from './frechet-distance.js';
import { kindsReached } from './kinds-reached.js';
import { neighboursOf } from './nearest-neighbours.js';
import { type Points, type Rows, rowsOf } from './points.js';
import { type PrecisionRecall, precisionRecall } from './precision-recall.js';

/**
 * What a look at samples says, the worst first: `collapsed`, much alike or at few places of the data; `copying`, as good as training
 * data again; `apart`, not like the data; `losing`, without some of the data's kinds; `healthy`.
 */
export type Verdict = 'collapsed' | 'copying' | 'apart' | 'losing' | 'healthy';

/** How samples stand beside data. */
export interface SampleHealth extends PrecisionRecall {
  readonly verdict: Verdict;
  /** One sentence that says why, with the number that decided. */
  readonly why: string;
  /** The median distance from a sample to the nearest other, over that of the data. About 1 is healthy, 0 is a single sample. */
  readonly variety: number;
  /** The share of the data's kinds, groups of near examples, that samples come near a fifth as often as the data, at least. */
  readonly reached: number;
  /** The share of samples that lie nearer to the data than a tenth of the data's own median distance. */
  readonly copies: number;
  /** The Fréchet distance of the features. */
  readonly frechet: number;
}

export interface SampleHealthOptions {
  /** The ball of a point reaches to that many'th neighbour; 5 unless given. */
  readonly neighbours?: number;
}

/**
 * Whether a generator is well, from features of real data and of its samples, both (count, width): to be asked now and then while an
 * adversarial model trains.
 *
 * Pass as many of each, some hundreds at least, and data that the generator learns from: only of those can it make copies. The bounds
 * behind the verdict are coarse on purpose; all numbers come with it.
 *
 * @example
 * const { verdict, why } = await sampleHealth(realFeatures, fakeFeatures);
 * if (verdict === 'collapsed') throw new Error(why); // 'collapsed: samples come near only 0.12 of …'
 * @throws GenaiError unless both are matrices of finite numbers, of one width, with more rows than `neighbours`.
 * @source Kinds: after Richardson and Weiss 2018, "On GANs and GMMs", section 3 (bins of the data that samples fill); coverage: Naeem et al. 2020,
 * "Reliable fidelity and diversity metrics for generative models".
 */
export async function sampleHealth(
  real: Points,
  fake: Points,
  { neighbours = 5 }: SampleHealthOptions = {},
): Promise<SampleHealth> {
  const where = 'sampleHealth';
  const reals = await rowsOf(`${where}, the real`, real, neighbours + 1);
  const fakes = await rowsOf(`${where}, the fake`, fake, neighbours + 1, reals.width);
  const rates = await precisionRecall(real, fake, { neighbours });
  const spacing = median(await nearest(reals));
  const numbers = {
    ...rates,
    variety: median(await nearest(fakes)) / Math.max(spacing, TINY),
    reached: await kindsReached(reals, fakes),
    copies: shareBelow(await nearest(fakes, reals), spacing / 10),
    frechet: await frechetDistance(real, fake),
  };
  return { ...numbers, ...judged(numbers) };
}

/** The bounds, as shares of what equal distributions give. */
const COLLAPSED = { variety: 0.1, reached: 0.35 };
const COPIES = 0.5;
const APART = 0.3;
const LOSING = 0.8;

function judged(health: Omit<SampleHealth, 'verdict' | 'why'>): Pick<SampleHealth, 'verdict' | 'why'> {
  const { variety, copies, precision, coverage, reached } = health;
  const say = (verdict: Verdict, reason: string): Pick<SampleHealth, 'verdict' | 'why'> => ({
    verdict,
    why: `${verdict}: ${reason}.`,
  });
  const two = (x: number): string => x.toFixed(2);
  if (variety < COLLAPSED.variety && copies < COPIES) {
    return say('collapsed', `samples lie ${two(variety)} times as far from each other as the data do`);
  }
  if (reached < COLLAPSED.reached) {
    return say('collapsed', `samples come near only ${two(reached)} of the kinds of the data`);
  }
  if (copies >= COPIES) return say('copying', `${two(copies)} of the samples are all but equal to one of the data`);
  if (precision < APART) return say('apart', `only ${two(precision)} of the samples lie where the data do`);
  if (reached < LOSING) return say('losing', `samples come near only ${two(reached)} of the kinds of the data`);
  return say(
    'healthy',
    `precision ${two(precision)}, coverage ${two(coverage)}, kinds ${two(reached)}, variety ${two(variety)}`,
  );
}

/** The distance of each row to the nearest of `known`, or of its others. */
async function nearest(rows: Rows, known?: Rows): Promise<number[]> {
  const found = await neighboursOf(rows, known ?? rows, 1, !known);
  return found.map(({ distances }) => distances[0]!);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function shareBelow(values: readonly number[], bound: number): number {
  return values.filter((value) => value < bound).length / values.length;
}

const TINY = 1e-30;
