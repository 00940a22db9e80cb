import { type Ref, ref, watch } from 'vue';
import { type Density, PRESETS, type Preset } from '../../../lab/common/density.js';
import { useUrlParameter } from './use-url-parameter.js';

/** A density as a worker can be sent it. */
export function plainDensity(density: Density): Density {
  return density.kind === 'drawn' ? { kind: 'drawn', points: [...density.points] } : { kind: density.kind };
}

/** The density that a laboratory learns; a preset stands in the page's address. */
export function useDensity(fallback: Preset): Ref<Density> {
  const density = ref<Density>({ kind: fallback });
  const name = useUrlParameter<Density['kind']>('density', fallback, (value) => PRESETS.includes(value as Preset));
  watch(name, (kind) => {
    if (kind !== 'drawn' && density.value.kind !== kind) density.value = { kind };
  });
  watch(density, ({ kind }) => {
    name.value = kind;
  });
  return density;
}
