import {
  abs,
  add,
  cast,
  clipByValue,
  cos,
  div,
  elu,
  equal,
  erf,
  exp,
  expm1,
  floor,
  greater,
  greaterEqual,
  isFinite as isFiniteNumber,
  isNaN as isNotANumber,
  leakyRelu,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  pow,
  reciprocal,
  relu,
  reshape,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  squaredDifference,
  sub,
  type Tensor,
  tanh,
  tile,
  where,
} from '@tensorflow/tfjs-core';
import type { EngineCase } from '../engine-cases.js';
import {
  bools,
  broadcastOnHost,
  erfOnHost,
  fixed,
  type HostTensor,
  integers,
  positives,
  signed,
} from '../engine-host.js';

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

/** Operations on one element each. */
export function elementwise(): EngineCase[] {
  const make = (
    name: string,
    run: Unary,
    host: (x: number) => number,
    {
      from = signed([3, 5]),
      gradient = true,
      kind = 'elementwise',
    }: Partial<Pick<EngineCase, 'gradient' | 'kind'>> & { from?: HostTensor } = {},
  ): EngineCase => ({
    family: 'element-wise',
    name,
    inputs: [from],
    run,
    kind,
    gradient,
    host: (x) => x.map(host),
  });
  const positive = { from: positives([3, 5]) };
  const flat = { gradient: false };
  const trigonometry = { kind: 'trigonometry' } as const;
  return [
    make('abs', abs, Math.abs),
    make('neg', neg, (x) => -x),
    make('exp', exp, Math.exp),
    make('expm1', expm1, Math.expm1),
    make('log', log, Math.log, positive),
    make('log1p', log1p, Math.log1p, positive),
    make('sqrt', sqrt, Math.sqrt, positive),
    make('rsqrt', rsqrt, (x) => 1 / Math.sqrt(x), positive),
    make('reciprocal', reciprocal, (x) => 1 / x),
    make('square', square, (x) => x * x),
    make('sin', sin, Math.sin, trigonometry),
    make('cos', cos, Math.cos, trigonometry),
    make('tanh', tanh, Math.tanh),
    make('sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x))),
    make('softplus', softplus, (x) => Math.log1p(Math.exp(x))),
    make('erf', erf, erfOnHost),
    make('relu', relu, (x) => Math.max(0, x)),
    make(
      'leakyRelu',
      (x) => leakyRelu(x, 0.2),
      (x) => (x > 0 ? x : 0.2 * x),
    ),
    make('elu', elu, (x) => (x > 0 ? x : Math.expm1(x))),
    make(
      'clipByValue',
      (x) => clipByValue(x, -1, 1.5),
      (x) => Math.min(1.5, Math.max(-1, x)),
    ),
    make(
      'pow with a scalar',
      (x) => pow(x, 3),
      (x) => x ** 3,
    ),
    make(
      'pow with a fraction',
      (x) => pow(x, 0.7),
      (x) => x ** 0.7,
      positive,
    ),
    make('floor', floor, Math.floor, flat),
    make('round', round, Math.round, flat),
    make('sign', sign, Math.sign, flat),
    make(
      'clone',
      (x) => x.clone(),
      (x) => x,
    ),
  ];
}

/** Operations on two tensors whose shapes broadcast, whose gradients are sums. */
export function broadcasts(): EngineCase[] {
  const shapes: [string, number[], number[]][] = [
    ['equal shapes', [2, 3, 4], [2, 3, 4]],
    ['a row', [2, 3, 4], [4]],
    ['a column', [2, 3, 4], [3, 1]],
    ['both ways', [2, 1, 4], [3, 1]],
    ['a scalar', [2, 3], []],
  ];
  const run = (name: string, f: Binary, host: (a: number, b: number) => number): EngineCase[] =>
    shapes.map(([how, a, b]) => ({
      family: 'broadcasting',
      name: `${name}, ${how}`,
      inputs: [signed(a), positives(b, 1)],
      run: f,
      kind: 'sums', // the gradient of a broadcast is a sum
      gradient: true,
      host: (x, y) => broadcastOnHost(x, a, y, b, host),
    }));
  return [
    ...run('add', add, (a, b) => a + b),
    ...run('sub', sub, (a, b) => a - b),
    ...run('mul', mul, (a, b) => a * b),
    ...run('div', div, (a, b) => a / b),
    ...run('maximum', maximum, Math.max).slice(0, 2),
    ...run('minimum', minimum, Math.min).slice(3),
    ...run('squaredDifference', squaredDifference, (a, b) => (a - b) ** 2).slice(0, 2),
    ...run(
      'pow',
      (a, b) => pow(add(abs(a), 0.5), b),
      (a, b) => (Math.abs(a) + 0.5) ** b,
    ).slice(0, 2),
    ...run('mod', mod, (a, b) => ((a % b) + b) % b)
      .slice(1, 2)
      .map((one) => ({ ...one, gradient: false })), // it has jumps
  ];
}

/** Comparisons, logic, choices and casts. */
export function choices(): EngineCase[] {
  const make = (name: string, run: Binary, host: (a: number, b: number) => boolean): EngineCase => ({
    family: 'comparisons',
    name,
    inputs: [integers([1, 2, 3, 4, 5, 0], [2, 3]), integers([1, 3, 2], [3])],
    run,
    kind: 'elementwise',
    gradient: false,
    host: (a, b) => broadcastOnHost(a, [2, 3], b, [3], (x, y) => Number(host(x, y))),
  });
  const truths = bools([1, 0, 0, 1, 1, 0], [2, 3]);
  const own = (name: string, inputs: HostTensor[], run: EngineCase['run'], gradient = false): EngineCase => ({
    family: 'comparisons',
    name,
    inputs,
    run,
    kind: 'elementwise',
    gradient,
  });
  return [
    make('equal', equal, (a, b) => a === b),
    make('notEqual', notEqual, (a, b) => a !== b),
    make('greater', greater, (a, b) => a > b),
    make('greaterEqual', greaterEqual, (a, b) => a >= b),
    make('less', less, (a, b) => a < b),
    make('lessEqual', lessEqual, (a, b) => a <= b),
    own('logicalAnd', [truths, bools([1, 1, 0], [3])], logicalAnd),
    own('logicalOr', [truths, bools([1, 1, 0], [3])], logicalOr),
    own('logicalNot', [truths], logicalNot),
    own('isNaN', [signed([4])], (x) => isNotANumber(log(x))),
    own('isFinite', [signed([4])], (x) => isFiniteNumber(log(x))),
    own('where', [truths, signed([2, 3]), signed([2, 3], 1)], where as EngineCase['run'], true),
    own('where of a broadcast condition', [bools([1, 0, 1], [3]), signed([2, 3]), signed([2, 3], 1)], (c, a, b) =>
      where(tile(reshape(c, [1, 3]), [2, 1]), a, b),
    ),
    own('cast to int32', [signed([2, 3])], (x) => cast(x, 'int32')),
    own('cast to bool', [fixed([0.25, 0, -3, 256], [4])], (x) => cast(x, 'bool')),
    own('cast from bool', [truths], (x) => cast(x, 'float32')),
    own('cast from int32', [integers([-3, 7], [2])], (x) => cast(x, 'float32')),
  ];
}
