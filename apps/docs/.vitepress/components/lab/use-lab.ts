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
 * `data-alive` stands on a laboratory that has come to life.
 *
 * While it trains, and when the tab goes out of sight, the run is kept in the browser; a page opened anew offers to go on from there.
 */
import type { WorkerRun } from '@genai/train';
import { trainIn } from '@genai/train';
import { onBeforeUnmount } from 'vue';
import type { Engine } from '../../../lab/common/engine.js';
import type { LabInput } from '../../../lab/common/serve-lab.js';
import { Allowance } from './allowance.js';
import { Figures } from './figures.js';
import {
  type AnyLabJob,
  ENGINES,
  type LabConfig,
  type LabHandle,
  type MetricsOf,
  type OptionsOf,
} from './lab-handle.js';
import { labRequests, messageOf } from './lab-requests.js';
import { clearState, labState } from './lab-state.js';
import { useKeptRun } from './use-kept-run.js';
import { useUrlParameter } from './use-url-parameter.js';
import { wasmFiles } from './wasm-files.js';

/** A laboratory: its worker, and all that the page shows of it. */
export function useLab<J extends AnyLabJob>(config: LabConfig<J>): LabHandle<J> {
  const { name, series } = config;
  const seed = useUrlParameter<string>('seed', '0', (value) => /^\d{1,9}$/.test(value));
  const chosen = useUrlParameter<Engine>('engine', 'auto', (value) => ENGINES.includes(value as Engine));

  let run: WorkerRun<J> | undefined;
  const moves = new Allowance();
  const keptRun = useKeptRun(
    name,
    async () => run!.call('keep' as never, ...([] as never)),
    () => (lab.state === 'running' || lab.state === 'paused') && lab.step > 0,
  );
  const figures = new Figures(series.length, (figure) => {
    if (!run) return;
    Object.assign(lab, figure);
    lab.drawn++;
  });
  const lab = labState(config, { chosen, seed, kept: keptRun.kept, keptStep: keptRun.keptStep, figures });
  const requests = labRequests({ config, lab, figures, run: () => run, waits: () => moves.isAwaited });
  const { looks, look, info: askInfo, told } = requests;

  onBeforeUnmount(() => {
    figures.stop();
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
        figures.goOnFrom(info.step);
        moves.set(opened);
      }
      keptRun.begin();
      lab.state = moves.isSpent ? 'paused' : 'running';
      await look();
      if (moves.isSpent) await permitted();
      for await (const { step, metrics } of mine) {
        if (run !== mine) return;
        record(step, metrics as MetricsOf<J>);
        moves.spend();
        keptRun.keepIfDue();
        if (moves.isSpent || (config.until && step >= config.until())) {
          moves.set(0);
          lab.state = 'paused';
          await look();
          if (run !== mine) return;
          if (moves.isSpent) await permitted(); // it may have been permitted during the look
        } else if (looks.isDue) void look();
      }
    } catch (error) {
      if (run !== mine) return;
      await reset();
      lab.failure = messageOf(error);
    }
  }

  function permitted(): Promise<void> {
    const permission = moves.more();
    lab.resting = looks.isIdle;
    return permission;
  }

  /** So many moves: it goes on, if it stood still. */
  function permit(count: number): void {
    lab.resting = false;
    moves.set(count);
  }

  function toggle(): void {
    if (lab.state === 'idle') {
      permit(Number.POSITIVE_INFINITY);
      begin();
    } else if (lab.state === 'running') {
      permit(0);
      lab.state = 'paused';
    } else if (lab.state === 'paused') {
      lab.state = 'running';
      permit(Number.POSITIVE_INFINITY);
    }
  }

  function oneStep(): void {
    if (lab.state !== 'idle' && lab.state !== 'paused') return;
    permit(1);
    begin(); // unless it has begun
  }

  async function reset(): Promise<void> {
    const old = run;
    run = undefined;
    lab.resting = false;
    moves.wake();
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

  function record(step: number, metrics: MetricsOf<J>): void {
    const { milliseconds } = metrics as unknown as { readonly milliseconds: number };
    figures.record(
      step,
      milliseconds,
      series.map(({ of }) => of(metrics)),
    );
  }

  function clear(): void {
    clearState(lab, figures);
    looks.forget();
  }

  return Object.assign(lab, {
    start: () => begin(),
    toggle,
    oneStep,
    reset,
    beginAnew,
    look,
    call: requests.call,
    takeEngine: requests.takeEngine,
    saveFile: requests.saveFile,
    openFile: async (file: Blob) => reopen(new Uint8Array(await file.arrayBuffer())),
    keep: () => told(() => keptRun.keep().then(() => 'Kept in this browser.')),
    openKept: () => reopen('kept'),
    goOnFromKept: () => reopen('kept', Number.POSITIVE_INFINITY),
  });
}
