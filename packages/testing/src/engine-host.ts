import { key, sizeOf, threefry2x32 } from '@genai/core';

/** An input as it lies on the host, so that every engine starts from the same numbers. */
export type HostTensor = {
  readonly values: Float32Array | Int32Array;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
};

/** ±(0.1, 2): away from 0, where the kinks are. */
export function signed(shape: readonly number[], stream = 0): HostTensor {
  return floats(shape, stream, (x, sign) => (sign & 1 ? 0.1 + 1.9 * x : -0.1 - 1.9 * x));
}

/** (0.2, 2.2). */
export function positives(shape: readonly number[], stream = 0): HostTensor {
  return floats(shape, stream, (x) => 0.2 + 2 * x);
}

/** Every number 0.1 from the next, in a mixed order: no two so near that a small step changes which is the largest. */
export function spaced(shape: readonly number[]): HostTensor {
  const size = sizeOf(shape);
  const values = Float32Array.from({ length: size }, (_, i) => 0.1 * (((i * 7919) % size) - size / 2) + 0.05);
  return { values, shape, dtype: 'float32' };
}

export function fixed(values: readonly number[], shape: readonly number[]): HostTensor {
  return { values: Float32Array.from(values), shape, dtype: 'float32' };
}

export function integers(values: readonly number[], shape: readonly number[]): HostTensor {
  return { values: Int32Array.from(values), shape, dtype: 'int32' };
}

export function bools(values: readonly number[], shape: readonly number[]): HostTensor {
  return { values: Int32Array.from(values), shape, dtype: 'bool' };
}

/** f(a, b) with the sizes of both broadcast, element by element. */
export function broadcastOnHost(
  a: readonly number[],
  shapeA: readonly number[],
  b: readonly number[],
  shapeB: readonly number[],
  f: (a: number, b: number) => number,
): number[] {
  const rank = Math.max(shapeA.length, shapeB.length);
  const own = (shape: readonly number[]): number[] => [...Array<number>(rank - shape.length).fill(1), ...shape];
  const [left, right] = [own(shapeA), own(shapeB)];
  const shape = left.map((size, d) => Math.max(size, right[d]!));
  const read = (values: readonly number[], sizes: readonly number[], at: readonly number[]): number =>
    values[sizes.reduce((offset, size, d) => offset * size + (size === 1 ? 0 : at[d]!), 0)]!;
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    const at = positionOf(i, shape);
    return f(read(a, left, at), read(b, right, at));
  });
}

/** f of all the numbers that share a place outside `axis`. */
export function reduceOnHost(
  x: readonly number[],
  shape: readonly number[],
  axis: number | readonly number[] | undefined,
  f: (xs: number[]) => number,
): number[] {
  const all = shape.map((_, d) => d);
  const gone = axis === undefined ? all : [axis].flat().map((d) => (d < 0 ? d + shape.length : d));
  const groups = new Map<string, number[]>();
  for (const [i, value] of x.entries()) {
    const place = positionOf(i, shape)
      .filter((_, d) => !gone.includes(d))
      .join();
    groups.set(place, [...(groups.get(place) ?? []), value]);
  }
  return [...groups.values()].map(f); // in the order first met, which is that of the result
}

/** a · b for two matrices. */
export function matMulOnHost(
  a: readonly number[],
  shapeA: readonly number[],
  b: readonly number[],
  shapeB: readonly number[],
  transposeA: boolean,
  transposeB: boolean,
): number[] {
  const [rowsA, columnsA] = shapeA as [number, number];
  const [rowsB, columnsB] = shapeB as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const n = transposeB ? rowsB : columnsB;
  return Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let total = 0;
    for (let p = 0; p < k; p++) {
      total +=
        a[transposeA ? p * columnsA + i : i * columnsA + p]! * b[transposeB ? j * columnsB + p : p * columnsB + j]!;
    }
    return total;
  });
}

/** The sizes that a convolution gives. */
export function outputOf(
  x: readonly number[],
  filter: readonly number[],
  strides: number | readonly [number, number],
  padding: 'same' | 'valid',
): number[] {
  const step = typeof strides === 'number' ? [strides, strides] : strides;
  const size = (d: 0 | 1): number =>
    padding === 'same' ? Math.ceil(x[1 + d]! / step[d]!) : Math.floor((x[1 + d]! - filter[d]!) / step[d]!) + 1;
  return [x[0]!, size(0), size(1), filter[3]!];
}

/** A convolution without padding. x: (batch, height, width, in), filter: (height, width, in, out). */
export function convOnHost(
  x: readonly number[],
  shape: readonly number[],
  filter: readonly number[],
  filterShape: readonly number[],
  strides: number | readonly [number, number],
): number[] {
  const step = typeof strides === 'number' ? [strides, strides] : strides;
  const [, height, width, channels] = shape as [number, number, number, number];
  const [kernelHeight, kernelWidth, , out] = filterShape as [number, number, number, number];
  const sizes = outputOf(shape, filterShape, strides, 'valid');
  return Array.from({ length: sizeOf(sizes) }, (_, i) => {
    const [n, oy, ox, co] = positionOf(i, sizes) as [number, number, number, number];
    let total = 0;
    for (let ky = 0; ky < kernelHeight; ky++) {
      for (let kx = 0; kx < kernelWidth; kx++) {
        const pixel = ((n * height + oy * step[0]! + ky) * width + ox * step[1]! + kx) * channels;
        for (let c = 0; c < channels; c++) {
          total += x[pixel + c]! * filter[((ky * kernelWidth + kx) * channels + c) * out + co]!;
        }
      }
    }
    return total;
  });
}

/** erf by its power series, exact to float64 for the sizes used here. */
export function erfOnHost(x: number): number {
  let [term, total] = [x, x];
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

function positionOf(index: number, shape: readonly number[]): number[] {
  const position: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    position.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return position;
}

function floats(shape: readonly number[], stream: number, map: (x: number, sign: number) => number): HostTensor {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [bits, sign] = threefry2x32(key(3), stream, i);
    return map(bits / 2 ** 32, sign);
  });
  return { values, shape, dtype: 'float32' };
}
