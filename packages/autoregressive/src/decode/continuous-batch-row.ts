import type { DrawnSequence } from './drawn-sequence.js';
import { type TokenLogProb, topLogProbs } from './top-log-probs.js';

/** A token that was drawn. */
export interface DrawnToken {
  readonly token: number;
  /** log p of it under the model, in nats: before constraint and warps. */
  readonly logProb: number;
  /** The likeliest tokens in its place, as many as were asked for, the likeliest first: before constraint and warps. */
  readonly top?: readonly TokenLogProb[];
}

/** What a {@link BatchRow} needs of whoever moves it. */
export interface RowOptions {
  /** The tokens it is fed before the first is drawn. */
  readonly fed: Int32Array;
  /** How many tokens nobody has taken may be there before it waits for its reader. */
  readonly buffer: number;
  /** Of each token, how many of the likeliest in its place are told. */
  readonly top: number;
  /** Called when it has ended, whatever the cause. */
  readonly onOver: () => void;
  /** Called when its reader has caught up, and it may be moved on again. */
  readonly onResume: () => void;
}

/** One request: what its reader takes on one side, and what the batch draws for it on the other. */
export class BatchRow<A> {
  readonly #sequence: DrawnSequence<A>;
  readonly #options: RowOptions;
  readonly #tops: (readonly TokenLogProb[])[] = [];
  #told = 0;
  #failure: { readonly reason: unknown } | undefined;
  #left = false;
  #paused = false;
  #wake: () => void = () => undefined;

  constructor(sequence: DrawnSequence<A>, options: RowOptions) {
    this.#sequence = sequence;
    this.#options = options;
  }

  /** Whether nothing more is to be drawn. */
  get isOver(): boolean {
    return this.#left || this.#failure !== undefined || this.#sequence.stopped !== undefined;
  }

  /** Whether it waits for its reader. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** All tokens that come before the one to be drawn next. */
  get tokens(): Int32Array {
    const { fed } = this.#options;
    const tokens = new Int32Array(this.length);
    tokens.set(fed);
    tokens.set(this.#sequence.tokens, fed.length);
    return tokens;
  }

  /** How many they are. */
  get length(): number {
    return this.#options.fed.length + this.#sequence.tokens.length;
  }

  /** The last of them. */
  get last(): number {
    return this.#sequence.tokens.at(-1) ?? this.#options.fed.at(-1)!;
  }

  /** Looks whether anything can be drawn at all, before the model is asked. */
  readonly start = (): void => this.#guarded(this.#sequence.start);

  /**
   * Draws the next token from logits, (vocabulary), which are only read, and tells whether another can be drawn at once. What goes wrong
   * is told to the reader.
   */
  readonly draw = (logits: Float32Array): boolean => {
    if (this.isOver) return false;
    const { top, buffer } = this.#options;
    this.#guarded(() => {
      if (top > 0) this.#tops.push(topLogProbs(logits, top));
      this.#sequence.draw(logits);
      this.#paused = !this.#sequence.stopped && this.#sequence.ready - this.#told >= buffer;
    });
    return !this.isOver && !this.#paused;
  };

  /** Ends it; the reader is told the reason once it has taken what is there. */
  readonly fail = (reason: unknown): void => {
    if (this.isOver) return;
    this.#failure = { reason };
    this.#over();
  };

  /** What the reader takes. Leaving it ends the row. */
  async *read(): AsyncGenerator<DrawnToken, void, void> {
    const sequence = this.#sequence;
    try {
      for (;;) {
        while (this.#told < sequence.ready) {
          const at = this.#told++;
          const top = this.#tops[at];
          yield { token: sequence.tokens[at]!, logProb: sequence.logProbs[at]!, ...(top && { top }) };
          this.#resume();
        }
        if (this.#failure) throw this.#failure.reason;
        if (sequence.stopped) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      if (!this.isOver) {
        this.#left = true;
        this.#over();
      }
    }
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (reason) {
      this.fail(reason);
      return;
    }
    if (this.isOver) this.#over();
    else this.#wake();
  }

  #over(): void {
    this.#paused = false;
    this.#options.onOver();
    this.#wake();
  }

  /** Half of the buffer is room enough to go on: not token by token. */
  #resume(): void {
    if (!this.#paused || 2 * (this.#sequence.ready - this.#told) > this.#options.buffer) return;
    this.#paused = false;
    this.#options.onResume();
  }
}
