import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { WebgpuKernel, WebgpuProgram } from './webgpu-backend.js';

const WORKGROUP = 64;

/** Codes of 16 bits from floats, as `packBfloat16` of @genai/tensor has them on the host, bit by bit. */
export const packBfloat16: WebgpuKernel = {
  name: 'GenaiPackBfloat16',
  run({ inputs, attrs, backend }) {
    const { x, step } = inputs as { x: TensorInfo; step?: TensorInfo };
    const [first, second] = (attrs.key as readonly [number, number] | undefined) ?? [0, 0];
    const count = util.sizeFromShape(x.shape);
    const program = programOf([Math.ceil(count / 2)], {
      shaderKey: step ? 'genaiPackBfloat16Noise' : 'genaiPackBfloat16',
      variableNames: step ? ['X', 'Moves'] : ['X'],
      uniforms: 'count : i32, first : i32, second : i32,',
      code: `${UPPER}${step ? THREEFRY : ''}
        fn bits(at : i32) -> u32 { return select(0u, bitcast<u32>(X[min(at, uniforms.count - 1)]), at < uniforms.count); }
        fn main(index : i32) {
          if (index < uniforms.size) {
            let low = bits(2 * index);
            let high = bits(2 * index + 1);
            ${step ? NOISE : NEAREST}
            result[index] = bitcast<i32>(upper(low, below) | (upper(high, above) << 16u));
          }
        }`,
    });
    const numbers = [count, first | 0, second | 0].map((number) => ({ type: 'int32' as const, data: [number] }));
    return backend.runWebGPUProgram(program, step ? [x, step] : [x], 'int32', numbers);
  },
};

/** Floats from their codes. */
export const unpackBfloat16: WebgpuKernel = {
  name: 'GenaiUnpackBfloat16',
  run({ inputs, attrs, backend }) {
    const program = programOf(attrs.shape as number[], {
      shaderKey: 'genaiUnpackBfloat16',
      variableNames: ['Codes'],
      code: `
        fn main(index : i32) {
          if (index < uniforms.size) {
            let code = bitcast<u32>(Codes[index / 2]);
            result[index] = bitcast<f32>(select(code << 16u, code & 0xffff0000u, (index & 1) == 1));
          }
        }`,
    });
    return backend.runWebGPUProgram(program, [inputs.codes!], 'float32');
  },
};

/** A shader that is run once for each number of its output. */
function programOf(
  outputShape: readonly number[],
  { code, ...rest }: Pick<WebgpuProgram, 'shaderKey' | 'variableNames' | 'uniforms'> & { readonly code: string },
): WebgpuProgram {
  return {
    ...rest,
    outputShape,
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: outputShape.map((_, i) => i) },
    dispatch: [Math.ceil(util.sizeFromShape(outputShape as number[]) / WORKGROUP), 1, 1],
    size: true,
    getUserCode: () => code,
  };
}

/** The upper half of a float's bits, after a number is added below it; finite numbers stay finite, and NaN stays NaN. */
const UPPER = `
  fn upper(bits : u32, more : u32) -> u32 {
    let half = bits >> 16u;
    if ((half & 0x7f80u) == 0x7f80u) { return select(half, half | 0x40u, (bits & 0x7fffffffu) > 0x7f800000u); }
    let sum = (bits + more) >> 16u;
    return select(sum, sum - 1u, (sum & 0x7fffu) == 0x7f80u);
  }`;

const NEAREST = `
  let below = 0x7fffu + ((low >> 16u) & 1u);
  let above = 0x7fffu + ((high >> 16u) & 1u);`;

/** As `randomBits(fold(key, step))` of @genai/core. */
const NOISE = `
  let key = threefry(vec2<u32>(bitcast<u32>(uniforms.first), bitcast<u32>(uniforms.second)), u32(Moves[0]));
  let halves = threefry(key, u32(index));
  let below = (halves.x ^ halves.y) & 0xffffu;
  let above = (halves.x ^ halves.y) >> 16u;`;

/** The block of 20 rounds at the counter (0, i). @source Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3". */
const THREEFRY = `
  fn four(x : vec2<u32>, by : vec4<u32>) -> vec2<u32> {
    var y = x;
    for (var i = 0; i < 4; i++) {
      y.x += y.y;
      y.y = ((y.y << by[i]) | (y.y >> (32u - by[i]))) ^ y.x;
    }
    return y;
  }
  fn threefry(key : vec2<u32>, at : u32) -> vec2<u32> {
    let k2 = key.x ^ key.y ^ 0x1bd11bdau;
    let even = vec4<u32>(13u, 15u, 26u, 6u);
    let odd = vec4<u32>(17u, 29u, 16u, 24u);
    var x = vec2<u32>(key.x, at + key.y);
    x = four(x, even) + vec2<u32>(key.y, k2 + 1u);
    x = four(x, odd) + vec2<u32>(k2, key.x + 2u);
    x = four(x, even) + vec2<u32>(key.x, key.y + 3u);
    x = four(x, odd) + vec2<u32>(key.y, k2 + 4u);
    return four(x, even) + vec2<u32>(k2, key.x + 5u);
  }`;
