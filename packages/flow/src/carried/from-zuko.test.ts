import { expect, test } from 'vitest';
import { carriedGoldens, expectCarried, stateOf } from '../../test/carried-goldens.js';
import { fixedSteps } from '../ode/integrate.js';
import { rungeKutta4 } from '../ode/methods.js';
import { fromZuko } from './from-zuko.js';
import type { StateEntry } from './state-dict.js';

const solver = fixedSteps({ method: rungeKutta4, steps: 24 });
/** Written by golden/zuko-state.py. */
const goldens = carriedGoldens('zuko-state.json');
expectCarried(
  goldens,
  (state, options) => fromZuko(state, { ...(options as { readonly context: number }), solver }),
  (name) => (name.startsWith('CNF') ? 1e-4 : 1e-5),
);

const [plain, conditional] = goldens.map(stateOf) as [Map<string, StateEntry>, Map<string, StateEntry>];

test('errors: what is not known is named, and nothing is left over', () => {
  const changed = (state: ReadonlyMap<string, StateEntry>, from: string, to: string): Map<string, StateEntry> =>
    new Map([...state].map(([name, entry]) => [name.replace(from, to), entry]));
  expect(() => fromZuko(changed(plain, 'base.loc', 'base.lower'))).toThrow(/there is no "base\.loc"/);
  expect(() => fromZuko(changed(plain, 'hyper.4', 'hyper.3'))).toThrow(/has layers at 0, 2, 3, expected 0, 2, 4/);
  expect(() => fromZuko(changed(plain, 's.0.order', 's.0.adjacency'))).toThrow(/neither an order nor a mask/);
  expect(() => fromZuko(changed(plain, 's.0.hyper', 's.0.other'))).toThrow(
    /"transform\.transforms\.0\.hyper" has no layers/,
  );
  expect(() => fromZuko(new Map([...plain, ['extra', { dtype: 'F32', shape: [], data: [1] }]]))).toThrow(
    /uses "extra"/,
  );
  const flat = new Map([...plain, ['base.scale', { dtype: 'F32', shape: [4], data: [1, 1, 0, 1] }]]);
  expect(() => fromZuko(flat)).toThrow(/"base\.scale" must hold numbers above 0/);
  const gap = new Map([...plain].filter(([name]) => !name.startsWith('transform.transforms.1.')));
  expect(() => fromZuko(gap)).toThrow(/"transform\.transforms\.1" has no weights/);
  expect(() => fromZuko(conditional)).toThrow(/Pass \{ context: 2 \}/);
  expect(() => fromZuko(plain, { context: 1 })).toThrow(/none of its maps sees a context/);
});
