import { GenaiError, sizeOf } from '@genai/core';
import { scope } from '@genai/tensor';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type InceptionParams, inceptionGraph } from './inception-graph.js';

/** An array of a weights file, as `readTensors` of `@genai/checkpoint` gives them. */
export interface WeightArray {
  readonly shape: readonly number[];
  readonly values: () => Float32Array;
}

/**
 * The weights of {@link inceptionV3} from the arrays of PyTorch's file, by their names there: `Mixed_5b.branch1x1.conv.weight`. Batch
 * norms are folded into the convolutions before them; other names are left alone.
 *
 * The file is that of torch-fidelity (`weights-inception-2015-12-05-6726825d.pth`) or of pytorch-fid, saved once as safetensors:
 * `save_file(torch.load(path), 'model.safetensors')`. Bring it; it is not part of this package.
 *
 * @example
 * const tensors = new Map<string, StoredTensor>();
 * for await (const array of readTensors(directory('inception'))) tensors.set(array.name, array);
 * const features = inceptionFeatures(inceptionFrom(tensors), { weights: '6726825d' });
 * @throws GenaiError if an array is missing, has another shape, or holds what is no finite number.
 */
export function inceptionFrom(tensors: ReadonlyMap<string, WeightArray>): InceptionParams {
  const read = (name: string, shape: readonly number[]): Float32Array => {
    const found = tensors.get(name);
    if (!found) {
      throw new GenaiError(
        `inceptionFrom: there is no "${name}" among ${tensors.size} arrays. Pass all weights of torch-fidelity's Inception v3.`,
      );
    }
    const fits = found.shape.length === shape.length && found.shape.every((size, i) => size === shape[i]);
    if (!fits) {
      throw new GenaiError(
        `inceptionFrom: "${name}" has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}].`,
      );
    }
    return finite(name, found.values(), sizeOf(shape));
  };
  return scope(() => {
    const layers = [...inceptionGraph().filters].map(([name, [height, width, inputs, outputs]]) => {
      const norm = (part: string): Float32Array => read(`${name}.bn.${part}`, [outputs]);
      const [scale, shift, means, variances] = ['weight', 'bias', 'running_mean', 'running_var'].map(norm);
      const factors = Float64Array.from(scale!, (value, c) => value / Math.sqrt(variances![c]! + EPSILON));
      const filter = read(`${name}.conv.weight`, [outputs, inputs, height, width]);
      const bias = Float32Array.from(shift!, (value, c) => value - means![c]! * factors[c]!);
      const weight = tensor(turned(filter, outputs, inputs, height * width, factors), [height, width, inputs, outputs]);
      return [name, { weight, bias: tensor(bias) }] as const;
    });
    return { ...Object.fromEntries(layers), fc: lastLayer(read) };
  });
}

/** Of the batch norms. */
const EPSILON = 1e-3;

function lastLayer(read: (name: string, shape: readonly number[]) => Float32Array): { weight: Tensor; bias: Tensor } {
  const [outputs, inputs] = [1008, 2048];
  const weight = turned(read('fc.weight', [outputs, inputs]), outputs, inputs, 1, new Float64Array(outputs).fill(1));
  return { weight: tensor(weight, [inputs, outputs]), bias: tensor(read('fc.bias', [outputs])) };
}

/** From (outputs, inputs, taps), as PyTorch has filters, to (taps, inputs, outputs), each output times its factor. */
function turned(
  filter: Float32Array,
  outputs: number,
  inputs: number,
  taps: number,
  factors: Float64Array,
): Float32Array {
  const found = new Float32Array(filter.length);
  for (let o = 0, from = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let t = 0; t < taps; t++) found[(t * inputs + i) * outputs + o] = filter[from++]! * factors[o]!;
    }
  }
  return found;
}

function finite(name: string, values: Float32Array, size: number): Float32Array {
  if (values.length === size && values.every(Number.isFinite)) return values;
  throw new GenaiError(
    `inceptionFrom: "${name}" holds ${values.length} numbers, expected ${size}, all finite. Fetch the file again.`,
  );
}
