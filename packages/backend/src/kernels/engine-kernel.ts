import { getKernel, type KernelConfig, registerKernel, type TensorInfo, unregisterKernel } from '@tensorflow/tfjs-core';

/** What a kernel is given; `B` is the engine's class, as far as the kernel uses it. */
export type KernelCall<B> = {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: B;
};

/** A kernel of ours; `stock` is the engine's own, which it may stand in for. */
export type EngineKernel<B> = {
  readonly name: string;
  readonly run: (
    call: KernelCall<B> & { readonly stock: (call: KernelCall<B>) => TensorInfo | TensorInfo[] },
  ) => TensorInfo | TensorInfo[];
};

const MARKER: symbol = /* @__PURE__ */ Symbol.for('genai.kernel');

/** Registers our kernels under an engine's name, each holding on to the stock one. Doing it twice is harmless. */
export function registerKernels<B extends object>(backendName: string, kernels: readonly EngineKernel<B>[]): void {
  for (const kernel of kernels) {
    const stock = getKernel(kernel.name, backendName);
    if (stock && MARKER in stock) continue;
    if (stock) unregisterKernel(kernel.name, backendName);
    const callStock = ({ inputs, attrs, backend }: KernelCall<B>): TensorInfo | TensorInfo[] => {
      if (!stock) throw new Error(`the ${backendName} engine has no kernel ${kernel.name} of its own.`);
      return stock.kernelFunc({ inputs, attrs: attrs as never, backend });
    };
    const config: KernelConfig = {
      ...stock, // its setupFunc prepares what `stock` needs
      kernelName: kernel.name,
      backendName,
      kernelFunc: (call) => kernel.run({ ...(call as unknown as KernelCall<B>), stock: callStock }),
    };
    registerKernel(Object.assign(config, { [MARKER]: stock ? 'replaced' : 'supplied' }));
  }
}

/** Whether a registered kernel is the engine's own, and if not, whether there was one. */
export function originOf(config: KernelConfig): 'native' | 'replaced' | 'supplied' {
  return (config as unknown as Record<symbol, 'replaced' | 'supplied' | undefined>)[MARKER] ?? 'native';
}
