import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GenaiError } from '@genai/core';
import { integers, logUniform, oneOf, type Range, type Space, uniform } from '@genai/train';
import { merged } from '../model/merged.js';
import { suggest } from '../nearest.js';
import { UsageError } from '../usage-error.js';

/** Settings of a trial by their places in a `--config` file: `training.learningRate`. */
export type Settings = { readonly [place: string]: unknown };

/** What is searched, and as the file says it. */
export interface ReadSpace {
  readonly space: Space<Settings>;
  readonly given: object;
}

/**
 * What is searched, from a file such as `{ "training.learningRate": { "logUniform": [0.0001, 0.01] }, "parts.width": { "oneOf": [64,
 * 128] } }`.
 */
export async function readSpace(path: string, cwd: string): Promise<ReadSpace> {
  const content = await parsed(path, cwd);
  if (!isRecord(content) || Object.keys(content).length === 0) {
    throw new UsageError(
      `${path} holds no settings, expected { "training.learningRate": { "logUniform": [0.0001, 0.01] } }.`,
    );
  }
  const ranges = Object.entries(content).map(([place, given]): [string, Range<unknown>] => {
    if (!/^(parts|training)(\.\w+)+$/.test(place)) {
      throw new UsageError(
        `${path}: "${place}" is no place in a config, expected one as training.learningRate or parts.width.`,
      );
    }
    return [place, rangeOf(`${path}: "${place}"`, given)];
  });
  return { space: Object.fromEntries(ranges), given: content };
}

/** Settings as a `--config` file holds them. */
export function nested(settings: Settings): object {
  return Object.entries(settings).reduce((config, [place, value]) => {
    const change = place.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
    return merged(config, change as object);
  }, {});
}

const RANGES = { oneOf, uniform, logUniform, integers };

function rangeOf(where: string, given: unknown): Range<unknown> {
  const [[kind, values] = ['', undefined], ...more] = isRecord(given) ? Object.entries(given) : [];
  if (!Object.hasOwn(RANGES, kind))
    throw new UsageError(`${where}: unknown range "${kind}". ${suggest(kind, Object.keys(RANGES))}`);
  if (more.length > 0) throw new UsageError(`${where} has several ranges, expected one.`);
  if (
    !Array.isArray(values) ||
    (kind !== 'oneOf' && (values.length !== 2 || !values.every((value) => typeof value === 'number')))
  ) {
    throw new UsageError(`${where}: expected ${kind === 'oneOf' ? 'a list of values' : 'two numbers, [low, high]'}.`);
  }
  try {
    return kind === 'oneOf'
      ? oneOf(values)
      : RANGES[kind as 'uniform' | 'logUniform' | 'integers'](values[0], values[1]);
  } catch (error) {
    if (!GenaiError.is(error)) throw error;
    throw new UsageError(`${where}: ${error.message}`);
  }
}

async function parsed(path: string, cwd: string): Promise<unknown> {
  let content: string;
  try {
    content = await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message.replace(/, \w+ '.*$/, '')}.`);
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}.`);
  }
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
