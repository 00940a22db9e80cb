import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type EventLog, eventFileName, eventLog } from '@genai/train';
import type { Progress } from '../progress.js';
import { UsageError } from '../usage-error.js';
import { type Live, liveServer } from './live-server.js';

/** Who is told of the steps of a run beside its log. */
export interface RunWatchers extends AsyncDisposable {
  readonly add: (step: number, metrics: { readonly [name: string]: number }) => Promise<void>;
}

export interface WatchOptions {
  /** A page that shows the run. */
  readonly live?: boolean;
  readonly port?: number;
  /** A file of events in the folder. */
  readonly tensorboard?: boolean;
}

export interface WatchedRun {
  readonly folder: string;
  readonly steps: number;
  readonly title: string;
  readonly bar: Progress;
}

/** Opens those that were asked for. */
export async function runWatchers(
  { live = false, port = 8082, tensorboard = false }: WatchOptions,
  { folder, steps, title, bar }: WatchedRun,
): Promise<RunWatchers> {
  const page = live
    ? await opened(() => liveServer({ title, steps, host: '127.0.0.1', port, log: bar.note }))
    : undefined;
  if (page) bar.note(`watch it at ${page.url}`);
  let file: FileHandle | undefined;
  let events: EventLog | undefined;
  return {
    add: async (step, metrics) => {
      page?.add({ step, metrics });
      if (!tensorboard) return;
      // With the first step, when the folder is there for certain.
      const handle = file ?? (await open(join(folder, eventFileName()), 'a'));
      file = handle;
      events ??= await eventLog((bytes) => handle.appendFile(bytes));
      await events.scalars(step, metrics);
    },
    [Symbol.asyncDispose]: async () => {
      await file?.close();
      await page?.stop();
    },
  };
}

async function opened(start: () => Promise<Live>): Promise<Live> {
  try {
    return await start();
  } catch (cause) {
    throw new UsageError(`cannot listen: ${(cause as Error).message}. Choose another --port.`, { cause });
  }
}
