export type { Io, Output } from './io.js';
export { EXIT, run } from './run.js';
