/**
 * The model of the home page: begins by itself when the page is painted, learns only while its figure is on the screen and the tab is
 * shown, and rests when it has made its steps. Whoever prefers less motion, or saves data, is asked first.
 */
import type { WorkerRun } from '@genai/train';
import { markRaw, onBeforeUnmount, onMounted, type Ref, reactive } from 'vue';
import type { HomeLook, job } from '../../../lab/home.worker.js';

/** 'waiting' for a click; 'resting' out of sight; 'paused' by a click. */
export type LiveState = 'waiting' | 'loading' | 'learning' | 'resting' | 'paused' | 'done' | 'failed';

export interface LiveDigits {
  readonly state: LiveState;
  readonly step: number;
  /** The negative ELBO, averaged a little: nats. */
  readonly loss: number;
  readonly milliseconds: number;
  readonly engine: string;
  readonly look: HomeLook | undefined;
  /** Steps and losses so far, for the curve. */
  readonly curve: readonly (readonly [step: number, loss: number])[];
  readonly failure: string;
  /** Starts, pauses, goes on, or begins anew. */
  readonly press: () => void;
}

/** It rests after so many steps. */
export const STEPS = 3_000;
/** Milliseconds between two looks at the pictures and figures. */
const SHOW_EVERY = 120;
/** A point of the curve stands for so many steps. */
const STRIDE = 20;

/** The run of the figure in `box`. */
export function useLiveDigits(box: Ref<HTMLElement | undefined>): LiveDigits {
  const live = reactive({
    state: 'waiting' as LiveState,
    step: 0,
    loss: Number.NaN,
    milliseconds: Number.NaN,
    engine: '',
    look: undefined as HomeLook | undefined,
    curve: [] as [number, number][],
    failure: '',
    press,
  });
  let run: WorkerRun<typeof job> | undefined;
  let seed = 0;
  let wanted = false;
  let near = false;
  let gone = false; // the page was left
  let wake: () => void = () => {};
  let observer: IntersectionObserver | undefined;

  onMounted(async () => {
    observer = new IntersectionObserver(([entry]) => {
      near = entry!.isIntersecting;
      wake();
    });
    observer.observe(box.value!);
    document.addEventListener('visibilitychange', changed);
    await painted();
    if (!wanted && !asksFirst()) start();
  });
  onBeforeUnmount(() => {
    gone = true;
    observer?.disconnect();
    document.removeEventListener('visibilitychange', changed);
    wake();
    void run?.[Symbol.asyncDispose]();
    run = undefined;
  });

  function changed(): void {
    wake();
  }

  function press(): void {
    wanted = !wanted;
    if (live.state === 'done' || live.state === 'failed' || live.state === 'waiting') start();
    else wake();
  }

  function start(): void {
    wanted = true;
    if (!gone) void learn().catch(fail);
  }

  function fail(error: unknown): void {
    if (gone) return;
    live.state = 'failed';
    live.failure = error instanceof Error ? error.message : String(error);
    wanted = false;
  }

  async function learn(): Promise<void> {
    live.state = 'loading';
    live.failure = '';
    await allowed('loading');
    const { liveRun } = await import('./live-run.js'); // nothing of it comes with the page
    const old = run;
    run = undefined;
    await old?.[Symbol.asyncDispose]();
    if (gone) return;
    const mine = await liveRun(seed++, STEPS);
    if (gone) return void mine[Symbol.asyncDispose]();
    run = mine;
    live.engine = (await mine.call('engine')).name;
    const points: [step: number, loss: number][] = [];
    const show = async (now: Partial<LiveDigits>): Promise<void> => {
      const look = await mine.call('look');
      const { step = 0, loss = Number.NaN, milliseconds = Number.NaN } = now;
      Object.assign(live, { step, loss, milliseconds, look: markRaw(look), curve: markRaw([...points]) });
    };
    await show({});
    await allowed('learning');
    const now = { step: 0, loss: Number.NaN, milliseconds: Number.NaN, sum: 0 };
    let shownAt = performance.now();
    let since = shownAt;
    for await (const { step, metrics } of mine) {
      // The first steps are not like the rest: they are recorded, to be replayed.
      if (step > 4) now.milliseconds = mix(now.milliseconds, performance.now() - since, 0.05);
      now.loss = mix(now.loss, metrics.loss, step < 20 ? 0.5 : 0.1);
      now.step = step;
      if (step === 1) points.push([1, metrics.loss]);
      now.sum += metrics.loss;
      if (step % STRIDE === 0) {
        points.push([step, now.sum / STRIDE]);
        now.sum = 0;
      }
      if (performance.now() - shownAt > SHOW_EVERY) {
        await show(now);
        shownAt = performance.now();
      }
      await allowed('learning', () => show(now));
      if (gone) return;
      since = performance.now();
    }
    if (gone) return;
    await show(now);
    live.state = 'done';
    wanted = false;
  }

  /** Waits while the reader wants it to stand still, or cannot see it. The worker makes no moves meanwhile: none is asked for. */
  async function allowed(then: LiveState, before = async (): Promise<void> => {}): Promise<void> {
    if (stands()) {
      await before();
      while (!gone && stands()) {
        live.state = wanted ? 'resting' : 'paused';
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    live.state = then;
  }

  function stands(): boolean {
    return !(wanted && near && !document.hidden);
  }

  return live;
}

function mix(old: number, value: number, share: number): number {
  return Number.isNaN(old) ? value : old + share * (value - old);
}

/** Fulfilled when the browser has shown the page and has nothing urgent to do; not while the tab is hidden. */
async function painted(): Promise<void> {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  await new Promise<unknown>((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(resolve, { timeout: 500 });
    else setTimeout(resolve, 50);
  });
}

function asksFirst(): boolean {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
  return matchMedia('(prefers-reduced-motion: reduce)').matches || connection?.saveData === true;
}
