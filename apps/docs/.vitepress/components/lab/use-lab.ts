/**
 * The page's side of a laboratory. The worker is made by `serveLab` (lab/common/serve-lab.ts); a component is then
 *
 *     <script setup lang="ts">
 *     import type { job } from '../../lab/flow.worker.js';
 *     const lab = useLab<typeof job>({
 *       name: 'flow',                                                      // as given to serveLab
 *       worker: () => new Worker(new URL('../../lab/flow.worker.ts', import.meta.url), { type: 'module' }),
 *       options: () => ({ density: density.value }),                       // read at each start
 *       restore: (options) => { density.value = options.density; },        // after a checkpoint was opened
 *       axis: 'nats', series: [{ label: 'loss', of: (m) => m.loss }],      // the chart's
 *       look: async (call) => paint(await call('samples', 500)),           // pictures: every `lookEvery` ms while it trains
 *     });
 *     </script>
 *     <template><LabFrame :lab="lab" label="Live training of a flow">
 *       <template #controls> more controls, beside the engine </template>
 *       pictures
 *     </LabFrame></template>
 *
 * `lab.call(name, …)` asks a handler of the worker at any other time (rejects while nothing is loaded), `lab.look()` repaints now.
 * LabFrame has the buttons, the engine, the seed, the curve, time and memory, save and open. For more parameters in the address:
 * `useUrlParameter`. Elements with data-test: state, engine, device, step, metric-LABEL, milliseconds, memory, captured, failure.
 *
 * While it trains, and when the tab goes out of sight, the run is kept in the browser; a page opened anew offers to go on from there.
 */
import type { WorkerRun } from '@genai/train';
import { trainIn } from '@genai/train';
import { markRaw, onBeforeUnmount, reactive } from 'vue';
import type { Engine } from '../../../lab/common/engine.js';
import type { LabInfo, LabInput } from '../../../lab/common/serve-lab.js';
import { Curves } from './curves.js';
import { download } from './download.js';
import {
  type AnyLabJob,
  type Call,
  ENGINES,
  type LabConfig,
  type LabHandle,
  type MetricsOf,
  type OptionsOf,
} from './lab-handle.js';
import { Looks } from './looks.js';
import { useKeptRun } from './use-kept-run.js';
import { useUrlParameter } from './use-url-parameter.js';
import { wasmFiles } from './wasm-files.js';

