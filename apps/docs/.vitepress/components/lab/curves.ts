/** The curves of a laboratory: steps, then the values of each. However long the run, there are at most so many points. */
export class Curves {
  readonly points: number[][];
  /** Only each so many steps is a point. */
  #stride = 1;

  constructor(count: number) {
    this.points = Array.from({ length: count + 1 }, () => []);
  }

  add(step: number, values: readonly number[]): void {
    if (step % this.#stride !== 0 && step !== 1) return;
    for (const [i, value] of [step, ...values].entries()) this.points[i]!.push(value);
    if (this.points[0]!.length <= MOST_POINTS) return;
    this.#stride *= 2;
    for (const curve of this.points) curve.splice(0, curve.length, ...curve.filter((_, i) => i % 2 === 1));
  }

  clear(): void {
    for (const curve of this.points) curve.length = 0;
    this.#stride = 1;
  }
}

/** More points than this are thinned out to half. */
const MOST_POINTS = 2_000;
