/** How many moves a run may still make, and the place where it waits for more. */
export class Allowance {
  #left = Number.POSITIVE_INFINITY;
  #wake: (() => void) | undefined;

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** Whether the run waits. */
  get isAwaited(): boolean {
    return this.#wake !== undefined;
  }

  /** So many moves from now on: with 0 it stops after the one that is under way. */
  set(moves: number): void {
    this.#left = moves;
    if (!this.isSpent) this.wake();
  }

  spend(): void {
    this.#left--;
  }

  /** Waits until there is some, or until it is woken without. */
  more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
