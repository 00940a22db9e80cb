import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/** Numbers on the host. */
export type NumberArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/**
 * Numbers on the host and the tensor they become.
 *
 * A bare array is a list of numbers: floats become `float32`, integers of every width `int32`.
 * With a `shape`, `as` says what the numbers become: `'unit'` scales bytes from 0…255 to [0, 1] in `float32` (what
 * bytes with a shape do unless told otherwise: they are pixels), `'int32'` and `'float32'` keep the values.
 */
export type Column =
  | NumberArray
  | { readonly data: NumberArray; readonly shape: readonly number[]; readonly as?: 'unit' | 'float32' | 'int32' };

/** A column, or columns by name. */
export type Columns = Column | { readonly [name: string]: Columns };

/** The tensors that columns become: the same tree with a tensor at each column. */
export type Batched<C> = C extends Column ? Tensor : { [K in keyof C]: Batched<C[K]> };

/** A column with its defaults filled in. */
export type Field = {
  readonly path: string;
  readonly data: NumberArray;
  readonly shape: readonly number[];
  readonly as: 'unit' | 'float32' | 'int32';
};

/** The columns of a tree with their paths, checked, in a stable order. */
export function fieldsOf(where: string, columns: Columns): Field[] {
  const found: Field[] = [];
  const visit = (node: Columns, path: string): void => {
    if (isColumn(node)) found.push(field(where, node, path));
    else if (typeof node === 'object' && node !== null && !Array.isArray(node)) {
      for (const [name, child] of Object.entries(node)) visit(child, path ? `${path}.${name}` : name);
    } else {
      const got = Array.isArray(node) ? 'a plain array' : node === null ? 'null' : `a ${typeof node}`;
      throw new GenaiError(
        `${where}: ${label(path)} is ${got}, expected a typed array or { data, shape }. Use Float32Array.from(…) or the like.`,
      );
    }
  };
  visit(columns, '');
  if (found.length === 0) throw new GenaiError(`${where}: there are no columns. Pass at least one typed array.`);
  return found;
}

/** A tree of the form of `columns` with one tensor for each field, in the order of {@link fieldsOf}. */
export function tensorsOf<C extends Columns>(columns: C, make: (field: number) => Tensor): Batched<C> {
  let i = 0;
  const visit = (node: Columns): unknown =>
    isColumn(node) ? make(i++) : Object.fromEntries(Object.entries(node).map(([name, child]) => [name, visit(child)]));
  return scope<unknown>(() => visit(columns)) as Batched<C>;
}

/** One tensor of `count` rows of `row` numbers, the i-th copied from `data` at row `at(i)`. */
export function gatherRows(
  kind: Field['as'],
  shape: readonly number[],
  row: number,
  source: (i: number) => readonly [data: NumberArray, start: number],
): Tensor {
  const count = shape[0]!;
  const out = kind === 'int32' ? new Int32Array(count * row) : new Float32Array(count * row);
  const scale = kind === 'unit' ? unitScale() : undefined;
  for (let i = 0; i < count; i++) {
    const [data, start] = source(i);
    if (!scale) out.set(data.subarray(start, start + row), i * row);
    else for (let j = 0, o = i * row; j < row; j++, o++) out[o] = scale[data[start + j]!]!;
  }
  return tensor(out, [...shape], kind === 'int32' ? 'int32' : 'float32');
}

export function label(path: string): string {
  return path ? `"${path}"` : 'the data';
}

function isColumn(node: Columns): node is Column {
  return ArrayBuffer.isView(node) || (typeof node === 'object' && node !== null && ArrayBuffer.isView(node.data));
}

function field(where: string, column: Column, path: string): Field {
  const bare = ArrayBuffer.isView(column);
  const data = bare ? column : column.data;
  const shape = bare ? [data.length] : column.shape;
  if (!isNumberArray(data)) {
    throw new GenaiError(
      `${where}: ${label(path)} is a ${(data as object).constructor.name}, expected 8-, 16- or 32-bit numbers that fit int32, or floats.`,
    );
  }
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  const floats = data instanceof Float32Array || data instanceof Float64Array;
  const as = (bare ? undefined : column.as) ?? (floats ? 'float32' : bytes && !bare ? 'unit' : 'int32');
  if (as === 'unit' && !bytes) {
    throw new GenaiError(
      `${where}: ${label(path)} is to be scaled as 'unit' but is a ${data.constructor.name}, expected bytes. Use as: 'float32'.`,
    );
  }
  if (as === 'int32' && floats) {
    throw new GenaiError(`${where}: ${label(path)} holds floats, which 'int32' would cut off. Pass an Int32Array.`);
  }
  const size = shape.reduce((product, n) => product * n, 1);
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0) || size !== data.length) {
    throw new GenaiError(
      `${where}: ${label(path)} has ${data.length} numbers, its shape [${shape.join(', ')}] asks for ${size}.`,
    );
  }
  return { path, data, shape, as };
}

function isNumberArray(data: unknown): data is NumberArray {
  return (
    data instanceof Uint8Array ||
    data instanceof Uint8ClampedArray ||
    data instanceof Int8Array ||
    data instanceof Uint16Array ||
    data instanceof Int16Array ||
    data instanceof Int32Array ||
    data instanceof Float32Array ||
    data instanceof Float64Array
  );
}

/** v / 255 for every byte, rounded once to float32. */
function unitScale(): Float32Array {
  return Float32Array.from({ length: 256 }, (_, v) => v / 255);
}
