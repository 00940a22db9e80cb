import { breathe, GenaiError, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { BatchLane, type JoiningState } from './continuous-batch-lane.js';
import { Prefill } from './continuous-batch-prefill.js';
import { powerOfTwo } from './continuous-batch-room.js';
import type { BatchRow } from './continuous-batch-row.js';

/** Where requests are. */
export interface BatchLoad {
  /** Those that are drawn or fed their prompts. */
  readonly running: number;
  /** Those that wait for a slot. */
  readonly waiting: number;
  /** Those that wait for their readers. */
  readonly paused: number;
}

type AnyRow = BatchRow<unknown>;
type Waiting<C> = { readonly row: AnyRow; readonly context: C };
type Joining<P extends Tree<Tensor>, S extends Tree<Tensor>, C> = {
  readonly row: AnyRow;
  readonly prefill: Prefill<P, S, C>;
};

/**
 * Who is moved on when: round by round, rows that have ended go, rows that wait come in and are fed a piece of their prompts, those that
 * are ready join, and one step moves all. It works while there is something to do, and holds no state else.
 */
export class BatchScheduler<P extends Tree<Tensor>, S extends Tree<Tensor>, C> {
  #closed = false;
  readonly #model: TokenModel<P, S, C>;
  readonly #params: P;
  readonly #slots: number;
  readonly #chunk: number;
  readonly #lane: BatchLane<P, S, C>;
  /** All that have not ended, those that wait for their readers included. */
  readonly #live: Set<AnyRow> = new Set();
  #waiting: Waiting<C>[] = [];
  #joining: Joining<P, S, C>[] = [];
  /** Which row stands where in the lane; none where it only fills up. */
  #places: (AnyRow | undefined)[] = [];
  #working = false;
  #breath = 0;
  #onChange: (() => void)[] = [];

  constructor(model: TokenModel<P, S, C>, params: P, options: { readonly slots: number; readonly chunk: number }) {
    this.#model = model;
    this.#params = params;
    this.#slots = options.slots;
    this.#chunk = options.chunk;
    this.#lane = new BatchLane(model, params);
  }

  /** Whether it takes no more rows. */
  get isClosed(): boolean {
    return this.#closed;
  }

  get load(): BatchLoad {
    const paused = [...this.#live].filter(({ isPaused }) => isPaused).length;
    const waiting = this.#waiting.filter(({ row }) => !row.isOver).length;
    return { running: this.#live.size - paused - waiting, waiting, paused };
  }

  /** Has the row drawn when there is a slot for it; `first` before all others that wait. */
  readonly add = <A>(row: BatchRow<A>, context: C, { first = false }: { readonly first?: boolean } = {}): void => {
    const entry = { row: row as unknown as AnyRow, context };
    this.#live.add(entry.row);
    if (first) this.#waiting.unshift(entry);
    else this.#waiting.push(entry);
    if (!this.#working) void this.#work();
  };

  /** Lets a row go that has ended. */
  readonly remove = <A>(row: BatchRow<A>): void => {
    this.#live.delete(row as unknown as AnyRow);
    this.#changed();
  };

  readonly close = async (): Promise<void> => {
    this.#closed = true;
    while (this.#live.size > 0 || this.#working) {
      await new Promise<void>((resolve) => this.#onChange.push(resolve));
    }
    this.#lane.dispose();
  };

  readonly abort = (reason: unknown = new GenaiError('continuousBatch: it was closed.')): Promise<void> => {
    for (const row of this.#live) row.fail(reason);
    return this.close();
  };

  async #work(): Promise<void> {
    this.#working = true;
    await breathe(); // requests of one moment begin together
    while (this.#waiting.length > 0 || this.#joining.length > 0 || this.#drawing.length > 0) {
      try {
        await this.#round();
      } catch (error) {
        this.#failAll(error);
      }
      await this.#breathe();
    }
    this.#places = [];
    this.#lane.clear();
    this.#working = false;
    this.#changed();
  }

  async #round(): Promise<void> {
    this.#admit();
    const ready = await this.#feed();
    this.#arrange(ready);
    await this.#step();
  }

  /** Rows take slots that are free, in the order in which they came. */
  #admit(): void {
    this.#waiting = this.#waiting.filter(({ row }) => !row.isOver);
    for (const { row, prefill } of this.#joining) if (row.isOver) prefill.dispose();
    this.#joining = this.#joining.filter(({ row }) => !row.isOver);
    const free = this.#slots - this.#joining.length - this.#drawing.length;
    for (const { row, context } of this.#waiting.splice(0, free)) {
      try {
        this.#joining.push({ row, prefill: new Prefill(this.#model, this.#params, context, row.tokens) });
      } catch (error) {
        row.fail(error);
      }
    }
  }

  /** Feeds pieces of prompts, the earliest first; gives the rows that have drawn a token and go on. */
  async #feed(): Promise<Joining<P, S, C>[]> {
    const ready: Joining<P, S, C>[] = [];
    for (let left = this.#chunk; left > 0 && this.#joining.length > 0; ) {
      const { row, prefill } = this.#joining[0]!;
      const size = Math.min(left, prefill.left);
      left -= size;
      let goesOn = false;
      try {
        const logits = prefill.feed(size); // (1, vocabulary)
        if (!logits) continue;
        await this.#read(logits, 1, ([values]) => {
          goesOn = row.draw(values!);
        });
      } catch (error) {
        row.fail(error);
      }
      this.#joining.shift();
      if (goesOn) ready.push({ row, prefill });
      else prefill.dispose();
    }
    return ready;
  }

  /** Puts rows that are ready beside those that draw; takes out what has ended if fewer rows are then enough. */
  #arrange(ready: readonly Joining<P, S, C>[]): void {
    const drawing = this.#drawing;
    const joining: JoiningState<S>[] = ready.map(({ prefill }) => prefill.take());
    const rows = [...drawing.map(([, row]) => row), ...ready.map(({ row }) => row)];
    if (rows.length === 0) {
      this.#lane.clear();
      this.#places = [];
      return;
    }
    const size = Math.min(powerOfTwo(rows.length), this.#slots);
    if (ready.length === 0 && size === this.#places.length) return;
    this.#places = Array.from({ length: size }, (_, place) => rows[place]);
    const kept = drawing.map(([place]) => place);
    this.#lane.arrange(kept, joining, size);
  }

  /** One step of the model for all rows of the lane. */
  async #step(): Promise<void> {
    const drawing = this.#drawing;
    if (drawing.length === 0) return;
    const tokens = Int32Array.from(this.#places, (row) => row?.last ?? 0);
    const behind = Math.max(...drawing.map(([, row]) => row.length - 1));
    const logits = this.#lane.step(tokens, behind); // (rows, vocabulary)
    await this.#read(logits, tokens.length, (values) => {
      for (const [place, row] of drawing) if (!row.draw(values[place]!)) this.#places[place] = undefined;
    });
  }

  /** The rows that draw, with their places. */
  get #drawing(): (readonly [place: number, row: AnyRow])[] {
    return this.#places.flatMap((row, place) => (row && !row.isOver ? [[place, row] as const] : []));
  }

  /** Logits on the host, row by row, which are valid in `use` alone; frees them. */
  async #read(logits: Tensor, rows: number, use: (values: readonly Float32Array[]) => void): Promise<void> {
    const { vocabulary } = this.#model;
    try {
      if (logits.size !== rows * vocabulary) {
        throw new GenaiError(
          `continuousBatch: the model gave logits of shape [${logits.shape.join(', ')}], expected ` +
            `[${rows}, ${vocabulary}]: its \`vocabulary\` must be the width of its logits.`,
        );
      }
      const values = await logits.data<'float32'>();
      use(Array.from({ length: rows }, (_, row) => values.subarray(row * vocabulary, (row + 1) * vocabulary)));
    } finally {
      logits.dispose();
    }
  }

  /** The engine or the model failed: no row of the lane can be trusted to go on. */
  #failAll(error: unknown): void {
    for (const row of this.#places) row?.fail(error);
    this.#places = [];
    this.#lane.clear();
  }

  /** Lets the event loop go round now and then: requests come, readers leave. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breath < BREATH) return;
    await breathe();
    this.#breath = performance.now();
  }

  #changed(): void {
    const waiting = this.#onChange;
    this.#onChange = [];
    for (const tell of waiting) tell();
  }
}

/** Milliseconds without a breath. */
const BREATH = 10;
