import { breathe, GenaiError, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { type Guidance, guide } from './guidance.js';
import { freshState, merged, StateLane } from './state-lane.js';

/** What a {@link TokenDecoder} needs besides the model. */
export interface DecoderOptions<C> {
  readonly rows: number;
  readonly context: C;
  readonly guidance?: Guidance<C> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How many tokens of each row are expected in all, so that room can be made for them. Default: not known. */
  readonly expected?: number;
}

/** Sequences moved on token by token: tokens in, logits on the host out. With guidance it moves each twice, under both contexts. */
export class TokenDecoder<P extends Tree<Tensor>, S extends Tree<Tensor>, C> {
  readonly #where: string;
  readonly #vocabulary: number;
  /** One that holds everything; or one for each context, where their states do not fit together. */
  readonly #lanes: readonly StateLane<P, S, C>[];
  readonly #scale: number | undefined;
  readonly #signal: AbortSignal | undefined;
  #rows: number;
  #logits: Float32Array;
  #breath: number = performance.now();

  constructor(where: string, model: TokenModel<P, S, C>, params: P, options: DecoderOptions<C>) {
    const { rows, context, guidance, signal, expected } = options;
    this.#where = where;
    this.#vocabulary = model.vocabulary;
    this.#rows = rows;
    this.#logits = new Float32Array(rows * model.vocabulary);
    this.#scale = guidance?.scale;
    this.#signal = signal;
    this.#lanes = states(model, params, rows, context, guidance).map(
      (state) => new StateLane(model, params, state, expected),
    );
  }

  /**
   * (rows, time) tokens, row by row, to (rows, vocabulary) logits of what follows the last. They are this decoder's, valid until
   * it is asked again.
   *
   * @throws the signal's reason; GenaiError if the model gives logits of another shape.
   */
  async feed(tokens: Int32Array, time: number): Promise<Float32Array> {
    if (time === 1) return this.advance(tokens);
    const most = Math.min(512, Math.max(16, Math.floor(LARGEST / (this.#rows * this.#vocabulary))));
    for (let from = 0; ; from += most) {
      this.#signal?.throwIfAborted();
      const size = Math.min(most, time - from);
      const chunk = this.#doubled(columns(tokens, time, from, size));
      const logits = this.#each((lane) => lane.run(chunk, size));
      if (from + size === time) return this.#read(logits);
      dispose([...logits]);
      await this.#breathe();
    }
  }

  /** {@link feed} of one token for each row, captured where the engine offers it. */
  async advance(tokens: Int32Array): Promise<Float32Array> {
    this.#signal?.throwIfAborted();
    const doubled = this.#doubled(tokens);
    return this.#read(this.#each((lane) => lane.step(doubled)));
  }

  /** Goes on with these rows, in this order; a row may stand in several places. */
  readonly choose = (rows: readonly number[]): void => {
    if (rows.length === this.#rows && rows.every((row, i) => row === i)) return;
    const both = [...rows, ...rows.map((row) => row + this.#rows)];
    for (const lane of this.#lanes) lane.choose(this.#isMerged ? both : rows);
    this.#rows = rows.length;
    this.#logits = new Float32Array(rows.length * this.#vocabulary);
  };

  readonly dispose = (): void => {
    for (const lane of this.#lanes) lane.dispose();
  };

  get #isMerged(): boolean {
    return this.#scale !== undefined && this.#lanes.length === 1;
  }

  #doubled(tokens: Int32Array): Int32Array {
    if (!this.#isMerged) return tokens;
    const both = new Int32Array(2 * tokens.length);
    both.set(tokens);
    both.set(tokens, tokens.length);
    return both;
  }

  /** The logits of each lane. */
  #each(move: (lane: StateLane<P, S, C>) => Tensor): readonly Tensor[] {
    const made: Tensor[] = [];
    try {
      for (const lane of this.#lanes) made.push(move(lane));
      return made;
    } catch (error) {
      dispose(made);
      throw error;
    }
  }

  async #read(made: readonly Tensor[]): Promise<Float32Array> {
    const size = this.#rows * this.#vocabulary;
    try {
      const [first, second] = made as readonly [Tensor, Tensor?];
      if (first.size !== (this.#isMerged ? 2 : 1) * size) {
        throw new GenaiError(
          `${this.#where}: the model gave logits of shape [${first.shape.join(', ')}], expected ` +
            `[${this.#rows}, ${this.#vocabulary}]: its \`vocabulary\` must be the width of its logits.`,
        );
      }
      const logits = await first.data<'float32'>(); // copied: it may be the tensor's own memory
      if (this.#scale !== undefined) {
        const other = second ? await second.data<'float32'>() : logits.subarray(size);
        guide(this.#logits, logits, other, this.#scale);
      } else this.#logits.set(logits);
    } finally {
      dispose([...made]);
    }
    await this.#breathe();
    return this.#logits;
  }

  /** Lets the event loop go round now and then, so that a page stays alive and a signal is heard. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breath < BREATH) return;
    await breathe();
    this.#breath = performance.now();
    this.#signal?.throwIfAborted();
  }
}

/** Milliseconds without a breath. */
const BREATH = 10;
/** Logits of a prompt that are held at once, as far as a chunk of 16 steps allows: 64 MB. */
const LARGEST = 2 ** 24;

/** The state before the first token, for both contexts in one where they fit together. */
function states<P, S extends Tree<Tensor>, C>(
  model: TokenModel<P, S, C>,
  params: P,
  rows: number,
  context: C,
  guidance: Guidance<C> | undefined,
): readonly S[] {
  return scope(() => {
    const own = freshState(model, params, rows, context);
    if (!guidance) return [own];
    const other = freshState(model, params, rows, guidance.context);
    const both = merged(own, other);
    return both ? [both] : [own, other];
  });
}

/** Some of the columns of (rows, time). */
function columns(tokens: Int32Array, time: number, from: number, size: number): Int32Array {
  if (size === time) return tokens;
  const rows = tokens.length / time;
  const chosen = new Int32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    chosen.set(tokens.subarray(row * time + from, row * time + from + size), row * size);
  }
  return chosen;
}
