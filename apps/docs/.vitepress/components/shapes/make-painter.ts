import { CanvasPainter } from './canvas-painter.js';
import type { Painter } from './painter.js';

/** A painter with three.js, which is loaded for it, or on a plain canvas where WebGL is missing. */
export async function makePainter(): Promise<Painter> {
  if (!document.createElement('canvas').getContext('webgl2')) return new CanvasPainter();
  try {
    const { ThreePainter } = await import('./three-painter.js');
    return new ThreePainter();
  } catch {
    return new CanvasPainter(); // a context for a probe, and none for the picture
  }
}
