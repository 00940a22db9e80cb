import { GenaiError } from '@genai/core';
import type { Span } from './field.js';

export function expectSpan(where: string, { from, to }: Span): void {
  if (Number.isFinite(from) && Number.isFinite(to)) return;
  throw new GenaiError(`${where}: from and to must be finite times, got ${from} and ${to}.`);
}
