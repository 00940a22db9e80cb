import { moduleOf } from './wasm-module.js';

/** Columns that lie beside each other in memory: a panel, (depth, 4). */
export const PANEL = 4;

/** Room for panels of two matrices, and what multiplies them. */
export interface Strips {
  /** (panels, depth, 4) */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** AᵀB of one panel of the left with those of the right from `first` on, (4, 4 panels); good until the next call. */
  readonly multiply: (panel: number, first: number) => Float64Array;
}

/**
 * Products in double precision, twice as fast by WebAssembly as by JavaScript: a kernel of 600 bytes with vectors of two numbers. Where an
 * engine has relaxed vectors (V8 since 2023) a multiplication and its addition are one instruction, and round once.
 *
 * Its memory is shared by all calls: use the strips before the next call. Where there are no such vectors JavaScript serves.
 */
export function stripsOf(depth: number, leftPanels: number, rightPanels: number): Strips {
  const [left, right, out] = [leftPanels * depth * PANEL, rightPanels * depth * PANEL, rightPanels * PANEL * PANEL];
  kernel ??= compiled();
  if (kernel === 'none') return stripsOfScript(depth, leftPanels, rightPanels);
  const { memory, strip } = kernel;
  const places = [BASE, BASE + 8 * left, BASE + 8 * (left + right)] as const;
  const missing = places[2] + 8 * out - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return {
    left: new Float64Array(memory.buffer, places[0], left),
    right: new Float64Array(memory.buffer, places[1], right),
    multiply: (panel, first) => {
      const size = 8 * depth * PANEL;
      const panels = rightPanels - first;
      strip(places[0] + panel * size, places[1] + first * size, depth, panels, places[2]);
      return new Float64Array(memory.buffer, places[2], panels * PANEL * PANEL);
    },
  };
}

/** The same in JavaScript: two rows of a strip by four columns at a time, as many sums as stay in registers. */
export function stripsOfScript(depth: number, leftPanels: number, rightPanels: number): Strips {
  const left = new Float64Array(leftPanels * depth * PANEL);
  const right = new Float64Array(rightPanels * depth * PANEL);
  return {
    left,
    right,
    multiply: (panel, first) => {
      const columns = (rightPanels - first) * PANEL;
      const out = new Float64Array(PANEL * columns);
      for (let row = 0; row < PANEL; row += 2) {
        for (let j = 0; j < columns; j += PANEL) {
          const [p, q] = [panel * depth * PANEL + row, (first * PANEL + j) * depth];
          multiplyTile(left, p, right, q, depth, out, row * columns + j, columns);
        }
      }
      return out;
    },
  };
}

function multiplyTile(
  left: Float64Array,
  p: number,
  right: Float64Array,
  q: number,
  depth: number,
  out: Float64Array,
  at: number,
  columns: number,
): void {
  let a0 = 0;
  let a1 = 0;
  let a2 = 0;
  let a3 = 0;
  let b0 = 0;
  let b1 = 0;
  let b2 = 0;
  let b3 = 0;
  for (const end = p + PANEL * depth; p < end; p += PANEL, q += PANEL) {
    const x = left[p]!;
    const y = left[p + 1]!;
    let z = right[q]!;
    a0 += x * z;
    b0 += y * z;
    z = right[q + 1]!;
    a1 += x * z;
    b1 += y * z;
    z = right[q + 2]!;
    a2 += x * z;
    b2 += y * z;
    z = right[q + 3]!;
    a3 += x * z;
    b3 += y * z;
  }
  out[at] = a0;
  out[at + 1] = a1;
  out[at + 2] = a2;
  out[at + 3] = a3;
  out[at + columns] = b0;
  out[at + columns + 1] = b1;
  out[at + columns + 2] = b2;
  out[at + columns + 3] = b3;
}

type Kernel = {
  readonly memory: WebAssembly.Memory;
  readonly strip: (left: number, right: number, depth: number, panels: number, out: number) => void;
};

let kernel: Kernel | 'none' | undefined;

const PAGE = 2 ** 16;

/** Below lies what the kernel calls its stack. */
const BASE = 4096;

