import { fold, GenaiError, type Key, mapLeaves, mapTrees, type Step, split, type Tree } from '@genai/core';
import { gather, scope, uniformNoise } from '@genai/tensor';
import {
  add,
  cast,
  div,
  floor,
  greater,
  greaterEqual,
  less,
  matMul,
  maximum,
  minimum,
  mul,
  oneHot,
  reshape,
  scalar,
  sub,
  sum,
  type Tensor,
  tensor1d,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { nearestCode } from './nearest-code.js';
import type { VqVae } from './vq-vae.js';

/** What {@link codeBookUpdates} adds to a state; all three are discounted sums over the updates so far. */
export type CodeBook<C extends Tree<Tensor> = Tensor> = {
  readonly codeBook: {
    /** Vectors that chose each code, (codes), for each code book. */
    readonly counts: C;
    /** The sum of those vectors, (codes, width). */
    readonly sums: C;
    /** The updates themselves, a scalar. */
    readonly updates: Tensor;
  };
};

export interface CodeBookUpdatesOptions<B> {
  /** What a sum keeps from one update to the next; 0.99 unless given. */
  readonly decay?: number;
  /** A code is dead where it is chosen less often than this share of the mean; 0.05 unless given, 0 for never. */
  readonly restart?: number;
  /** The examples in a batch, (batch, …event); the batch itself unless given. */
  readonly input?: (batch: B) => Tensor;
}

/**
 * A step that also moves the code book: each code becomes the moving average of the vectors that chose it, and a dead code
 * starts again at a vector of the batch. Whatever the step itself did to `params.codes` is dropped; use it with `vqLoss` of
 * `codeBook: 0`.
 *
 * Averages are free of bias from the start: the first batch places the whole code book. The vectors are those of the
 * parameters before the step, without dropout: the encoder is run once more. A code no vector has chosen stays.
 *
 * @example
 * const step = codeBookUpdates(minimize(vqLoss(model, { codeBook: 0 }), adam(1e-3)), model, { decay: 0.99 });
 * await using run = train(step, { data, steps: 5_000, key: key(0) });
 * @throws GenaiError unless 0 ≤ `decay` < 1 and 0 ≤ `restart` < 1.
 * @source van den Oord et al. 2017, "Neural discrete representation learning", appendix A.1, eq. 6 to 8; restarts: Dhariwal
 * et al. 2020, "Jukebox", section 3.
 */
export function codeBookUpdates<
  S extends { readonly params: { readonly codes: C } },
  M,
  C extends Tree<Tensor> = S['params']['codes'],
  B = Tensor,
>(
  step: Step<S, B, M>,
  model: Pick<VqVae<S['params'], C>, 'encode'>,
  { decay = 0.99, restart = 0.05, input = (batch) => batch as unknown as Tensor }: CodeBookUpdatesOptions<B> = {},
): Step<S & CodeBook<C>, B, M> {
  for (const [name, value] of Object.entries({ decay, restart })) {
    if (!(value >= 0 && value < 1)) {
      throw new GenaiError(`codeBookUpdates: ${name} must be at least 0 and less than 1, got ${value}.`);
    }
  }
  return {
    init: (key) =>
      scope(() => {
        const state = step.init(key);
        const { codes } = state.params;
        const counts = mapLeaves<Tensor, C>(codes, (book) => zeros([book.shape[0]!]));
        const sums = mapLeaves<Tensor, C>(codes, (book) => zerosLike(book));
        return { made: { ...state, codeBook: { counts, sums, updates: scalar(0) } } };
      }).made,
    run: (state, batch, key) =>
      scope(() => {
        const [own, rest] = split(key);
        const { codeBook, ...inner } = state;
        const next = step.run(inner as unknown as S, batch, rest);
        const updates = add(mul(codeBook.updates, decay), 1); // Σ decayᵏ
        const books: Book[] = [];
        const codes = mapTrees<Tensor, C>(
          (book, counts, sums, vectors) => {
            const options = { key: fold(own, books.length), updates, decay, restart };
            const made = moved({ book: book!, counts: counts!, sums: sums! }, vectors!, options);
            books.push(made);
            return made.book;
          },
          state.params.codes,
          codeBook.counts,
          codeBook.sums,
          model.encode(state.params, input(batch)),
        );
        const each = (name: keyof Book): C => {
          let i = 0;
          return mapLeaves<Tensor, C>(state.params.codes, () => books[i++]![name]);
        };
        return {
          state: {
            ...next.state,
            params: { ...next.state.params, codes },
            codeBook: { counts: each('counts'), sums: each('sums'), updates },
          },
          metrics: next.metrics,
        };
      }),
  };
}

type Book = { readonly book: Tensor; readonly counts: Tensor; readonly sums: Tensor };

function moved(
  { book, counts, sums }: Book,
  vectors: Tensor,
  { key, updates, decay, restart }: { key: Key; updates: Tensor; decay: number; restart: number },
): Book {
  const [codes, width] = book.shape as [number, number];
  const rows = vectors.size / width;
  const z = reshape(vectors, [rows, width]);
  const chosen = cast(oneHot(nearestCode(book, z) as Tensor<never>, codes), 'float32'); // (rows, codes)
  const used = add(mul(counts, decay), sum(chosen, 0)); // eq. 6, (codes)
  const total = add(mul(sums, decay), matMul(chosen as Tensor<never>, z as Tensor<never>, true, false)); // eq. 7, (codes, width)
  const column = (x: Tensor): Tensor => reshape(x, [codes, 1]);
  const average = div(total, column(maximum(used, TINY))); // eq. 8
  const placed = where(greater(column(used), TINY), average, book);
  if (restart === 0) return { book: placed, counts: used, sums: total };
  const usual = mul(updates, rows / codes); // what every code would have if all were chosen equally often
  const dead = less(used, mul(usual, restart)); // (codes)
  const fresh = gather(z, someRows(key, rows, codes)); // (codes, width)
  return {
    book: where(column(dead), fresh, placed),
    counts: where(dead, usual, used),
    sums: where(column(dead), mul(fresh, usual), total),
  };
}

/**
 * `count` of the numbers 0 … rows − 1, int32, each as likely as any other: one of every stretch of equal length, the first
 * of which begins anywhere. All are different where there are as many rows.
 */
function someRows(key: Key, rows: number, count: number): Tensor {
  const [start, within] = split(key);
  const stretch = Math.max(1, Math.floor(rows / count));
  const whole = (noise: Tensor, size: number): Tensor => minimum(floor(mul(noise, size)), size - 1);
  const first = whole(uniformNoise(start, [1]), rows);
  const begins = tensor1d(Float32Array.from({ length: count }, (_, i) => (i % rows) * stretch));
  const place = add(begins, whole(uniformNoise(within, [count]), stretch)); // below rows
  const at = add(first, place); // below 2 · rows
  return cast(where(greaterEqual(at, rows), sub(at, rows), at), 'int32');
}

const TINY = 1e-20;
