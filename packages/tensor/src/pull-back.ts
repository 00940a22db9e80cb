import { engine, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { mendTape } from './mend-tape.js';
import { scope } from './scope.js';

/** The gradients at `xs` of what `f` makes of them, of which `dy` comes back. Of any order: where the tape is on, this is recorded too. */
export function pullBack(f: () => Tensor, xs: Tensor[], dy: Tensor): Tensor[] {
  const { state } = engine();
  const outer = state.activeTape; // a tape that is being read would be lost to the one begun here
  const forward = (): Tensor => {
    const y = scope(f);
    mendTape();
    return y;
  };
  try {
    const { grads } = engine().gradients(forward, xs, dy, true);
    return xs.map((x, i) => grads[i] ?? zerosLike(x));
  } finally {
    state.activeTape = outer;
  }
}
