export { type AdamOptions, type AdamState, adam } from './adam.js';
export { type AdamWOptions, adamW } from './adam-w.js';
export type { BatchSource } from './batch-reader.js';
export { type ChainState, chain } from './chain.js';
export { clipByGlobalNorm } from './clip-by-global-norm.js';
export { clipByValue } from './clip-by-value.js';
export { type CompeteOptions, type Contest, compete } from './compete.js';
export { type Averaged, type EmaOptions, ema } from './ema.js';
export { every } from './every.js';
export { type Group, type GroupedState, grouped } from './grouped.js';
export { jsonLines } from './json-lines.js';
export type { LearningRate } from './learning-rate.js';
export { type LionOptions, type LionState, lion } from './lion.js';
export { type Fit, type MinimizeOptions, minimize } from './minimize.js';
export { type MuonOptions, type MuonState, muon } from './muon.js';
export { type NotFinite, NotFiniteError } from './not-finite-error.js';
export { type Operator, pipe } from './pipe.js';
export type { Progress, Run } from './run.js';
export {
  type CyclicalOptions,
  constant,
  cyclical,
  linear,
  type StepDecayOptions,
  stepDecay,
  type WarmupCosineOptions,
  warmupCosine,
} from './schedules.js';
export { type SgdOptions, type SgdState, sgd } from './sgd.js';
export { stopWhen } from './stop-when.js';
export { tap } from './tap.js';
export { throttle } from './throttle.js';
export { type TrainOptions, train } from './train.js';
export type { Stateless, Transform } from './transform.js';
