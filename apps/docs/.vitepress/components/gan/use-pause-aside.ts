import { onActivated, onDeactivated, watch } from 'vue';
import type { LabHandle } from '../lab/lab-handle.js';

/** A laboratory behind another tab does not train: it pauses, and goes on when asked to. */
export function usePauseAside(lab: Pick<LabHandle, 'state' | 'toggle'>): void {
  let aside = false;
  const pause = (): void => {
    if (aside && lab.state === 'running') lab.toggle();
  };
  onDeactivated(() => {
    aside = true;
    pause();
  });
  onActivated(() => {
    aside = false;
  });
  watch(() => lab.state, pause); // it may have been loading
}
