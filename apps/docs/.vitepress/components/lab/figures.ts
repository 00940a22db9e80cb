import { Curves } from './curves.js';

/** What a run has come to. */
export interface Figure {
  readonly step: number;
  /** A step takes so many, as a running mean. */
  readonly milliseconds: number;
  /** The last value of each curve. */
  readonly latest: readonly number[];
}

/** The figures of a run and their curves: recorded at each step, shown once a frame, however fast the steps come. */
export class Figures {
  readonly #curves: Curves;
  readonly #show: (figure: Figure) => void;
  readonly #none: Figure;
  #now: Figure;
  #frame: number | undefined;

  constructor(curves: number, show: (figure: Figure) => void) {
    this.#curves = new Curves(curves);
    this.#show = show;
    this.#none = { step: 0, milliseconds: Number.NaN, latest: Array.from({ length: curves }, () => Number.NaN) };
    this.#now = this.#none;
  }

  /** Those of the last step. */
  get now(): Figure {
    return this.#now;
  }

  /** Steps, then each curve. */
  get points(): number[][] {
    return this.#curves.points;
  }

  /** It goes on from a step that was made in another run. */
  goOnFrom(step: number): void {
    this.#now = { ...this.#now, step };
  }

  record(step: number, milliseconds: number, latest: readonly number[]): void {
    const before = this.#now.milliseconds;
    // The first steps are not like the rest.
    const mean = Number.isNaN(before) || step < 4 ? milliseconds : 0.9 * before + 0.1 * milliseconds;
    this.#now = { step, milliseconds: mean, latest };
    this.#curves.add(step, latest);
    this.#frame ??= requestAnimationFrame(() => this.show());
  }

  /** Shows what is recorded now, if it is not shown already: what is looked at is of the same step as the figures. */
  show(): void {
    if (this.#frame === undefined) return;
    this.stop();
    this.#show(this.#now);
  }

  /** There are none, which is to be shown at once. */
  clear(): void {
    this.#now = this.#none;
    this.#curves.clear();
  }

  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
  }
}
