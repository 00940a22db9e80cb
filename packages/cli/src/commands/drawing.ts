/** How tokens are drawn, as the command line says it. */
export interface DrawingOptions {
  /** The most tokens. */
  readonly length?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
}

/** What `generate` takes of them. */
export function drawingOf({ temperature, topK, topP, minP, repetitionPenalty }: DrawingOptions) {
  return { temperature, topK, topP, minP, repetitionPenalty };
}
