import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdBackend } from '../simd-backend.js';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';
import { activationCode } from './fused-activation.js';
import { type MoveDim, moveElements, stepsOf } from './move-elements.js';

/** Matrix products. */
export const MAT_MUL_KERNELS: readonly SimdKernel[] = [
  { name: 'BatchMatMul', run: matMul },
  { name: '_FusedMatMul', run: fusedMatMul },
];

type Tail = { readonly bias?: TensorInfo; readonly activation: number; readonly alpha: number };
type Turns = { readonly transposeA?: boolean; readonly transposeB?: boolean };

function matMul({ inputs: { a, b }, attrs, backend }: SimdCall): TensorInfo | undefined {
  return product(backend, a!, b!, attrs, { activation: 0, alpha: 0 });
}

function fusedMatMul({ inputs: { a, b, bias }, attrs, backend }: SimdCall): TensorInfo | undefined {
  const activation = activationCode(attrs.activation as string | undefined);
  if (activation === undefined) return undefined;
  const alpha = (attrs.leakyreluAlpha as number | undefined) ?? 0;
  if (!bias) return product(backend, a!, b!, attrs, { activation, alpha });
  const columns = b!.shape.at((attrs as Turns).transposeB ? -2 : -1);
  const ofColumns =
    bias.dtype === 'float32' && bias.shape.at(-1) === columns && util.sizeFromShape(bias.shape) === columns;
  return ofColumns ? product(backend, a!, b!, attrs, { bias, activation, alpha }) : undefined;
}

function product(
  backend: SimdBackend,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA = false, transposeB = false }: Turns,
  { bias, activation, alpha }: Tail,
): TensorInfo | undefined {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [n, depth] = transposeB ? [bRows, bColumns] : [bColumns, bRows];
  if (k !== depth || Math.min(a.shape.length, b.shape.length) < 2) return undefined; // the borrowed kernel says what is wrong
  const batches = joinBatches(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (!batches) {
    const shape = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const [wholeA, wholeB] = [a, b].map((x) => stretched(backend, x, shape)) as [TensorInfo, TensorInfo];
    const turns = { transposeA, transposeB };
    const out = product(backend, wholeA, wholeB, turns, { activation, alpha, ...(bias && { bias }) });
    backend.disposeIntermediateTensorInfo(wholeA);
    backend.disposeIntermediateTensorInfo(wholeB);
    return out;
  }
  const out = backend.output([...batches.shape, m, n], 'float32');
  const count = util.sizeFromShape(batches.shape as number[]);
  const [aSize, bSize, cSize] = [m * k, k * n, m * n];
  const numbers = [m, n, k, count, batches.a * aSize, batches.b * bSize, cSize];
  numbers.push(Number(transposeA), Number(transposeB), aColumns, bColumns, n);
  numbers.push(Number(bias !== undefined), activation, floatBits(alpha), 0);
  const reads = [a, b, bias ?? 0];
  if (batches.inner === 0) backend.launch('gemm', [out], reads, numbers);
  else {
    numbers.push(batches.inner, batches.aOuter * aSize, batches.bOuter * bSize, batches.inner * cSize, 0, 0, 0);
    backend.launch('gemm_views', [out], reads, numbers);
  }
  return out;
}

/** The matrices of x as many times as these batches ask for. */
function stretched(backend: SimdBackend, x: TensorInfo, batches: readonly number[]): TensorInfo {
  const shape = [...batches, ...x.shape.slice(-2)];
  const out = backend.output(shape, 'float32');
  const missing = shape.length - x.shape.length;
  const [toSteps, fromSteps] = [stepsOf(shape), stepsOf(x.shape)];
  const dims = shape.map(
    (size, i): MoveDim => [size, toSteps[i]!, (x.shape[i - missing] ?? 1) === 1 ? 0 : fromSteps[i - missing]!],
  );
  moveElements(backend, out, x, dims);
  return out;
}

type Batches = {
  readonly shape: readonly number[];
  /** How many matrices A and B go on from one batch to the next: 0 where one serves for all. */
  readonly a: number;
  readonly b: number;
  /** The batches are in rows of so many, and A and B go on so far from row to row; 0 if one row says it all. */
  readonly inner: number;
  readonly aOuter: number;
  readonly bOuter: number;
};

/**
 * The batch dimensions that two operands have together, in two levels of equal steps.
 *
 * @returns undefined where they do not fit, or need more than two levels.
 */
function joinBatches(aShape: readonly number[], bShape: readonly number[]): Batches | undefined {
  const rank = Math.max(aShape.length, bShape.length);
  const shape: number[] = [];
  const runs: { size: number; a: boolean; b: boolean }[] = []; // of dimensions that A and B have or lack alike
  for (let i = 0; i < rank; i++) {
    const a = aShape[aShape.length - rank + i] ?? 1;
    const b = bShape[bShape.length - rank + i] ?? 1;
    if (a !== b && a !== 1 && b !== 1) return undefined;
    const size = a === 1 ? b : a;
    shape.push(size);
    if (size === 1) continue;
    const last = runs.at(-1);
    if (last && last.a === (a === size) && last.b === (b === size)) last.size *= size;
    else runs.push({ size, a: a === size, b: b === size });
  }
  if (runs.length > 2) return undefined;
  const inner = runs.at(-1) ?? { size: 1, a: true, b: true };
  const outer = runs.length === 2 ? runs[0]! : undefined;
  return {
    shape,
    a: Number(inner.a),
    b: Number(inner.b),
    inner: outer ? inner.size : 0,
    aOuter: outer?.a ? (inner.a ? inner.size : 1) : 0,
    bOuter: outer?.b ? (inner.b ? inner.size : 1) : 0,
  };
}
