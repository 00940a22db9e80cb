import { env } from '@tensorflow/tfjs-core';
import type { Engine } from './engine.js';
import { importFailure } from './import-failure.js';
import { isSoftware } from './is-software.js';

let version: string | undefined;
let gpu: Gpu | undefined; // kept once found: a browser allows few contexts

/** The graphics card through WebGL 2, in browsers and their workers. */
export const webgl: Engine = {
  name: 'webgl',
  registeredAs: 'webgl',
  async passedOver({ software }) {
    gpu ??= probe();
    if (!gpu) return 'no WebGL 2 here';
    if (!gpu.float32) return 'this GPU renders 16-bit floats only, in which training diverges';
    if (!software && isSoftware(gpu.renderer)) {
      return `the GPU is emulated by the processor (${gpu.renderer}); wasm is faster. Pass { software: true } to take it`;
    }
    return undefined;
  },
  async load() {
    gpu ??= probe();
    if (!gpu) throw new Error('no WebGL 2 here');
    try {
      version = (await import('@tensorflow/tfjs-backend-webgl')).version_webgl;
    } catch (error) {
      throw importFailure('@tensorflow/tfjs-backend-webgl', error);
    }
  },
  facts() {
    const notes = [
      'epsilon() of TensorFlow.js is 1e-4 on webgl, its own Adam uses that: @genai passes its epsilons explicitly.',
    ];
    if (!env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) notes.push('Floats are 16-bit here: training may diverge.');
    return {
      ...(version && { version }),
      ...(gpu && { device: gpu.renderer, software: isSoftware(gpu.renderer) }),
      notes,
    };
  },
};

type Gpu = { readonly renderer: string; readonly float32: boolean };

type Canvas = {
  getContext(kind: 'webgl2'): WebGL2RenderingContext | null;
};

/** Asks a throw-away context who draws. */
function probe(): Gpu | undefined {
  const gl = context();
  if (!gl) return undefined;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  const float32 = gl.getExtension('EXT_color_buffer_float') !== null;
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return { renderer, float32 };
}

function context(): WebGL2RenderingContext | null {
  try {
    const canvas: Canvas | undefined =
      typeof OffscreenCanvas !== 'undefined'
        ? new OffscreenCanvas(1, 1)
        : typeof document !== 'undefined'
          ? document.createElement('canvas')
          : undefined;
    return canvas?.getContext('webgl2') ?? null;
  } catch {
    return null;
  }
}
