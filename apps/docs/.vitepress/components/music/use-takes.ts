/** What the model made at several times of its training, to be compared by ear. */
import { computed, reactive, ref, shallowRef } from 'vue';
import type { Score } from '../../../lab/music/score.js';

export interface Take {
  /** After so many steps of training. */
  readonly step: number;
  readonly score: Score;
}

export interface TakesHandle {
  readonly kept: readonly Take[];
  /** The one that is looked at; undefined: always the last one. */
  readonly chosen: number | undefined;
  /** What is shown. */
  readonly take: Take | undefined;
  readonly add: (take: Take) => void;
  readonly choose: (index: number | undefined) => void;
  readonly clear: () => void;
}

/** One is kept whenever the training is three times as old. */
const GROWTH = 3;
const MOST = 9;

export function useTakes(): TakesHandle {
  const kept = shallowRef<readonly Take[]>([]);
  const chosen = ref<number>();
  const last = shallowRef<Take>();
  const take = computed(() => (chosen.value === undefined ? last.value : kept.value[chosen.value]));
  return reactive({
    kept,
    chosen,
    take,
    add: (made: Take) => {
      last.value = made;
      const before = kept.value.at(-1)?.step;
      if (before !== undefined && made.step < Math.max(8, GROWTH * before)) return;
      if (kept.value.length < MOST) kept.value = [...kept.value, made];
    },
    choose: (index: number | undefined) => {
      chosen.value = index;
    },
    clear: () => {
      kept.value = [];
      chosen.value = last.value = undefined;
    },
  }) as TakesHandle;
}
