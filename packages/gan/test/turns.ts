import { type Game, type Key, mapLeaves, mapTrees, type Step, split, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { add, mul, scalar, sub, type Tensor } from '@tensorflow/tfjs-core';

/** What {@link turns} carries. */
export type Table<P, N> = { params: P; memory: N; step: Tensor };

/**
 * A step in which each player of a game descends by its rate, one after another: what `compete` does with plain gradient
 * descent; families do not import `train`. A player without a rate stands still.
 */
export function turns<
  P extends { readonly [player: string]: Tree<Tensor> },
  B,
  M extends string,
  N extends Tree<Tensor>,
>(
  game: Game<Tensor, P, B, M, N>,
  rates: { readonly [player in keyof P]?: number },
): Step<Table<P, N>, B, { readonly [name in M | Extract<keyof P, string>]: Tensor }> {
  const names = Object.keys(game.players) as Extract<keyof P, string>[];
  return {
    init: (key) => scope(() => ({ params: game.init(key), memory: game.memory?.init() ?? ({} as N), step: scalar(0) })),
    run: (before, batch, key) =>
      scope(() => {
        const { step, memory } = before;
        const keys = split(key, names.length);
        let params = before.params;
        const told: { [name: string]: Tensor } = {};
        for (const [i, name] of names.entries()) {
          const { values, grad } = moved(game, name, params, batch, keys[i]!, { step, memory });
          const { loss, ...rest } = values;
          Object.assign(told, rest, { [name]: loss });
          const next = mapTrees<Tensor, Tree<Tensor>>((p, g) => sub(p, mul(g!, rates[name] ?? 0)), params[name]!, grad);
          params = { ...params, [name]: next };
        }
        const metrics = told as { readonly [name in M | Extract<keyof P, string>]: Tensor };
        const after = game.memory?.next(memory, metrics) ?? memory;
        return { state: { params, memory: after, step: add(step, 1) }, metrics };
      }),
  };
}

/** What a player tells, and the gradient of its loss at its own parameters. */
export function moved<P extends { readonly [player: string]: Tree<Tensor> }, B, M extends string, N>(
  game: Pick<Game<Tensor, P, B, M, N & Tree<Tensor>>, 'players'>,
  name: Extract<keyof P, string>,
  params: P,
  batch: B,
  key: Key,
  turn: { readonly step: Tensor; readonly memory: N & Tree<Tensor> },
): { values: { readonly loss: Tensor } & { readonly [name in M]?: Tensor }; grad: Tree<Tensor> } {
  return valueAndGrad(
    (own: Tree<Tensor>) => game.players[name]({ ...params, [name]: own }, batch, key, turn) as never,
    params[name]!,
  );
}

/** Parameters whose leaf n holds 0.9 sin(1 + 3 n + 0.7 i) at its element i, as those of the recipes in golden/. */
export function waves<P extends Tree<Tensor>>(params: P, make: (values: number[], shape: number[]) => Tensor): P {
  let leaf = 0;
  return mapLeaves<Tensor, P>(params, ({ shape, size }) => {
    const n = leaf++;
    return make(
      Array.from({ length: size }, (_, i) => 0.9 * Math.sin(1 + 3 * n + 0.7 * i)),
      shape,
    );
  });
}
