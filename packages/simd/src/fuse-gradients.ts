import { engine, type GradConfig, getGradient, registerGradient, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Computes the gradients of TensorFlow.js's `relu`, `sigmoid` and `tanh` in one kernel on this engine, where its own take
 * two to four. Call it when the gradients are registered; doing it twice is harmless.
 *
 * A gradient that is itself recorded, to be differentiated again, stays that of TensorFlow.js, as do other engines'.
 */
export function fuseGradients(): void {
  fuse('Relu', 'reluOfValue'); // it saves its argument, which has the sign of its value
  fuse('Sigmoid', 'sigmoidOfValue');
  fuse('Tanh', 'tanhOfValue');
}

const FUSED: symbol = /* @__PURE__ */ Symbol.for('genai.fused-gradient');

function fuse(kernelName: string, kind: string): void {
  const stock = getGradient(kernelName);
  if (!stock || FUSED in stock) return;
  const gradFunc: GradConfig['gradFunc'] = (dy, saved, attrs) => {
    const x = saved[0] as Tensor;
    const plain = engine().backendName !== 'simd' || engine().isTapeOn() || x.dtype !== 'float32';
    if (plain) return stock.gradFunc(dy, saved, attrs);
    return {
      x: () => engine().runKernel('GenaiActivationGrad', { dy: dy as Tensor, x }, { kind }) as Tensor,
    };
  };
  registerGradient(Object.assign({ ...stock, gradFunc }, { [FUSED]: true }));
}
