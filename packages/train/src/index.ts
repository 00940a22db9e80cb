export { type AdafactorOptions, type AdafactorState, adafactor } from './adafactor.js';
export { type AdagradOptions, type AdagradState, adagrad } from './adagrad.js';
export { type AdamOptions, type AdamState, adam } from './adam.js';
export { type AdamWOptions, adamW } from './adam-w.js';
export type { BatchSource } from './batch-reader.js';
export { type ChainState, chain } from './chain.js';
export { clipByGlobalNorm } from './clip-by-global-norm.js';
export { clipByValue } from './clip-by-value.js';
export { alone } from './cluster/alone.js';
export { averaged } from './cluster/averaged.js';
export type { Collective, CollectiveOptions, Reduction } from './cluster/collective.js';
export { CollectiveError } from './cluster/collective-error.js';
export { type DataParallelOptions, dataParallel } from './cluster/data-parallel.js';
export { fanOut } from './cluster/fan-out.js';
export { joinThreads } from './cluster/join-threads.js';
export { shard } from './cluster/shard.js';
export { stopTogether } from './cluster/stop-together.js';
export { type ThreadSeat, type ThreadTeam, threadTeam } from './cluster/thread-team.js';
export { type CompactState, compact } from './compact.js';
export { type CompeteOptions, type Contest, compete } from './compete.js';
export { curriculum, type Stage } from './curriculum.js';
export { type EarlyStoppingOptions, earlyStopping, type Patience } from './early-stopping.js';
export { type Averaged, type EmaOptions, ema } from './ema.js';
export { type Evaluated, type EvaluateEveryOptions, evaluateEvery } from './evaluate-every.js';
export { every } from './every.js';
export {
  type FindLearningRateOptions,
  type FoundLearningRate,
  findLearningRate,
  type RatePoint,
} from './find-learning-rate.js';
export { type Group, type GroupedState, grouped } from './grouped.js';
export type { Improvement } from './improvement.js';
export { type InverseSquareRootOptions, inverseSquareRoot } from './inverse-square-root.js';
export { jsonLines } from './json-lines.js';
export { type KeepBestOptions, type Kept, keepBest } from './keep-best.js';
export { type LayerwiseOptions, layerwise } from './layerwise.js';
export type { LearningRate } from './learning-rate.js';
export { type LionOptions, type LionState, lion } from './lion.js';
export { type EventImage, type EventLog, type EventLogOptions, eventFileName, eventLog } from './logs/event-log.js';
export { type MlflowOptions, mlflow } from './logs/mlflow.js';
export { tensorBoard } from './logs/tensor-board.js';
export { type LookaheadOptions, type LookaheadState, lookahead } from './lookahead.js';
export { type Fit, type MinimizeOptions, minimize } from './minimize.js';
export { type MuonOptions, type MuonState, muon } from './muon.js';
export { type NotFinite, NotFiniteError } from './not-finite-error.js';
export { type OnPlateauOptions, onPlateau, type Plateau } from './on-plateau.js';
export { type OneCycleOptions, oneCycle } from './one-cycle.js';
export { type Operator, pipe } from './pipe.js';
export { type PolynomialOptions, polynomial } from './polynomial.js';
export { chromeTrace } from './profile/chrome-trace.js';
export { type EstimateMemoryOptions, estimateMemory, type MemoryEstimate } from './profile/estimate-memory.js';
export { type FlameChartOptions, flameChart } from './profile/flame-chart.js';
export { type KernelTime, kernelTimes } from './profile/kernel-times.js';
export { profileOnDevice } from './profile/profile-on-device.js';
export { type ProfiledKernel, type ProfileStepOptions, profileStep, type StepProfile } from './profile/profile-step.js';
export type { SeenKernel } from './profile/watch-engine.js';
export { type RmsPropOptions, type RmsPropState, rmsProp } from './rms-prop.js';
export type { Progress, Run } from './run.js';
export { scaled } from './scaled.js';
export { type ScheduleFreeOptions, type ScheduleFreeState, scheduleFree } from './schedule-free.js';
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
export { type SharpnessAwareOptions, sharpnessAware } from './sharpness-aware.js';
export { stopWhen } from './stop-when.js';
export { integers, logUniform, oneOf, type Range, type Space, uniform } from './sweep/space.js';
export {
  gridSearch,
  randomSearch,
  type Strategy,
  type SuccessiveHalvingOptions,
  successiveHalving,
  type Trial,
  type TrialResult,
} from './sweep/strategy.js';
export { type SweepOptions, sweep } from './sweep/sweep.js';
export { tap } from './tap.js';
export { throttle } from './throttle.js';
export { type TrainOptions, train } from './train.js';
export type { Stateless, Transform } from './transform.js';
export { type WarmRestartsOptions, warmRestarts } from './warm-restarts.js';
export type { AnyJob, Handlers, Job, JobContext, UnknownJob, Watchable } from './worker/job.js';
export type { CheckpointEvery } from './worker/messages.js';
export { fromPlain, type Plain, type PlainTensor, toPlain } from './worker/plain.js';
export { serveTraining } from './worker/serve-training.js';
export { type TrainInOptions, trainIn } from './worker/train-in.js';
export { transfer } from './worker/transfer.js';
export type { WorkerLike } from './worker/worker-like.js';
export type { WorkerProgress, WorkerRun } from './worker/worker-run.js';
