import { onBeforeUnmount, onMounted, type Ref, ref } from 'vue';
import { keptStepOf } from './kept-step.js';

/** The run of a laboratory that is kept in this browser. */
export interface KeptRun {
  /** Whether there is one, and the step at which it stands where that is known. */
  readonly kept: Ref<boolean>;
  readonly keptStep: Ref<number | undefined>;
  /** Keeps the run of now. */
  readonly keep: () => Promise<void>;
  /** Another run begins. */
  readonly begin: () => void;
  /** Keeps it if the last time was long ago. What fails is not told: private windows have no such place. */
  readonly keepIfDue: () => void;
}

/** Milliseconds between two writes. */
const EVERY = 10_000;
/** The first is written sooner: who opens a page to look is soon gone. */
const FIRST = 4_000;

/** What is kept of the laboratory `name`: `write` keeps the run, which is also done when the tab goes out of sight and it `isWorthIt`. */
export function useKeptRun(name: string, write: () => Promise<unknown>, isWorthIt: () => boolean): KeptRun {
  const kept = ref(false);
  const keptStep = ref<number>();
  let writtenAt = 0;
  /** Writes take at most a tenth of the time, however large the model. */
  let cost = 0;

  onMounted(async () => {
    document.addEventListener('visibilitychange', keepWhenHidden);
    keptStep.value = await keptStepOf(name);
    kept.value = keptStep.value !== undefined;
  });
  onBeforeUnmount(() => document.removeEventListener('visibilitychange', keepWhenHidden));

  async function keep(): Promise<void> {
    const since = performance.now();
    writtenAt = since;
    await write();
    cost = performance.now() - since;
    kept.value = true;
    keptStep.value = await keptStepOf(name);
  }

  function keepSilently(): void {
    void keep().catch(() => {});
  }

  /** A tab out of sight may be stopped for good. */
  function keepWhenHidden(): void {
    if (document.hidden && isWorthIt()) keepSilently();
  }

  return {
    kept,
    keptStep,
    keep,
    begin: () => {
      writtenAt = performance.now() - EVERY + FIRST;
    },
    keepIfDue: () => {
      if (performance.now() - writtenAt > Math.max(EVERY, 9 * cost)) keepSilently();
    },
  };
}