/** A laboratory: its worker, and all that the page shows of it. */
export function useLab<J extends AnyLabJob>(config: LabConfig<J>): LabHandle<J> {
  const { name, series } = config;
  const seed = useUrlParameter<string>('seed', '0', (value) => /^\d{1,9}$/.test(value));
  const chosen = useUrlParameter<Engine>('engine', 'auto', (value) => ENGINES.includes(value as Engine));

  let run: WorkerRun<J> | undefined;
  /** Steps that may still be made before it pauses. */
  let budget = Number.POSITIVE_INFINITY;
  let goOn: () => void = () => {};
  /** The run waits until it may go on. */
  let waiting = false;
  let frame: number | undefined;
  const looks = new Looks(lookNow, config.lookEvery ?? 500);
  const keptRun = useKeptRun(
    name,
    async () => run!.call('keep' as never, ...([] as never)),
    () => (lab.state === 'running' || lab.state === 'paused') && lab.step > 0,
  );
  const curves = new Curves(series.length);
  const now = { step: 0, milliseconds: Number.NaN, latest: [] as number[] };

  const lab = reactive({
    state: 'idle' as LabHandle['state'],
    resting: false,
    chosen,
    seed,
    engine: '',
    device: '',
    captured: false,
    step: 0,
    milliseconds: Number.NaN,
    bytes: 0,
    failure: '',
    notice: '',
    kept: keptRun.kept,
    keptStep: keptRun.keptStep,
    axis: config.axis,
    labels: series.map(({ label }) => label),
    latest: series.map(() => Number.NaN),
    points: markRaw(curves.points),
    drawn: 0,
    start: () => begin(),
    toggle,
    oneStep,
    reset,
    beginAnew,
    takeEngine,
    look,
    call: ((handler: string, ...args: never[]) =>
      run
        ? run.call(handler as never, ...(args as never))
        : Promise.reject(new Error('Nothing is loaded.'))) as unknown as Call<J>,
    saveFile,
    openFile: async (file: Blob) => reopen(new Uint8Array(await file.arrayBuffer())),
    keep: () => told(() => keptRun.keep().then(() => 'Kept in this browser.')),
    openKept: () => reopen('kept'),
    goOnFromKept: () => reopen('kept', Number.POSITIVE_INFINITY),
  });

  onBeforeUnmount(() => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    void run?.[Symbol.asyncDispose]?.();
    run = undefined;
  });

  /** `after`: how many steps follow at once on what is opened. */
  function begin(open?: LabInput<unknown>['open'], after = 0): void {
    if (run) return;
    clear();
    lab.state = 'loading';
    const input = {
      engine: chosen.value,
      wasm: wasmFiles(),
      seed: Number(seed.value) || 0,
      options: config.options(),
      open,
    };
    // One move at a time: what the page shows is what the worker has.
    run = trainIn<J>(config.worker, { input: input as never, window: 1, checkpointEvery: { seconds: 10 } });
    void follow(run, open === undefined ? undefined : after);
  }

  async function follow(mine: WorkerRun<J>, opened: number | undefined): Promise<void> {
    try {
      const info = await askInfo(mine);
      if (run !== mine) return;
      if (opened !== undefined) {
        seed.value = String(info.seed);
        config.restore?.(info.options as OptionsOf<J>);
        now.step = info.step;
        budget = opened;
      }
      keptRun.begin();
      lab.state = budget > 0 ? 'running' : 'paused';
      await look();
      if (!mayGoOn()) await permitted();
      for await (const { step, metrics } of mine) {
        if (run !== mine) return;
        record(step, metrics as MetricsOf<J>);
        budget--;
        keptRun.keepIfDue();
        if (budget <= 0 || (config.until && step >= config.until())) {
          budget = 0;
          lab.state = 'paused';
          await looks.underWay; // of a move before this
          await look();
          if (run !== mine) return;
          if (!mayGoOn()) await permitted(); // it may have been permitted during the look
        } else if (looks.isDue) void look();
      }
    } catch (error) {
      if (run !== mine) return;
      await reset();
      lab.failure = messageOf(error);
    }
  }

  /** Others set the budget while this waits, which the compiler cannot see. */
  function mayGoOn(): boolean {
    return budget > 0;
  }

  function permitted(): Promise<void> {
    waiting = true;
    lab.resting = looks.underWay === undefined;
    return new Promise((resolve) => {
      goOn = () => {
        waiting = lab.resting = false;
        resolve();
      };
    });
  }

  function toggle(): void {
    if (lab.state === 'idle') {
      budget = Number.POSITIVE_INFINITY;
      begin();
    } else if (lab.state === 'running') {
      budget = 0; // the loop stops after the move that is under way
      lab.state = 'paused';
    } else if (lab.state === 'paused') {
      budget = Number.POSITIVE_INFINITY;
      lab.state = 'running';
      goOn();
    }
  }

  function oneStep(): void {
    if (lab.state === 'idle') {
      budget = 1;
      begin();
    } else if (lab.state === 'paused') {
      budget = 1;
      goOn();
    }
  }

  async function reset(): Promise<void> {
    const old = run;
    run = undefined;
    goOn();
    lab.state = 'idle';
    clear();
    await old?.[Symbol.asyncDispose]?.();
  }

  /** For options that a run cannot change. */
  async function beginAnew(): Promise<void> {
    const going = lab.state === 'running' || lab.state === 'loading';
    await reset();
    if (going) toggle();
  }

  async function reopen(open: NonNullable<LabInput<unknown>['open']>, after = 0): Promise<void> {
    await reset();
    begin(open, after);
  }

  async function takeEngine(): Promise<void> {
    const mine = run;
    if (!mine) return;
    lab.failure = '';
    lab.resting = false;
    try {
      await mine.call('engine' as never, ...([chosen.value] as never));
    } catch (error) {
      if (run !== mine) return;
      lab.failure = messageOf(error);
      chosen.value = lab.engine as Engine; // the one in use stays
    }
    if (run === mine) await look();
  }

  function look(): Promise<void> {
    lab.resting = false;
    return looks.look().finally(() => {
      lab.resting = waiting && looks.underWay === undefined;
    });
  }

  /** Asks for the pictures, and what there is to tell. */
  async function lookNow(): Promise<void> {
    const mine = run;
    if (!mine) return;
    try {
      await Promise.all([askInfo(mine), config.look?.(lab.call as Call<J>)]);
    } catch (error) {
      if (run === mine) lab.failure = messageOf(error);
    }
  }

  async function askInfo(mine: WorkerRun<J>): Promise<LabInfo<unknown>> {
    const info = (await mine.call('info' as never, ...([] as never))) as LabInfo<unknown>;
    if (run === mine) {
      lab.engine = info.engine.name;
      lab.device = info.engine.device;
      lab.captured = info.captured;
      lab.bytes = info.bytes;
      if (now.step === 0 || lab.state === 'loading') lab.step = info.step;
    }
    return info;
  }

  async function saveFile(): Promise<void> {
    await told(async () => {
      const bytes = (await run!.call('save' as never, ...([] as never))) as Uint8Array;
      const file = `${name}-${lab.step}.safetensors`;
      download(file, 'application/octet-stream', bytes);
      return `Saved ${file}.`;
    });
  }

  async function told(work: () => Promise<string>): Promise<void> {
    if (!run) return;
    lab.failure = '';
    try {
      lab.notice = await work();
    } catch (error) {
      lab.failure = messageOf(error);
    }
  }

  function record(step: number, metrics: MetricsOf<J>): void {
    const { milliseconds } = metrics as unknown as { readonly milliseconds: number };
    const values = series.map(({ of }) => of(metrics));
    now.milliseconds =
      Number.isNaN(now.milliseconds) || step < 4 ? milliseconds : 0.9 * now.milliseconds + 0.1 * milliseconds;
    now.step = step;
    now.latest = values;
    curves.add(step, values);
    frame ??= requestAnimationFrame(showNow); // once a frame, however fast the steps come
  }

  function showNow(): void {
    frame = undefined;
    if (!run) return;
    Object.assign(lab, now);
    lab.drawn++;
  }

  function clear(): void {
    Object.assign(now, { step: 0, milliseconds: Number.NaN, latest: [] });
    curves.clear();
    looks.forget();
    const none = { engine: '', device: '', captured: false, bytes: 0, failure: '', notice: '' };
    Object.assign(lab, now, none, { latest: series.map(() => Number.NaN) });
    lab.drawn++;
  }

  return lab as unknown as LabHandle<J>;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
