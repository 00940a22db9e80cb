import { fold, type Key, split, type Tree } from '@genai/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/** A tree of any form with tensors of any shape and any bits: float32 (every NaN, subnormals, -0), int32, bool. */
export function randomTree(key: Key, depth = 3): Tree<Tensor> {
  const [a, b, c] = split(key, 3);
  const kind = depth === 0 ? 0 : a[0] % 3;
  if (kind === 0) return randomTensor(b);
  const children = Array.from({ length: 1 + (b[0] % 3) }, (_, i) => randomTree(fold(c, i), depth - 1));
  if (kind === 1) return children;
  return Object.fromEntries(children.map((child, i) => [NAMES[(b[1] + i) % NAMES.length]!, child]));
}

const NAMES = ['weight', 'bias', '0', 'é"\\', 'toString', 'with space', '😀'];

function randomTensor(key: Key): Tensor {
  let draws = 0;
  const word = (): number => fold(key, draws++)[0];
  const shape = Array.from({ length: word() % 4 }, () => word() % 4);
  const bits = Uint32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, word);
  const kind = word() % 3;
  if (kind === 0) return tensor(new Float32Array(bits.buffer), shape, 'float32');
  if (kind === 1) return tensor(new Int32Array(bits.buffer), shape, 'int32');
  return tensor(
    Uint8Array.from(bits, (value) => value & 1),
    shape,
    'bool',
  );
}

/** Shape, type and bits of every leaf by path, to compare trees exactly. */
export async function bitsOf(tree: Tree<Tensor>, leaves: (tree: Tree<Tensor>) => [string, Tensor][]): Promise<object> {
  const found: [string, object][] = [];
  for (const [path, leaf] of leaves(tree)) {
    const { buffer, byteOffset, byteLength } = await leaf.data();
    const bytes = Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength)).toString('hex');
    found.push([path, { shape: leaf.shape, dtype: leaf.dtype, bytes }]);
  }
  return found;
}
