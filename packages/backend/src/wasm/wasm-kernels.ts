import { batchMatMul } from './batch-mat-mul.js';
import { conv2DBackpropFilter } from './conv-2d-backprop-filter.js';
import { conv2DBackpropInput } from './conv-2d-backprop-input.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise-backprop.js';
import { einsum } from './einsum.js';
import { gatherV2 } from './gather.js';
import { cast, identity } from './identity-and-cast.js';
import { maxPoolGrad } from './max-pool-grad.js';
import { oneHot } from './one-hot.js';
import { slice, splitV, unpack } from './slices.js';
import { mean, sum } from './sum-of-leading-axes.js';
import { tile } from './tile.js';
import { transpose } from './transpose.js';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';
import type { WasmKernel } from './wasm-backend.js';

/** The kernels we give the wasm engine: what it lacks, and what it computes slowly or wrongly. */
export const WASM_KERNELS: readonly WasmKernel[] = [
  batchMatMul,
  cast,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  einsum,
  gatherV2,
  identity,
  maxPoolGrad,
  mean,
  oneHot,
  slice,
  splitV,
  sum,
  tile,
  transpose,
  unpack,
  unsortedSegmentSum,
];
