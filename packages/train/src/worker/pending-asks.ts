import type { Ask } from './messages.js';

interface Pending {
  readonly ask: Ask;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Questions that were not answered yet: a new worker is asked them again. */
export class PendingAsks {
  readonly #pending = new Map<number, Pending>();
  #asked = 0;

  get size(): number {
    return this.#pending.size;
  }

  get asks(): readonly Ask[] {
    return [...this.#pending.values()].map(({ ask }) => ask);
  }

  /** A question to be sent, as it is now, and the promise of its answer. */
  add(
    what: Ask['what'],
    name: string,
    args: readonly unknown[],
  ): { readonly ask: Ask; readonly answer: Promise<unknown> } {
    const ask: Ask = { type: 'ask', id: this.#asked++, what, name, args: structuredClone(args) };
    const answer = new Promise((resolve, reject) => this.#pending.set(ask.id, { ask, resolve, reject }));
    return { ask, answer };
  }

  resolve(id: number, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  reject(id: number, error: unknown): void {
    this.#take(id)?.reject(error);
  }

  rejectAll(error: unknown): void {
    for (const id of [...this.#pending.keys()]) this.reject(id, error);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
