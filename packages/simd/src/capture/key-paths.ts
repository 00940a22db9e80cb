import type { Key, KeyTrace } from '@genai/core';
import type { KeyPath, LaunchEvent } from './recording.js';

/**
 * Knows by their words all keys that a run has derived, and how.
 *
 * So keys are found wherever they are operands, whatever the op: two words that follow each other are by chance those of a
 * key once in 2⁶⁴ times, and a second recording with another key would show it.
 */
export class KeyPaths implements KeyTrace {
  readonly #root: Key;
  readonly #parents = new Map<number, Map<number, { parent: Key; data: number }>>();
  /** Told when numbers of a key of this run were made on the host. */
  readonly #onDraw: () => void;

  constructor(root: Key, onDraw: () => void) {
    this.#root = root;
    this.#onDraw = onDraw;
  }

  readonly derived = (child: Key, parent: Key, data: number): void => {
    const first = child[0] | 0;
    let row = this.#parents.get(first);
    if (!row) {
      row = new Map();
      this.#parents.set(first, row);
    }
    const second = child[1] | 0;
    if (!row.has(second)) row.set(second, { parent, data });
  };

  readonly drawn = (key: Key): void => {
    if (this.#pathOf(key[0] | 0, key[1] | 0)) this.#onDraw();
  };

  /** Where keys of this run stand among the numbers of a launch. */
  among(numbers: readonly number[]): LaunchEvent['keys'] {
    const found: { at: number; path: KeyPath }[] = [];
    for (let at = 0; at + 1 < numbers.length; at++) {
      const path = this.#pathOf(numbers[at]! | 0, numbers[at + 1]! | 0);
      if (path) found.push({ at: at++, path });
    }
    return found.length > 0 ? found : NONE;
  }

  /** Undefined for a key that does not come from that of the run: it is the same in every run. */
  #pathOf(first: number, second: number): KeyPath | undefined {
    if (first === (this.#root[0] | 0) && second === (this.#root[1] | 0)) return [];
    const made = this.#parents.get(first)?.get(second);
    if (!made) return undefined;
    const above = this.#pathOf(made.parent[0] | 0, made.parent[1] | 0);
    return above && [...above, made.data];
  }
}

const NONE: LaunchEvent['keys'] = [];
