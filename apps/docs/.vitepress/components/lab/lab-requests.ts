import type { WorkerRun } from '@genai/train';
import type { Engine } from '../../../lab/common/engine.js';
import type { LabInfo } from '../../../lab/common/serve-lab.js';
import { download } from './download.js';
import type { Figures } from './figures.js';
import type { AnyLabJob, Call, LabConfig, LabHandle } from './lab-handle.js';
import type { LabState } from './lab-state.js';
import { Looks } from './looks.js';

/** What is asked of the worker beside training. What fails is told by the page. */
export interface LabRequests<J extends AnyLabJob>
  extends Pick<LabHandle<J>, 'call' | 'look' | 'takeEngine' | 'saveFile'> {
  readonly looks: Looks;
  /** What the worker has loaded. */
  readonly info: (mine: WorkerRun<J>) => Promise<LabInfo<unknown>>;
  /** Tells how some work on the run went: by what it returns, or by what it throws. */
  readonly told: (work: () => Promise<string>) => Promise<void>;
}

/** What requests are about. */
export interface Asked<J extends AnyLabJob> {
  readonly config: LabConfig<J>;
  readonly lab: LabState;
  readonly figures: Figures;
  /** The run that is loaded, if one is. */
  readonly run: () => WorkerRun<J> | undefined;
  /** Whether it waits until it may go on. */
  readonly waits: () => boolean;
}

/** Requests to the run that is loaded when they are made. */
export function labRequests<J extends AnyLabJob>({ config, lab, figures, run, waits }: Asked<J>): LabRequests<J> {
  const looks = new Looks(lookNow, config.lookEvery ?? 500);
  const call = ((handler: string, ...args: never[]) =>
    run()?.call(handler as never, ...(args as never)) ??
    Promise.reject(new Error('Nothing is loaded.'))) as unknown as Call<J>;

  function look(): Promise<void> {
    lab.resting = false;
    return looks.look().finally(() => {
      lab.resting = waits() && looks.isIdle;
    });
  }

  /** Asks for the pictures, and what there is to tell. */
  async function lookNow(): Promise<void> {
    const mine = run();
    if (!mine) return;
    figures.show();
    try {
      await Promise.all([info(mine), config.look?.(call)]);
    } catch (error) {
      if (run() === mine) lab.failure = messageOf(error);
    }
  }

  async function info(mine: WorkerRun<J>): Promise<LabInfo<unknown>> {
    const told = (await mine.call('info' as never, ...([] as never))) as LabInfo<unknown>;
    if (run() === mine) {
      lab.engine = told.engine.name;
      lab.device = told.engine.device;
      lab.captured = told.captured;
      lab.bytes = told.bytes;
      if (figures.now.step === 0 || lab.state === 'loading') lab.step = told.step;
    }
    return told;
  }

  async function takeEngine(): Promise<void> {
    const mine = run();
    if (!mine) return;
    lab.failure = '';
    lab.resting = false;
    try {
      await mine.call('engine' as never, ...([lab.chosen] as never));
    } catch (error) {
      if (run() !== mine) return;
      lab.failure = messageOf(error);
      lab.chosen = lab.engine as Engine; // the one in use stays
    }
    if (run() === mine) await look();
  }

  async function saveFile(): Promise<void> {
    await told(async () => {
      const bytes = (await run()!.call('save' as never, ...([] as never))) as Uint8Array;
      const file = `${config.name}-${lab.step}.safetensors`;
      download(file, 'application/octet-stream', bytes);
      return `Saved ${file}.`;
    });
  }

  async function told(work: () => Promise<string>): Promise<void> {
    if (!run()) return;
    lab.failure = '';
    try {
      lab.notice = await work();
    } catch (error) {
      lab.failure = messageOf(error);
    }
  }

  return { looks, call, look, info, takeEngine, saveFile, told };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
