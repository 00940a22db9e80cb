import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { key } from '@genai/core';
import {
  gridSearch,
  NotFiniteError,
  randomSearch,
  type Strategy,
  successiveHalving,
  sweep as sweeping,
  type Trial,
  type TrialResult,
} from '@genai/train';
import type { Io } from '../io.js';
import { FAMILIES } from '../model/families.js';
import { preset } from '../model/presets.js';
import { suggest } from '../nearest.js';
import type { Outcome } from '../outcome.js';
import { number } from '../progress.js';
import { metricWords } from '../report/metric-words.js';
import { keptTrials } from '../sweep/kept-trials.js';
import { nested, readSpace, type Settings } from '../sweep/read-space.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';
import { evaluation } from './eval.js';
import { train } from './train.js';

export interface SweepCommandOptions {
  readonly model: string;
  readonly data: string;
  readonly space: string;
  readonly out: string;
  readonly strategy: string;
  readonly trials: number;
  readonly points: number;
  readonly steps: number;
  readonly metric?: string;
  readonly download?: boolean;
  readonly seed: number;
  readonly backend: string;
  readonly json?: boolean;
}

/** `genai sweep`: trains a preset with many settings, measures each, and goes on where it was interrupted. */
export async function sweep(options: SweepCommandOptions, io: Io): Promise<Outcome> {
  const { model, data, out, seed, steps, backend, download = false } = options;
  const metric = metricOf(model, options.metric);
  const sign = metricWords(metric, '').better === 'higher' ? -1 : 1;
  const { space, given } = await readSpace(options.space, io.cwd);
  const strategy = strategyOf(options);
  const folder = resolve(io.cwd, out);
  await mkdir(folder, { recursive: true });
  const { strategy: kind, trials, points } = options;
  const search = { model, data, metric, seed, strategy: kind, trials, points, steps, space: given };
  const kept = await keptTrials(folder, out, search);
  const quiet: Io = { ...io, stdout: SILENT, stderr: SILENT };

  const run = async ({ id, settings, steps }: Trial<Settings>): Promise<number> => {
    const own = join(folder, `trial-${id}`);
    const config = `${own}.config.json`;
    await writeAtomically(config, `${JSON.stringify(nested(settings), null, 2)}\n`);
    try {
      const made = await train(
        { model, data, out: own, config, steps, seed, backend, download, resume: true, saveSeconds: 30 },
        quiet,
      );
      if (made.stopped) io.signal.throwIfAborted();
    } catch (error) {
      if (error instanceof NotFiniteError) return Number.POSITIVE_INFINITY;
      throw error;
    }
    const measured = await evaluation(
      { folder: own, data, download, metrics: metric, samples: 64, batch: 100, seed, backend },
      quiet,
    );
    const score = sign * measured.metrics![metric]!;
    return Number.isFinite(score) ? score : Number.POSITIVE_INFINITY;
  };

  const results: TrialResult<Settings>[] = [];
  try {
    for await (const result of sweeping({
      space,
      strategy,
      run,
      key: key(seed),
      known: kept.known,
      signal: io.signal,
    })) {
      results.push(result);
      await kept.add(result);
      io.stderr.write(`${lineOf(result, metric, sign)}\n`);
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
    return { stopped: true, details: { trials: results.length } };
  }
  const longest = Math.max(...results.map(({ steps }) => steps));
  const [best] = results.filter(({ steps }) => steps === longest).sort((a, b) => a.score - b.score);
  if (!best || !Number.isFinite(best.score))
    throw new UsageError('no trial gave a finite score. Search a smaller space.');
  const bestFolder = join(out, `trial-${best.id}`);
  if (!options.json) io.stdout.write(`best: ${lineOf(best, metric, sign)}, in ${bestFolder}\n`);
  return {
    steps: results.reduce((total, { steps }) => total + steps, 0),
    metrics: { [metric]: sign * best.score },
    files: [join(out, 'sweep.json'), join(bestFolder, 'model.safetensors')],
    details: { trials: results.length, best: best.settings },
  };
}

const STRATEGIES = ['random', 'grid', 'halving'];
const SILENT = { write: () => undefined };

function metricOf(model: string, asked: string | undefined): string {
  const { family } = preset(model);
  const { metrics: first, more } = FAMILIES.find(({ name }) => name === family)!;
  if (asked === undefined) return first[0]!;
  const metrics = [...first, ...more].filter((name) => metricWords(name, '').better !== undefined);
  if (!metrics.includes(asked))
    throw new UsageError(`unknown metric "${asked}" of ${model}. ${suggest(asked, metrics)}`);
  return asked;
}

function strategyOf({ strategy, trials, points, steps }: SweepCommandOptions): Strategy {
  if (!STRATEGIES.includes(strategy)) {
    throw new UsageError(`unknown strategy "${strategy}". ${suggest(strategy, STRATEGIES)}`);
  }
  if (strategy === 'grid') return gridSearch({ points, steps });
  return strategy === 'random' ? randomSearch({ trials, steps }) : successiveHalving({ trials, steps });
}

function lineOf({ id, settings, steps, score }: TrialResult<Settings>, metric: string, sign: number): string {
  const shown = Object.entries(settings).map(
    ([place, value]) => `${place} ${typeof value === 'number' ? number(value) : JSON.stringify(value)}`,
  );
  const value = Number.isFinite(score) ? number(sign * score) : 'not finite';
  return `trial ${id}, ${steps} steps: ${metric} ${value} (${shown.join(', ')})`;
}