function compiled(): Kernel | 'none' {
  const relaxed = moduleOf(RELAXED);
  const module = relaxed === 'none' ? moduleOf(STRIP) : relaxed;
  if (module === 'none') return 'none'; // no vectors, or a page whose policy forbids WebAssembly
  const memory = new WebAssembly.Memory({ initial: 2 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, strip: exports.strip as Kernel['strip'] };
}

/** Of kernels/strip.c, which tells how it is made. */
const STRIP =
  'AGFzbQEAAAABCQFgBX9/f39/AAIPAQNlbnYGbWVtb3J5AgABAwIBAAQFAXABAQEGBwF/AUGACAsHCQEFc3RyaXAAAAqrBAGoBAgCfwF7BX8IewF/AXsBfwJ7AkAgA0EBSA0AIANBBXQhBUEAIQYCQCACQQBKDQADQCAE/QwAAAAAAAAAAAAAAAAAAAAAIgf9CwQAIARBEGogB/0LBAAgBCAFaiIIIAf9CwQAIAhBEGogB/0LBAAgCCAFaiIIIAf9CwQAIAhBEGogB/0LBAAgCCAFaiIIIAf9CwQAIAhBEGogB/0LBAAgBEEgaiEEIANBf2oiAw0ADAILCyACQQV0IQkgA0HgAGwhCiADQQZ0IQsDQEEAIQggAiEM/QwAAAAAAAAAAAAAAAAAAAAAIg0hDiANIQ8gDSEQIA0hESANIRIgDSETIA0hFANAIAAgCGoiFf0KAwAiFiABIAhqIhf9AAQAIgf98gEgDf3wASENIBVBGGr9CgMAIhggF0EQav0ABAAiGf3yASAR/fABIREgGCAH/fIBIBL98AEhEiAVQRBq/QoDACIYIBn98gEgE/3wASETIBggB/3yASAU/fABIRQgFUEIav0KAwAiGCAZ/fIBIBD98AEhECAYIAf98gEgD/3wASEPIBYgGf3yASAO/fABIQ4gCEEgaiEIIAxBf2oiDA0ACyAEIA39CwQAIAQgDv0LBBAgBCAFaiIIIA/9CwQAIAggEP0LBBAgBCALaiIIIBT9CwQAIAggE/0LBBAgBCAKaiIIIBL9CwQAIAggEf0LBBAgBEEgaiEEIAEgCWohASAGQQFqIgYgA0cNAAsLCw==';

/** The same with relaxed vectors. */
const RELAXED =
  'AGFzbQEAAAABCQFgBX9/f39/AAIPAQNlbnYGbWVtb3J5AgABAwIBAAQFAXABAQEGBwF/AUGACAsHCQEFc3RyaXAAAAqTBAGQBAgCfwF7BX8IewF/AXsBfwJ7AkAgA0EBSA0AIANBBXQhBUEAIQYCQCACQQBKDQADQCAE/QwAAAAAAAAAAAAAAAAAAAAAIgf9CwQAIARBEGogB/0LBAAgBCAFaiIIIAf9CwQAIAhBEGogB/0LBAAgCCAFaiIIIAf9CwQAIAhBEGogB/0LBAAgCCAFaiIIIAf9CwQAIAhBEGogB/0LBAAgBEEgaiEEIANBf2oiAw0ADAILCyACQQV0IQkgA0HgAGwhCiADQQZ0IQsDQEEAIQggAiEM/QwAAAAAAAAAAAAAAAAAAAAAIg0hDiANIQ8gDSEQIA0hESANIRIgDSETIA0hFANAIAAgCGoiFf0KAwAiFiABIAhqIhf9AAQAIgcgDf2HAiENIBVBGGr9CgMAIhggF0EQav0ABAAiGSAR/YcCIREgGCAHIBL9hwIhEiAVQRBq/QoDACIYIBkgE/2HAiETIBggByAU/YcCIRQgFUEIav0KAwAiGCAZIBD9hwIhECAYIAcgD/2HAiEPIBYgGSAO/YcCIQ4gCEEgaiEIIAxBf2oiDA0ACyAEIA39CwQAIAQgDv0LBBAgBCAFaiIIIA/9CwQAIAggEP0LBBAgBCALaiIIIBT9CwQAIAggE/0LBBAgBCAKaiIIIBL9CwQAIAggEf0LBBAgBEEgaiEEIAEgCWohASAGQQFqIgYgA0cNAAsLCw==';
