export { type AutoregressiveOptions, autoregressive } from './autoregressive.js';
export { type ClassBaseParams, classBase } from './bases/class-base.js';
export { type DiagonalNormalBaseParams, diagonalNormalBase } from './bases/diagonal-normal-base.js';
export { type GaussianMixtureBaseParams, gaussianMixtureBase } from './bases/gaussian-mixture-base.js';
export type { Bijector, Forward, Inverse } from './bijector.js';
export type {
  Carried,
  CarriedConditionalFlow,
  CarriedConditionalFlowParams,
  CarriedFlow,
  CarriedFlowParams,
} from './carried/carried-flow.js';
export { type FromNflowsOptions, fromNflows } from './carried/from-nflows.js';
export { type FromZukoOptions, fromZuko } from './carried/from-zuko.js';
export type { StateDict, StateEntry } from './carried/state-dict.js';
export { type AmortizedParams, amortized } from './classic/amortized.js';
export { type PlanarParams, planar } from './classic/planar.js';
export { type RadialParams, radial } from './classic/radial.js';
export { type SylvesterOptions, type SylvesterParams, sylvester } from './classic/sylvester.js';
export { type ConditionalFlow, type ConditionalFlowParams, conditionalFlow } from './conditional-flow.js';
export { conditionalNll, type InContext } from './conditional-nll.js';
export { type ContinuousFlowOptions, continuousFlow } from './continuous/continuous-flow.js';
export { rademacherNoise } from './continuous/rademacher-noise.js';
export { timeFrequencies } from './continuous/time-frequencies.js';
export { exactTrace, type HutchinsonOptions, hutchinson, type Trace } from './continuous/trace.js';
export { type CouplingOptions, coupling, type Passes } from './coupling.js';
export { boundNll } from './dequantize/bound-nll.js';
export { conditionalBoundNll } from './dequantize/conditional-bound-nll.js';
export {
  type ConditionalDequantizedOptions,
  conditionalDequantized,
} from './dequantize/conditional-dequantized.js';
export { type DequantizedOptions, type DequantizedParams, dequantized } from './dequantize/dequantized.js';
export { standardLogistic } from './dequantize/standard-logistic.js';
export { drawScored, type Scored } from './draw-scored.js';
export { type AttributeExamples, attributeDirection } from './edit/attribute-direction.js';
export { editAttribute } from './edit/edit-attribute.js';
export { interpolate } from './edit/interpolate.js';
export { whatIf } from './edit/what-if.js';
export { expTransform, logTransform } from './elementwise/log-transform.js';
export { type LogitTransformOptions, logitTransform, sigmoidTransform } from './elementwise/logit-transform.js';
export { inverseSoftplusTransform, softplusTransform } from './elementwise/softplus-transform.js';
export { artanhTransform, tanhTransform } from './elementwise/tanh-transform.js';
export { type AttributionsOptions, attributions } from './explain/attributions.js';
export { type FlowSvgOptions, flowSvg } from './explain/flow-svg.js';
export { type FlowView, type FlowViewsOptions, flowViews } from './explain/flow-views.js';
export { type LogDensityTerms, logDensityTerms } from './explain/log-density-terms.js';
export { type Flow, type FlowParams, type FlowParts, type FlowStep, flow } from './flow.js';
export { type BoundedLogScaleParams, boundedLogScale } from './image/bounded-log-scale.js';
export { type CheckerboardFlowOptions, checkerboardFlow } from './image/checkerboard-flow.js';
export { type FactorOutOptions, factorOut } from './image/factor-out.js';
export { flattenEvent } from './image/flatten-event.js';
export {
  type GatedConvBlockParams,
  type GatedConvNetOptions,
  type GatedConvNetParams,
  gatedConvNet,
} from './image/gated-conv-net.js';
export { type GlowOptions, type GlowParams, glow } from './image/glow.js';
export { type GlowNetParams, glowNet } from './image/glow-net.js';
export { type ImageCouplingParams, type ImageCouplingsOptions, imageCouplings } from './image/image-couplings.js';
export { channelHalf, checkerboard, type Mask } from './image/mask.js';
export { type MaskedCouplingOptions, maskedCoupling } from './image/masked-coupling.js';
export { type MultiScaleFlowOptions, type MultiScaleFlowParams, multiScaleFlow } from './image/multi-scale-flow.js';
export { pixelNoise } from './image/pixel-noise.js';
export { type SplineImageFlowParams, splineImageFlow } from './image/spline-image-flow.js';
export { type SplineScalesOptions, type SplineScalesParams, splineScales } from './image/spline-scales.js';
export { type SquareNoiseParams, squareNoise } from './image/square-noise.js';
export { squeeze } from './image/squeeze.js';
export { type ImportanceSample, importanceSample } from './importance-sample.js';
export { invert } from './invert.js';
export { type ActnormParams, actnorm } from './linear/actnorm.js';
export { type AffineParams, affine } from './linear/affine.js';
export { type HouseholderParams, householder } from './linear/householder.js';
export { type LuLinearParams, luLinear } from './linear/lu-linear.js';
export { permutation, reverse, shuffle } from './linear/permutation.js';
export { standardize } from './linear/standardize.js';
export { nll } from './nll.js';
export { adjoint } from './ode/adjoint.js';
export type { Field, FieldOf, Solver, Span } from './ode/field.js';
export { fixedSteps, integrate, type StepsOptions } from './ode/integrate.js';
export { adaptiveSteps, integrateAdaptively, type Tolerances } from './ode/integrate-adaptively.js';
export {
  dormandPrince,
  type EmbeddedMethod,
  euler,
  heun,
  type Method,
  midpoint,
  rungeKutta4,
} from './ode/methods.js';
export { type InferShapeOptions, inferShape } from './points/infer-shape.js';
export { type ModulatedCouplingOptions, modulatedCoupling } from './points/modulated-coupling.js';
export { type ModulatedMlpOptions, type ModulatedMlpParams, modulatedMlp } from './points/modulated-mlp.js';
export {
  type PointFlow,
  type PointFlowParams,
  type PointFlowParts,
  pointFlow,
  type ShapePrior,
} from './points/point-flow.js';
export { type PointNetOptions, type PointNetParams, pointNet } from './points/point-net.js';
export { type SplinePointsOptions, type SplinePointsParams, splinePoints } from './points/spline-points.js';
export { type ContinuousFlowPresetOptions, cnf } from './presets/cnf.js';
export { iaf } from './presets/iaf.js';
export { type AutoregressiveFlowOptions, maf } from './presets/maf.js';
export { nice } from './presets/nice.js';
export { nsf, type SplineFlowOptions } from './presets/nsf.js';
export { type CouplingFlowOptions, realNvp } from './presets/real-nvp.js';
export type {
  InContextOptions,
  VectorConditionalFlowParams,
  VectorFlowOptions,
  VectorFlowParams,
  WithoutContext,
} from './presets/stacked.js';
export {
  type Contraction,
  type ContractionAt,
  type ContractionOptions,
  contraction,
  type Linearized,
} from './residual/contraction.js';
export { type InvertibleResidualOptions, invertibleResidual } from './residual/invertible-residual.js';
export { lipSwish } from './residual/lip-swish.js';
export {
  type RouletteOptions,
  roulette,
  type Series,
  seriesError,
  type TruncatedSeriesOptions,
  truncatedSeries,
} from './residual/series.js';
export { type ReverseKlOptions, reverseKl } from './reverse-kl.js';
export { type AffineMapOptions, affineMap } from './scalar/affine-map.js';
export { circularRationalQuadraticMap } from './scalar/circular-rational-quadratic-map.js';
export { composedMap } from './scalar/composed-map.js';
export { cubicMap } from './scalar/cubic-map.js';
export { type MonotonicNetMapOptions, monotonicNetMap } from './scalar/monotonic-net-map.js';
export { rationalQuadraticMap } from './scalar/rational-quadratic-map.js';
export { shiftMap } from './scalar/shift-map.js';
export { softClip } from './scalar/soft-clip.js';
export type { SplineOptions, SplineParts } from './scalar/spline-parts.js';
export type { ScalarMap } from './scalar-map.js';
export { sequence } from './sequence.js';
export { startedFrom } from './started-from.js';
export { tempered } from './tempered.js';
export { temperedFlow } from './tempered-flow.js';
