import type { History } from './warp.js';

/** A {@link History} that grows: each token is counted once, so that no warp need read the whole sequence again. */
export class TokenHistory implements History {
  readonly drawn: number[] = [];
  readonly counts: Map<number, number> = new Map();
  readonly seen: Set<number>;

  readonly #given: ReadonlySet<number>;

  constructor(readonly prompt: readonly number[]) {
    this.#given = new Set(prompt);
    this.seen = new Set(prompt);
  }

  readonly push = (token: number): void => {
    this.drawn.push(token);
    this.counts.set(token, (this.counts.get(token) ?? 0) + 1);
    this.seen.add(token);
  };

  /** Takes the last token back. */
  readonly pop = (): void => {
    const token = this.drawn.pop();
    if (token === undefined) return;
    const left = this.counts.get(token)! - 1;
    if (left > 0) this.counts.set(token, left);
    else {
      this.counts.delete(token);
      if (!this.#given.has(token)) this.seen.delete(token);
    }
  };
}
