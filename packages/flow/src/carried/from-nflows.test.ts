import { expect, test } from 'vitest';
import { carriedGoldens, expectCarried, stateOf } from '../../test/carried-goldens.js';
import { fromNflows } from './from-nflows.js';

/** Written by golden/nflows-flows.py. */
const goldens = carriedGoldens('nflows-flows.json');
expectCarried(goldens, (state, options) => fromNflows(state, options as { readonly context: number }));

const [plain, , , , splines, conditional] = goldens.map(stateOf) as [Map<string, never>, ...Map<string, never>[]];

test('errors: what is not known is named, and nothing is left over', () => {
  const with_ = (state: Map<string, never>, name: string) =>
    new Map([...state, [name, { dtype: 'F32', shape: [1], data: [0] } as never]]);
  const without = (state: Map<string, never>, match: RegExp) =>
    new Map([...state].filter(([name]) => !match.test(name)));
  expect(() => fromNflows(with_(plain, '_embedding_net.0.weight'))).toThrow(/"_embedding_net\.0\.weight".*yourself/);
  expect(() => fromNflows(without(plain, /_transforms\.1\./))).toThrow(/"_transform\._transforms\.1" has no weights/);
  expect(() => fromNflows(without(plain, /initial_layer\.bias/))).toThrow(/there is no ".*initial_layer\.bias"/);
  expect(() => fromNflows(without(plain, /initial_layer/))).toThrow(/neither a ResidualNet nor a masked net/);
  expect(() => fromNflows(conditional!)).toThrow(/see a context of 2 features\. Pass \{ context: 2 \}/);
  expect(() => fromNflows(conditional!, { context: 3 })).toThrow(/Pass \{ context: 2 \}/);
  expect(() => fromNflows(plain, { context: 2 })).toThrow(/none of its maps sees a context/);
  expect(() => fromNflows(new Map())).toThrow(/"_transform" is not known here/);
  const half = new Map([...splines!].map(([name, entry]) => [name, { ...(entry as object), dtype: 'BF16' } as never]));
  expect(() => fromNflows(half, { bound: 3 })).toThrow(/of type BF16, expected one of F32/);
  const cut = new Map([...plain].map(([name, entry]) => [name, { ...(entry as object), data: [] } as never]));
  expect(() => fromNflows(cut)).toThrow(/has 0 elements/);
});
