/** Why one engine was passed over. */
export type BackendReason = { readonly name: string; readonly reason: string };

/**
 * No engine that was asked for can compute here; `reasons` tells why for each, in the order tried.
 *
 * It carries the mark of `GenaiError` of @genai/core, so `GenaiError.is(error)` is true.
 *
 * @example
 * try {
 *   await useBackend('webgpu');
 * } catch (error) {
 *   if (!(error instanceof BackendUnavailableError)) throw error;
 *   await useBackend('wasm');
 * }
 */
export class BackendUnavailableError extends Error {
  override name: string = 'BackendUnavailableError';
  readonly reasons: readonly BackendReason[];

  constructor(asked: string, reasons: readonly BackendReason[], options?: ErrorOptions) {
    const list = reasons.map(({ name, reason }) => `\n  ${name}: ${reason}`).join('');
    super(`useBackend('${asked}'): no engine can be used here.${list}`, options);
    this.reasons = reasons;
    // By symbol, not by import: this package depends on TensorFlow.js alone.
    Object.defineProperty(this, Symbol.for('genai.error'), { value: true });
  }
}
