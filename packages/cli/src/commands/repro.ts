import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { engineLabel, nativeHint, startEngine } from '../engine.js';
import type { Io } from '../io.js';
import { suggest } from '../nearest.js';
import type { Outcome } from '../outcome.js';
import { duration, number, progress } from '../progress.js';
import type { Finding } from '../repro/protocol.js';
import { PROTOCOLS } from '../repro/protocols.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';

export interface ReproCommandOptions {
  readonly name?: string;
  readonly out: string;
  readonly seed: number;
  readonly limit?: number;
  readonly data?: string;
  readonly download?: boolean;
  readonly backend: string;
  readonly json?: boolean;
}

/** `genai repro`: runs a published protocol, going on where it stopped, and prints ours beside theirs. */
export async function repro(options: ReproCommandOptions, io: Io): Promise<Outcome> {
  const { name, out, seed, limit, data } = options;
  if (name === undefined) {
    if (!options.json) for (const { name, about } of PROTOCOLS) io.stdout.write(`${name.padEnd(24)}${about}\n`);
    return { details: { protocols: PROTOCOLS.map(({ name, about }) => ({ name, about })) } };
  }
  const protocol = PROTOCOLS.find((known) => known.name === name);
  if (!protocol) {
    const names = PROTOCOLS.map(({ name }) => name);
    throw new UsageError(`unknown protocol "${name}". ${suggest(name, names)}`);
  }
  const label = join(out, `${name}-seed${seed}${limit === undefined ? '' : `-limit${limit}`}`);
  const folder = resolve(io.cwd, label);
  await mkdir(folder, { recursive: true });
  const started = await startEngine(options.backend);
  const engine = engineLabel(started);
  const bar = progress(io.stderr);
  bar.note(`${name}, seed ${seed}, engine ${engine}; Ctrl-C stops, and the same command goes on from there`);
  const hint = await nativeHint(started);
  if (hint) bar.note(hint);
  const began = performance.now();
  const { cwd, signal } = io;
  const context = { seed, folder, cwd, data, limit, download: options.download ?? false, bar, signal };
  const { findings, protocol: text, steps, stopped } = await protocol.run(context);
  if (stopped) return { steps, stopped, details: { engine } };
  const milliseconds = performance.now() - began;
  const file = join(label, 'result.json');
  const result = { name, seed, engine, protocol: text, findings, minutes: Math.round(milliseconds / 6_000) / 10 };
  await writeAtomically(resolve(io.cwd, file), `${JSON.stringify(result, null, 2)}\n`);
  if (!options.json) {
    for (const finding of findings) io.stdout.write(`${line(finding)}\n`);
    io.stdout.write(`${text}\nseed ${seed}, ${duration(milliseconds)} in this process, ${engine}: ${file}\n`);
  }
  const metrics = Object.fromEntries(findings.map(({ what, metric, ours }) => [`${what}: ${metric}`, ours]));
  return { steps, metrics, files: [file], details: { engine, findings, protocol: text } };
}

function line({ what, metric, unit, ours, standardError, published, source }: Finding): string {
  const error = standardError === undefined ? '' : ` ± ${number(standardError)}`;
  const theirs = published === null ? 'no published figure' : `published ${published}`;
  const first = published === null ? Number.NaN : Number.parseFloat(published);
  const difference = Number.isFinite(first) ? `, difference ${ours >= first ? '+' : ''}${number(ours - first)}` : '';
  return `${what}\n  ${metric}: ${number(ours)}${error}${unit && ` ${unit}`}; ${theirs}${difference}${source === null ? '' : ` (${source})`}`;
}
