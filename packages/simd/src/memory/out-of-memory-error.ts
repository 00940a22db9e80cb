import { GenaiError } from '@genai/core';

/** The engine's memory, at most 4 GiB, has no room for what was asked. Nothing was changed; tensors may be freed. */
export class OutOfMemoryError extends GenaiError {
  override name = 'OutOfMemoryError';

  constructor(
    /** Bytes that were asked for. */
    readonly requested: number,
    /** Bytes in use. */
    readonly used: number,
  ) {
    const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
    super(
      `simd: no room for ${mib(requested)} beside the ${mib(used)} in use; a WebAssembly memory ends at 4 GiB, or where ` +
        'the machine ends. Take smaller batches (`accumulate` of minimize keeps the update), or dispose tensors.',
    );
  }
}
