/** When a laboratory looks at its model while it trains: one look at a time, and seldom enough that training goes on. */
export class Looks {
  readonly #ask: () => Promise<void>;
  readonly #every: number;
  #underWay: Promise<void> | undefined;
  #endedAt = 0;
  /** Looks take at most a fifth of the time, however slow the engine; of the first, which warms up, nothing is known by that. */
  #cost = 0;
  #count = 0;

  /** `ask` never rejects; `every`: milliseconds between two looks. */
  constructor(ask: () => Promise<void>, every: number) {
    this.#ask = ask;
    this.#every = every;
  }

  get underWay(): Promise<void> | undefined {
    return this.#underWay;
  }

  get isDue(): boolean {
    return performance.now() - this.#endedAt > Math.max(this.#every, 4 * this.#cost);
  }

  /** Looks now, or waits for the look that is under way. */
  look(): Promise<void> {
    const since = performance.now();
    this.#underWay ??= this.#ask().finally(() => {
      this.#underWay = undefined;
      this.#endedAt = performance.now();
      this.#cost = ++this.#count > 1 ? this.#endedAt - since : 0;
    });
    return this.#underWay;
  }

  /** What is looked at is another model. */
  forget(): void {
    this.#count = 0;
  }
}
