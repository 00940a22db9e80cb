/** When a laboratory looks at its model while it trains: one look at a time, and seldom enough that training goes on. */
export class Looks {
  readonly #ask: () => Promise<void>;
  readonly #every: number;
  #underWay: Promise<void> | undefined;
  /** The one after that which is under way. */
  #next: Promise<void> | undefined;
  #endedAt = 0;
  /** Looks take at most a fifth of the time, however slow the engine; of the first, which warms up, nothing is known by that. */
  #cost = 0;
  #count = 0;

  /** `ask` never rejects; `every`: milliseconds between two looks. */
  constructor(ask: () => Promise<void>, every: number) {
    this.#ask = ask;
    this.#every = every;
  }

  /** No look is under way, and none is to come. */
  get isIdle(): boolean {
    return this.#underWay === undefined && this.#next === undefined;
  }

  get isDue(): boolean {
    return this.isIdle && performance.now() - this.#endedAt > Math.max(this.#every, 4 * this.#cost);
  }

  /** Looks at what there is now: if a look is under way, which may have seen what was before, by one more after it. */
  look(): Promise<void> {
    if (this.#underWay) this.#next ??= this.#underWay.then(() => this.#begin());
    return this.#next ?? this.#begin();
  }

  /** What is looked at is another model. */
  forget(): void {
    this.#count = 0;
  }

  #begin(): Promise<void> {
    const since = performance.now();
    this.#next = undefined;
    this.#underWay = this.#ask().finally(() => {
      this.#underWay = undefined;
      this.#endedAt = performance.now();
      this.#cost = ++this.#count > 1 ? this.#endedAt - since : 0;
    });
    return this.#underWay;
  }
}
