import { GenaiError } from '@genai/core';
import { type QuantisedArrays, type QuantisedBits, quantise, scope } from '@genai/tensor';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { GrowingLeaf } from '../layouts/growing-leaf.js';
import type { NamedTensor } from '../layouts/named-tensor.js';
import { leafShape, type Place, put } from '../layouts/place.js';
import { TABLE } from './map-projections.js';

/**
 * A large map or the embedding in 16, 8 or 4 bits, as `quantised` makes it, of tensors that are quantised one by one as they come; one
 * that the file has in as many bits keeps its codes. Only parts that end within a block wait in float32 for the others. `undefined` if
 * the inputs are no multiple of 32: such a weight stays float32.
 *
 * @throws GenaiError if a weight is too large for 16 bits, when it is put or the leaf is done.
 */
export function quantisedLeaf(where: string, place: Place, bits: QuantisedBits): GrowingLeaf | undefined {
  const [first, second] = leafShape(place) as [number, number];
  const [rows, inputs] = place.path === TABLE ? [first, second] : [second, first];
  if (inputs % BLOCK !== 0) return undefined;
  const parent = place.path.slice(0, place.path.lastIndexOf('.') + 1);
  const tensorsOf = ({ codes, scales }: QuantisedArrays): { readonly [path: string]: Tensor } =>
    scope(() => ({
      [`${parent}codes`]: tensor2d(codes, [rows, codes.length / rows], 'int32'),
      ...(scales && { [`${parent}scales`]: tensor2d(scales, [rows, scales.length / rows]) }),
    }));
  const size = rows * inputs;
  if (inputsOf(place) % BLOCK !== 0) {
    const floats = new Float32Array(size);
    return {
      put: (part, found) => spread(part, rowsOf(part, found.values()), floats, [rows, inputs]),
      done: () => tensorsOf(quantisedOf(`${where}: ${place.path}`, floats, { inputs, bits })),
    };
  }
  let leaf: QuantisedArrays | undefined;
  return {
    put: (part, found) => {
      const made = codesOf(where, part, found, bits);
      if (!part.columns && !part.rows) {
        leaf = made;
        return;
      }
      const { codes, scales } = made;
      leaf ??= {
        codes: new Int32Array((size * bits) / 32),
        ...(scales && { scales: new Float32Array(size / BLOCK) }),
      };
      spread(part, codes, leaf.codes, [rows, inputs]);
      if (scales && leaf.scales) spread(part, scales, leaf.scales, [rows, inputs]);
    },
    done: () => tensorsOf(leaf!),
  };
}

/** Weights that share a scale. */
const BLOCK = 32;

/** A tensor's codes in rows of inputs: those of the file, or new ones. */
function codesOf(where: string, part: Place, found: NamedTensor, bits: QuantisedBits): QuantisedArrays {
  const { name, file, codes } = found;
  if (codes?.bits === bits && !isTurned(part)) {
    const made = codes.read();
    if (bits !== 16 || made.codes.every(areFinite)) return made; // others are refused below
  }
  const what = `${where}: ${file}: tensor "${name}"`;
  return quantisedOf(what, rowsOf(part, found.values()), { inputs: inputsOf(part), bits });
}

/** What `quantise` makes; its errors say of what. */
function quantisedOf(what: string, weights: Float32Array, options: Parameters<typeof quantise>[1]): QuantisedArrays {
  try {
    return quantise(weights, options);
  } catch (cause) {
    throw GenaiError.is(cause) ? new GenaiError(`${what}: ${cause.message}`, { cause }) : cause;
  }
}

/** Two numbers of float16. */
function areFinite(pair: number): boolean {
  return (pair & 0x7c00) !== 0x7c00 && (pair & 0x7c000000) !== 0x7c000000;
}

/** Puts what a tensor has for its rows where these stand in the leaf, which has as much for each weight. */
function spread<T extends Float32Array | Int32Array>(
  part: Place,
  from: T,
  to: T,
  [rows, inputs]: readonly [rows: number, inputs: number],
): void {
  const each = to.length / (rows * inputs); // of one weight
  const own = inputsOf(part);
  const [count, outputs] = part.shape.length < 3 ? [1, from.length / (own * each)] : (part.shape as [number, number]);
  for (let i = 0; i < count; i++) {
    const row = part.columns ? part.columns[0] + i * outputs : 0;
    const input = part.rows ? part.rows[0] + i * own : 0;
    for (let r = 0; r < outputs; r++) {
      const start = (i * outputs + r) * own * each;
      to.set(from.subarray(start, start + own * each), ((row + r) * inputs + input) * each);
    }
  }
}

/** The values as rows of inputs. */
function rowsOf(part: Place, values: Float32Array): Float32Array {
  if (!isTurned(part)) return values;
  const turned = new Float32Array(values.length);
  put({ ...part, transposed: true }, values, turned);
  return turned;
}

/** The file has a map as (inputs, outputs), as GPT-2's; such a tensor is a whole leaf. */
function isTurned({ path, transposed }: Place): boolean {
  return path !== TABLE && !transposed;
}

/** In a row of the tensor. */
function inputsOf(part: Place): number {
  return isTurned(part) ? part.shape[0]! : part.shape.at(-1)!;
}
