import type { BackendName } from '../backend-name.js';
import { cpu } from './cpu.js';
import type { Engine } from './engine.js';
import { node } from './node.js';
import { simd } from './simd.js';
import { wasm } from './wasm.js';
import { webgl } from './webgl.js';
import { webgpu } from './webgpu.js';

const ENGINES: Readonly<Record<BackendName, Engine>> = { webgpu, webgl, simd, wasm, node, cpu };

export function engineNamed(name: BackendName): Engine {
  return ENGINES[name];
}
