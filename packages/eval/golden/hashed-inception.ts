import { hashed } from './hashed.js';

/** The weights that inception.py makes for torch-fidelity's network, by their names, from the shapes of its filters. */
export function hashedInception(
  filters: ReadonlyMap<string, readonly [height: number, width: number, inputs: number, outputs: number]>,
): Map<string, { readonly shape: readonly number[]; readonly values: () => Float32Array }> {
  const shapes = new Map<string, readonly number[]>([
    ['fc.weight', [1008, 2048]],
    ['fc.bias', [1008]],
  ]);
  for (const [name, [height, width, inputs, outputs]] of filters) {
    shapes.set(`${name}.conv.weight`, [outputs, inputs, height, width]);
    for (const part of ['weight', 'bias', 'running_mean', 'running_var']) shapes.set(`${name}.bn.${part}`, [outputs]);
  }
  const names = [...shapes.keys()].sort();
  return new Map(
    names.map((name, i) => {
      const shape = shapes.get(name)!;
      return [name, { shape, values: () => weight(100 + i, name, shape) }];
    }),
  );
}

function weight(seed: number, name: string, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  const [factor, shift] = scaleOf(name, size / shape[0]!);
  const values = hashed(seed, size);
  for (let i = 0; i < size; i++) values[i] = (values[i]! - 0.5) * factor + shift;
  return values;
}

function scaleOf(name: string, fan: number): [factor: number, shift: number] {
  if (name.endsWith('running_var')) return [1, 1];
  if (name.endsWith('bn.weight')) return [0.5, 1];
  if (name.endsWith('fc.weight')) return [0.25, 0];
  if (name.endsWith('conv.weight')) return [2 ** Math.floor(Math.log2(24 / fan) / 2 + 0.25), 0];
  return [0.5, 0];
}
