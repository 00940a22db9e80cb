import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend, WebgpuKernel } from './webgpu-backend.js';

/** The layout is that of `quantise` of `@genai/tensor`; weights of 16 bits have no scales. */
type Weights = { readonly codes: TensorInfo; readonly scales?: TensorInfo };
type Bits = 4 | 8 | 16;

/** Rows for which weights are unpacked as they are multiplied; for more, they are written out for a matrix product. */
const FEW_ROWS = 8;
const LANES = 64;

/** x · weightsᵀ + bias: (rows, inputs) → (rows, outputs). */
export const quantisedLinear: WebgpuKernel = {
  name: 'GenaiQuantisedLinear',
  run({ inputs, backend }) {
    const { x, bias, ...weights } = inputs as Weights & { x: TensorInfo; bias?: TensorInfo };
    if (x.shape[0]! <= FEW_ROWS) return fewRows(backend, x, weights, bias);
    const whole = written(backend, weights);
    const y = getKernel('_FusedMatMul', 'webgpu')!.kernelFunc({
      inputs: { a: x, b: whole, ...(bias && { bias }) },
      attrs: { transposeA: false, transposeB: true, activation: 'linear', leakyreluAlpha: 0 },
      backend,
    }) as TensorInfo;
    backend.disposeData(whole.dataId);
    return y;
  },
};

/** The weights as floats, (rows, inputs). */
export const dequantised: WebgpuKernel = {
  name: 'GenaiDequantised',
  run: ({ inputs, backend }) => written(backend, inputs as Weights),
};

/** Each output by a group of 64 lanes, which read its codes side by side, four numbers each at once. */
function fewRows(backend: WebgpuBackend, x: TensorInfo, weights: Weights, bias: TensorInfo | undefined): TensorInfo {
  const { codes, scales } = weights;
  const bits = bitsOf(weights);
  const [rows, outputs] = [x.shape[0]!, codes.shape[0]!];
  const each = (line: (row: number) => string): string => Array.from({ length: rows }, (_, r) => line(r)).join('\n');
  const main = `
    var<workgroup> sums : array<f32, ${LANES * rows}>;
    fn main(index : i32) {
      let lane = index % ${LANES};
      let output = index / ${LANES};
      let count = uniforms.codesShape.y / 4;
      ${each((r) => `var sum${r} = 0.0;`)}
      if (output < uniforms.codesShape.x) {
        for (var i = lane; i < count; i += ${LANES}) {
          let at = output * count + i;
          ${unpacking(bits)}
          ${vectors(bits, (j) => each((r) => `sum${r} += dot(w${j}, x[(${r} * count + i) * ${32 / bits} + ${j}]);`))}
        }
      }
      ${each((r) => `sums[${rows} * lane + ${r}] = sum${r};`)}
      workgroupBarrier();
      for (var half = ${LANES / 2}; half > 0; half /= 2) {
        if (lane < half) {
          ${each((r) => `sums[${rows} * lane + ${r}] += sums[${rows} * (lane + half) + ${r}];`)}
        }
        workgroupBarrier();
      }
      if (lane < ${rows} && output < uniforms.codesShape.x) {
        result[lane * uniforms.codesShape.x + output] = sums[lane]${bias ? ' + bias[output]' : ''};
      }
    }`;
  const given = { x, codes, ...(scales && { scales }), ...(bias && { bias }) };
  const components = { x: 4, codes: 4, scales: 1, bias: 1 };
  return run(backend, `quantised_${bits}_${rows}_${bias ? 'bias' : ''}`, given, components, {
    shape: [rows, outputs],
    component: 1,
    groups: outputs,
    main,
  });
}

/** Four numbers of codes by each lane. */
function written(backend: WebgpuBackend, weights: Weights): TensorInfo {
  const { codes, scales } = weights;
  const bits = bitsOf(weights);
  const [rows, words] = codes.shape as [number, number];
  const main = `
    fn main(at : i32) {
      if (at < uniforms.codesShape.x * uniforms.codesShape.y / 4) {
        ${unpacking(bits)}
        ${vectors(bits, (j) => `result[at * ${32 / bits} + ${j}] = w${j};`)}
      }
    }`;
  return run(
    backend,
    `dequantised_${bits}`,
    { codes, ...(scales && { scales }) },
    { codes: 4, scales: 1 },
    {
      shape: [rows, (words * 32) / bits],
      component: 4,
      groups: Math.ceil((rows * words) / 4 / LANES),
      main,
    },
  );
}

function run(
  backend: WebgpuBackend,
  shaderKey: string,
  inputs: { readonly [name: string]: TensorInfo },
  components: { readonly [name: string]: number },
  { shape, component, groups, main }: { shape: number[]; component: number; groups: number; main: string },
): TensorInfo {
  const variableNames = Object.keys(inputs);
  return backend.runWebGPUProgram(
    {
      shaderKey: `genai_${shaderKey}`,
      variableNames,
      variableComponents: variableNames.map((name) => components[name]!),
      outputShape: shape,
      outputComponent: component,
      dispatchLayout: { x: [0, 1] },
      dispatch: [groups, 1, 1],
      workgroupSize: [LANES, 1, 1],
      getUserCode: () => main,
    },
    Object.values(inputs),
    'float32',
  );
}

function bitsOf({ codes, scales }: Weights): Bits {
  return scales ? ((codes.shape[1]! / scales.shape[1]!) as Bits) : 16;
}

/** Lines that make of the four numbers `codes[at]` the vectors w0, w1, … of four weights each, in the order of a row. */
function unpacking(bits: Bits): string {
  if (bits === 16) {
    return `
      let four = bitcast<vec4<u32>>(codes[at]);
      let w0 = vec4<f32>(unpack2x16float(four.x), unpack2x16float(four.y));
      let w1 = vec4<f32>(unpack2x16float(four.z), unpack2x16float(four.w));`;
  }
  // Codes come to the highest bits, and back with their sign. Of 4 bits the lower halves of all bytes are 16 weights, the upper ones the next.
  const code = (j: number): string => {
    const number = `vec4<i32>(four.${'xyzw'[j % 4]})`;
    const shifts = bits === 8 ? '24, 16, 8, 0' : j < 4 ? '28, 20, 12, 4' : '24, 16, 8, 0';
    return `let w${j} = scale * vec4<f32>((${number} << vec4<u32>(${shifts})) >> vec4<u32>(${32 - bits}));`;
  };
  return `
    let four = codes[at];
    let scale = scales[at${bits === 8 ? ' / 2' : ''}];
    ${vectors(bits, code)}`;
}

/** A line for each vector of four weights that four numbers of codes hold. */
function vectors(bits: Bits, line: (j: number) => string): string {
  return Array.from({ length: 32 / bits }, (_, j) => line(j)).join('\n');
}
