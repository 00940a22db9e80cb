import { resolve } from 'node:path';
import { key } from '@genai/core';
import type { Io } from '../io.js';
import { ballot } from '../judge/ballot.js';
import { type JudgeServer, judgeServer } from '../judge/judge-server.js';
import { type JudgedSystem, readSystem } from '../judge/read-system.js';
import { showingsOf } from '../judge/showings.js';
import { openVoteFile } from '../judge/vote-file.js';
import { standing } from '../judge/vote-record.js';
import type { Outcome } from '../outcome.js';
import { UsageError } from '../usage-error.js';

export interface JudgeCommandOptions {
  /** `NAME=FOLDER` of each system. */
  readonly sets: readonly string[];
  /** The file of votes. */
  readonly out?: string;
  /** One output at a time, 1 to 5, instead of pairs. */
  readonly rate?: boolean;
  /** Votes wanted of each rater: unless given all, but no more than a hundred of each pair of systems. */
  readonly votes?: number;
  /** How many raters shall judge the same before the next is begun. */
  readonly overlap: number;
  /** Turns to the pair of systems whose order is least certain. */
  readonly active?: boolean;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** `genai judge`: a page on which people say, blind, which outputs they prefer, until Ctrl-C. */
export async function judge(options: JudgeCommandOptions, io: Io): Promise<Outcome> {
  const { sets, out, rate = false, votes, overlap, active = false, host, port, seed } = options;
  if (out === undefined) throw new UsageError("required option '--out <file>' not specified");
  const systems = await Promise.all(sets.map((spec) => readSystem(spec, io.cwd)));
  const mode = rate ? 'rate' : 'pairs';
  const { all, matched } = showingsOf(systems, mode, key(seed));
  await using file = await openVoteFile(resolve(io.cwd, out), out);
  const before = standing(file.records).length;
  for (const note of notes(systems, matched, file.torn)) io.stderr.write(`${note}\n`);
  await file.append({ kind: 'session', mode, seed, systems: systems.map(({ name }) => name), time: now() });

  const groups = rate ? systems.length : (systems.length * (systems.length - 1)) / 2;
  const enough = votes ?? MOST * groups;
  const judged = ballot({ mode, showings: all, file, seed, enough, overlap, active });
  const server = await listening(() =>
    judgeServer(judged, { host, port, log: (line) => void io.stderr.write(`${line}\n`) }),
  );
  io.stderr.write(`${server.url}/?rater=NAME, ${all.length} to judge, ${before} votes so far; Ctrl-C stops\n`);
  await aborted(io.signal);
  await server.stop();
  return { files: [out], details: { url: server.url, votes: standing(file.records).length, showings: all.length } };
}

/** What a user should know before people judge. */
function notes(systems: readonly JudgedSystem[], matched: boolean, torn: number): string[] {
  const types = systems.map(({ outputs }) => [
    ...new Set(outputs.map((output) => ('type' in output ? output.type : ''))),
  ]);
  return [
    ...(torn > 0
      ? [`the last line of the votes was torn, ${torn} bytes are cut off: its vote was never confirmed`]
      : []),
    ...(matched ? [] : ['the systems have no item in common: outputs are paired at random']),
    ...(new Set(types.map(String)).size > 1
      ? ['the systems wrote files of different types, which a rater who looks closely may tell apart']
      : []),
  ];
}

async function listening(start: () => Promise<JudgeServer>): Promise<JudgeServer> {
  try {
    return await start();
  } catch (cause) {
    throw new UsageError(`cannot listen: ${(cause as Error).message}. Choose another --port or --host.`, { cause });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function now(): string {
  return new Date().toISOString();
}

/** Votes of each pair of systems after which intervals are as narrow as one rater makes them. */
const MOST = 100;
