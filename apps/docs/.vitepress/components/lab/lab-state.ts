import { markRaw, type Ref, reactive } from 'vue';
import type { Engine } from '../../../lab/common/engine.js';
import type { Figures } from './figures.js';
import type { AnyLabJob, LabConfig, LabHandle } from './lab-handle.js';

/** What a page shows of its laboratory: the values of `LabHandle`, to be written. */
export type LabState = { -readonly [K in Values]: LabHandle[K] };

type Values = {
  [K in keyof LabHandle]: LabHandle[K] extends (...args: never[]) => unknown ? never : K;
}[keyof LabHandle];

interface Kept {
  readonly kept: Ref<boolean>;
  readonly keptStep: Ref<number | undefined>;
}

/** What is shown before anything is loaded; refs that are given stand in it. */
export function labState<J extends AnyLabJob>(
  { axis, series }: LabConfig<J>,
  given: Kept & { readonly chosen: Ref<Engine>; readonly seed: Ref<string>; readonly figures: Figures },
): LabState {
  const { chosen, seed, kept, keptStep, figures } = given;
  return reactive({
    state: 'idle' as const,
    resting: false,
    chosen,
    seed,
    ...NOTHING,
    ...figures.now,
    kept,
    keptStep,
    axis,
    labels: series.map(({ label }) => label),
    points: markRaw(figures.points),
    drawn: 0,
  });
}

/** Another run is loaded, of which nothing is known yet. */
export function clearState(lab: LabState, figures: Figures): void {
  figures.clear();
  Object.assign(lab, figures.now, NOTHING);
  lab.drawn++;
}

const NOTHING = { engine: '', device: '', captured: false, bytes: 0, failure: '', notice: '' };
