import { GenaiError } from '@genai/core';

/** The weights of a PyTorch module by name: what `decodeSafetensors(bytes).entries` of `@genai/checkpoint` gives. */
export type StateDict = ReadonlyMap<string, StateEntry>;

/** One weight: its elements in row-major order. */
export interface StateEntry {
  /** As safetensors names it: `F32`, `F64`, `I64`, `BOOL`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

/** What {@link readState} gives: weights on the host, each taken by name. */
export interface StateReader {
  /** Whether a name begins with this. */
  readonly has: (prefix: string) => boolean;
  /** Numbers in a row of any shape. */
  readonly numbers: (name: string) => { readonly shape: readonly number[]; readonly values: Float32Array };
  /** A vector, of `length` where that is known. */
  readonly vector: (name: string, length?: number) => Float32Array;
  /** A vector of numbers above 0. */
  readonly positive: (name: string, length: number) => Float32Array;
  /** `nn.Linear`, and what a buffer `mask` beside it keeps of its weight. */
  readonly linear: (prefix: string) => HostLinear;
  /** All names that begin with this. */
  readonly names: (prefix: string) => readonly string[];
  /** The numbers that stand behind a prefix, in their order: of `blocks.` 0, 1, … */
  readonly places: (prefix: string) => readonly number[];
  /** Those of maps in a row, none of which may be missing: one without weights does something that is not known. */
  readonly row: (prefix: string) => readonly number[];
  /** Says that nothing needs this. */
  readonly ignore: (name: string) => void;
  /** Fails if something has not been taken, since a flow without it would be another. */
  readonly expectAllRead: () => void;
}

/** An affine layer as numbers. */
export interface HostLinear {
  readonly inputs: number;
  readonly outputs: number;
  /** (inputs, outputs). */
  readonly weight: Float32Array;
  /** (outputs). */
  readonly bias: Float32Array;
  /** 0 where a weight does not count, (inputs, outputs). */
  readonly mask?: Float32Array;
}

/** Reads a state_dict by name; `where` stands before messages. */
export function readState(where: string, state: StateDict): StateReader {
  const left = new Set(state.keys());
  const numbers = (name: string): { shape: readonly number[]; values: Float32Array } => {
    const entry = state.get(name);
    if (!entry) throw new GenaiError(`${where}: there is no "${name}". Pass the whole state_dict of the flow.`);
    if (!TYPES.includes(entry.dtype)) {
      throw new GenaiError(`${where}: "${name}" is of type ${entry.dtype}, expected one of ${TYPES.join(', ')}.`);
    }
    left.delete(name);
    const size = entry.shape.reduce((product, dimension) => product * dimension, 1);
    if (size !== entry.data.length) {
      throw new GenaiError(
        `${where}: "${name}" has ${entry.data.length} elements, its shape [${entry.shape}] ${size}.`,
      );
    }
    return { shape: entry.shape, values: Float32Array.from(entry.data, Number) };
  };
  const expectSize = (name: string, shape: readonly number[], expected: readonly number[]): void => {
    if (shape.length === expected.length && expected.every((size, i) => shape[i] === size)) return;
    throw new GenaiError(`${where}: "${name}" has the shape [${shape}], expected [${expected}].`);
  };
  const vector = (name: string, length?: number): Float32Array => {
    const { shape, values } = numbers(name);
    expectSize(name, shape, [length ?? values.length]);
    return values;
  };
  const places = (prefix: string): readonly number[] => {
    const found = new Set<number>();
    for (const name of state.keys()) {
      const place = name.startsWith(prefix) ? /^\d+/.exec(name.slice(prefix.length)) : null;
      if (place) found.add(Number(place[0]));
    }
    return [...found].sort((a, b) => a - b);
  };
  const matrix = (name: string): { rows: number; columns: number; values: Float32Array } => {
    const { shape, values } = numbers(name);
    if (shape.length !== 2) throw new GenaiError(`${where}: "${name}" has the shape [${shape}], expected a matrix.`);
    return { rows: shape[0]!, columns: shape[1]!, values };
  };
  return {
    has: (prefix) => [...state.keys()].some((name) => name.startsWith(prefix)),
    names: (prefix) => [...state.keys()].filter((name) => name.startsWith(prefix)),
    numbers,
    vector,
    positive: (name, length) => {
      const values = vector(name, length);
      if (values.every((x) => x > 0 && x < Number.POSITIVE_INFINITY)) return values;
      throw new GenaiError(`${where}: "${name}" must hold numbers above 0, got [${values}].`);
    },
    linear: (prefix) => {
      const { rows: outputs, columns: inputs, values } = matrix(`${prefix}.weight`);
      const { shape, values: bias } = numbers(`${prefix}.bias`);
      expectSize(`${prefix}.bias`, shape, [outputs]);
      const layer = { inputs, outputs, weight: transposed(values, outputs, inputs), bias };
      if (!state.has(`${prefix}.mask`)) return layer;
      const mask = matrix(`${prefix}.mask`);
      expectSize(`${prefix}.mask`, [mask.rows, mask.columns], [outputs, inputs]);
      return { ...layer, mask: transposed(mask.values, outputs, inputs) };
    },
    places,
    row: (prefix) => {
      const found = places(prefix);
      const gap = found.findIndex((place, i) => place !== i);
      if (gap < 0) return found;
      throw new GenaiError(
        `${where}: "${prefix}${gap}" has no weights, so what it does is not known. Take it out if it is the identity; else build ` +
          'this flow of maps yourself.',
      );
    },
    ignore: (name) => {
      left.delete(name);
    },
    expectAllRead: () => {
      if (left.size === 0) return;
      const some = [...left].slice(0, 5).map((name) => `"${name}"`);
      throw new GenaiError(
        `${where}: no map that is known here uses ${some.join(', ')}${left.size > 5 ? ` and ${left.size - 5} more` : ''}. ` +
          'Build this flow of maps yourself, and load its weights into them.',
      );
    },
  };
}

/** Types of numbers that are what they say; halves are bits. */
const TYPES = ['F32', 'F64', 'I64', 'I32', 'BOOL', 'U8'];

/** (rows, columns) → (columns, rows). */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}
