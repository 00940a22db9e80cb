import { key, randomNormal, type Tree } from '@genai/core';
import {
  add,
  cast,
  floor,
  matMul,
  mean,
  mul,
  scalar,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { rationalQuadraticMap } from '../../flow/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { dropout, gru, lstm, multiHeadAttention } from '../../nn/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import {
  attention,
  cachedAttention,
  concatElu,
  dequantise,
  dequantised,
  elu,
  type GroupedAttentionOptions,
  gatedSigmoid,
  gatedTanh,
  gelu,
  groupedAttention,
  groupNorm,
  isFused,
  layerNorm,
  leakyRelu,
  linear,
  linearScan,
  logSigmoid,
  normalNoise,
  type QuantisedBits,
  quantise,
  quantisedLinear,
  rmsNorm,
  rotary,
  runFused,
  selfAttention,
  silu,
  softmaxCrossEntropy,
  softplus,
  uniformNoise,
  valueAndGrad,
} from '../../tensor/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { gatedActivation } from '../../tensor/src/ops/gated-activation.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { adam, adamW, chain, clipByGlobalNorm, ema, linear as ramp } from '../../train/src/index.js';

/** Makes its inputs, and gives what is to be compared. */
/** `floor`: the size of numbers below which errors are absolute, where it is not 0.1. */
export type FusedCase = readonly [name: string, compute: () => Tensor[], floor?: number];

/** What is fused, at sizes that use threads and leave remainders. */
export const FUSED_CASES: readonly FusedCase[] = [
  ...(
    [
      [1, 3],
      [300, 70],
      [1030, 33],
      [50, 130],
    ] as const
  ).map(([rows, width]): FusedCase => {
    const x = () => tensor2d(randomNormal(key(rows), rows * width), [rows, width]);
    return [`mean and scatter of ${rows} rows of ${width}`, () => meanAndScatter(x()), rows];
  }),
  ...[
    [7, 33],
    [3, 5, 1],
    [300, 130],
    [2, 1000],
  ].flatMap((shape): FusedCase[] => [
    [
      `layerNorm of [${shape}]`,
      () => slopes([shape, shape.slice(-1), shape.slice(-1)], (x, a, b) => layerNorm(x, a, b)),
    ],
    [`rmsNorm of [${shape}]`, () => slopes([shape, shape.slice(-1)], (x, a) => rmsNorm(x, a))],
    // The composition has no gradient for one class.
    ...(shape.at(-1) === 1
      ? []
      : [
          [
            `softmaxCrossEntropy of [${shape}]`,
            () => slopes([shape], (x) => softmaxCrossEntropy(x, labels(shape))),
          ] as const,
        ]),
    ...Object.entries({ gelu, silu, softplus, logSigmoid, elu, leakyRelu }).map(
      ([name, f]): FusedCase => [`${name} of [${shape}]`, () => slopes([shape], (x) => f(mul(x, 3)))],
    ),
    ...Object.entries({ gatedTanh, gatedSigmoid }).map(
      ([name, f]): FusedCase => [
        `${name} of [${shape}] twice`,
        () => slopes([[...shape.slice(0, -1), 2 * shape.at(-1)!]], (x) => f(mul(x, 3))),
      ],
    ),
    [`concatElu of [${shape}]`, () => slopes([shape], (x) => concatElu(mul(x, 3)))],
    [`gelu, approximate, of [${shape}]`, () => slopes([shape], (x) => gelu(mul(x, 3), { approximate: true }))],
    [
      `linear of [${shape}]`,
      () => slopes([shape, [shape.at(-1)!, 19], [19]], (x, weight, bias) => linear(x, weight, bias)),
    ],
  ]),
  ...(
    [
      [[2, 5, 5, 24], 3],
      [[5, 14, 14, 96], 8],
      [[1, 3, 6], 6],
      [[70, 2, 130], 2],
    ] as const
  ).map(
    ([shape, groups]): FusedCase => [
      `groupNorm of [${shape}] in ${groups}`,
      () => slopes([[...shape], [shape.at(-1)!], [shape.at(-1)!]], (x, a, b) => groupNorm(x, a, b, { groups })),
    ],
  ),
  ...(
    [
      [3, 4, 64, 64, 32, 32],
      [1, 2, 1, 37, 16, 16],
      [2, 1, 3, 50, 7, 5],
      [2, 2, 100, 100, 20, 33],
      [1, 1, 9, 4, 8, 8],
      [1, 2, 300, 300, 64, 64],
      [1, 1, 40, 1300, 64, 64],
    ] as const
  ).flatMap(([batch, heads, time, length, width, features]) =>
    [false, true].map(
      (causal): FusedCase => [
        `attention of ${time} × ${length}, ${width} and ${features} wide, causal ${causal}`,
        () =>
          slopes(
            [
              [batch, heads, time, width],
              [batch, heads, length, width],
              [batch, heads, length, features],
            ],
            (q, k, v) => attention(q, k, v, { causal }),
          ),
      ],
    ),
  ),
  ...(['gelu', 'gelu-tanh', 'silu', 'relu'] as const).flatMap((activation) =>
    [
      [7, 66],
      [3, 5, 2],
      [40, 1030],
    ].map(
      (shape): FusedCase => [
        `gatedActivation, ${activation}, of [${shape}]`,
        () => slopes([shape], (x) => gatedActivation(mul(x, 3), activation)),
      ],
    ),
  ),
  ...(
    [
      [2, 5, 4, 8, 3, 4, false],
      [1, 1, 3, 13, 2, 5, true],
      [3, 40, 6, 64, 6, 32, false],
      [2, 33, 2, 36, 1, 16, true],
    ] as const
  ).flatMap(([batch, time, all, width, heads, pairs, interleaved]) =>
    [undefined, 900].map((start): FusedCase => {
      const frequencies = Float32Array.from({ length: pairs }, (_, i) => 100 ** (-i / pairs));
      const behind = start === undefined ? undefined : tensorOf(Array.from({ length: batch }, (_, i) => start + 7 * i));
      return [
        `rotary of ${batch} × ${time} × ${all} heads of ${width}, ${pairs} pairs, interleaved ${interleaved}, behind ${start}`,
        () => {
          const options = { width, heads, frequencies, interleaved, factor: 1.2, behind: behind?.() };
          return slopes([[batch, time, all * width]], (x) => rotary(x, options));
        },
      ];
    }),
  ),
  ...(
    [
      [2, 9, 8, { heads: 4, keyHeads: 2 }],
      [1, 70, 12, { heads: 6, keyHeads: 2, window: 20 }],
      [2, 150, 16, { heads: 3, window: 33 }],
      [3, 40, 7, { heads: 5, keyHeads: 1, scale: 0.3 }],
      [1, 2, 4, { heads: 2, keyHeads: 1, window: 1 }],
      [1, 33, 8, { heads: 4, keyHeads: 2, scoreCap: 2, slopes: [0.5, 0.25, 0.1, 0] }],
    ] as const
  ).map(
    ([batch, time, width, options]): FusedCase => [
      `groupedAttention of ${batch} × ${time}, ${width} wide, ${JSON.stringify(options)}`,
      () => {
        const { heads, keyHeads = heads } = options as GroupedAttentionOptions;
        return slopes([[batch, time, (heads + 2 * keyHeads) * width]], (x) => groupedAttention(x, options));
      },
    ],
  ),
  ...(
    [
      [[[9], [3, 1, 5]], 8, { heads: 4, keyHeads: 2 }],
      [[[1, 1, 1], [3], [2, 1]], 5, { heads: 1 }],
      [[[40, 7, 1, 1, 21]], 12, { heads: 6, keyHeads: 2, window: 20 }],
      [[[31, 33, 65, 1], [130], Array(130).fill(1)], 16, { heads: 3 }],
      [[[200, 17, 150]], 64, { heads: 2, keyHeads: 1, scale: 0.2 }],
      [[[33], [20, 13]], 8, { heads: 4, keyHeads: 2, scoreCap: 2, slopes: [0.5, 0.25, 0.1, 0] }],
    ] as const
  ).map(
    ([documents, width, options]): FusedCase => [
      `groupedAttention of documents ${JSON.stringify(documents).slice(0, 40)}, ${width} wide, ${JSON.stringify(options)}`,
      () => {
        const { heads, keyHeads = heads } = options as GroupedAttentionOptions;
        const places = documents.map((sizes) =>
          (sizes as readonly number[]).flatMap((size) => [...Array(size).keys()]),
        );
        const [reach, columns] = [tensor2d(places, undefined, 'int32'), (heads + 2 * keyHeads) * width];
        return slopes([[...reach.shape, columns]], (x) => groupedAttention(x, { ...options, reach }));
      },
    ],
  ),
  ...([undefined, 9] as const).map(
    (window): FusedCase => [
      `groupedAttention with any reach, beyond the first position and none too, in a window of ${window}`,
      () => {
        const reach = floor(sub(mul(uniformNoise(key(7), [2, 77]), 120), 20)); // −20 … 99
        return slopes([[2, 77, 4 * 9]], (x) => groupedAttention(x, { heads: 2, keyHeads: 1, window, reach }));
      },
    ],
  ),
  ...(
    [
      [[0, 0], 20, [9, 1, 1], 8, { heads: 4, keyHeads: 2 }],
      [[3, 0, 11], 40, [1, 4, 2], 12, { heads: 3, scoreCap: 2 }],
      [[600], 700, [1, 2, 90], 64, { heads: 6 }],
      [[5, 40], 16, [3, 1, 4], 16, { heads: 4, keyHeads: 1, window: 12, slopes: [0.5, 0.25, 0.1, 0] }],
      [[130, 7], 32, [20, 1], 33, { heads: 2, window: 9 }],
      [[9], 12, [5, 1, 1], 7, { heads: 8, keyHeads: 1, scale: 0.4 }], // a ring without a window: the newest 12
      [[0], 300, [250], 64, { heads: 2, keyHeads: 1 }],
      [[2], 8, [1], 4, { heads: 70, keyHeads: 1 }],
    ] as const
  ).map(
    ([behind, room, times, width, options]): FusedCase => [
      `cachedAttention of ${times} behind ${behind}, room for ${room}, ${width} wide, ${JSON.stringify(options)}`,
      () => {
        const { heads, keyHeads = heads } = options as GroupedAttentionOptions;
        const batch = behind.length;
        const [keys, values] = [1, 2].map((i) => normalNoise(key(i), [batch, room, keyHeads * width]));
        let cache = { keys: keys!, values: values! };
        let passed = 0;
        const outputs = (times as readonly number[]).map((time, i) => {
          const qkv = normalNoise(key(10 + i), [batch, time, (heads + 2 * keyHeads) * width]);
          const made = cachedAttention(qkv, cache, tensorOf(behind.map((count) => count + passed))(), options);
          cache = made.cache;
          passed += time;
          return made.output;
        });
        return [...outputs, cache.keys, cache.values];
      },
    ],
  ),
  ...(
    [
      [700, 1030],
      [2100, 65],
      [9, 5000],
      [3001, 17],
      [384, 384],
    ] as const
  ).flatMap(([inputs, outputs]): FusedCase[] => [
    [
      `linear of one row, ${inputs} → ${outputs}`,
      () =>
        slopes([[1, inputs], [inputs, outputs], [outputs]], (x, weight, bias) =>
          linear(mul(x, 1 / Math.sqrt(inputs)), weight, bias),
        ),
    ],
    [
      `one row times a turned matrix, ${inputs} → ${outputs}`,
      () => [matMul(normalNoise(key(1), [1, inputs]), normalNoise(key(2), [outputs, inputs]), false, true)],
    ],
    [
      `a matrix times one column, ${inputs} → ${outputs}`,
      () => [matMul(normalNoise(key(1), [outputs, inputs]), normalNoise(key(2), [inputs, 1]))],
    ],
  ]),
  ['selfAttention', () => slopes([[3, 50, 3 * 4 * 12]], (x) => selfAttention(x, { heads: 4, causal: true }))],
  [
    'multiHeadAttention',
    () => {
      const layer = multiHeadAttention(48, { heads: 4, causal: true });
      return slopes([[3, 50, 48]], (x) => layer.apply(layer.init(key(5)), x));
    },
  ],
  ...(
    [
      [3, 4, 5, 7],
      [9, 12, 33, 70],
      [1, 1, 2, 1],
      [32, 6, 40, 256],
    ] as const
  ).map(([batch, time, inputs, width]): FusedCase => {
    const layer = lstm(inputs, width);
    return [
      `lstm of ${batch} × ${time}, ${inputs} → ${width}`,
      () =>
        slopes(
          [[batch, time, inputs], [inputs, 4 * width], [4 * width], [width, 4 * width], [batch, width], [batch, width]],
          (x, input, bias, hidden, h, c) => {
            const scaled = mul(hidden, 1 / Math.sqrt(width));
            const params = { input: { weight: mul(input, 0.3), bias }, hidden: { weight: scaled } };
            const { output, state } = layer.run(params, x, { hidden: h, cell: c });
            return [output, state.hidden, state.cell];
          },
        ),
    ];
  }),
  ...(
    [
      [3, 4, 5, 7],
      [9, 12, 33, 70],
      [1, 1, 2, 1],
      [32, 6, 40, 256],
    ] as const
  ).flatMap(([batch, time, inputs, width]) =>
    [true, false].map((biased): FusedCase => {
      const layer = gru(inputs, width);
      return [
        `gru of ${batch} × ${time}, ${inputs} → ${width}${biased ? '' : ' without bias'}`,
        () =>
          slopes(
            [[batch, time, inputs], [inputs, 3 * width], [width, 3 * width], [batch, width], [3 * width]],
            (x, input, hidden, h, bias) => {
              const scaled = { weight: mul(hidden, 1 / Math.sqrt(width)), ...(biased && { bias }) };
              const params = { input: { weight: mul(input, 0.3) }, hidden: scaled };
              const { output, state } = layer.run(params, x, { hidden: h });
              return biased ? [output, state.hidden] : [output, state.hidden, bias];
            },
          ),
      ];
    }),
  ),
  ...[
    [3, 4, 7],
    [9, 40, 33],
    [1, 1, 1],
    [2, 3, 300],
    [20, 17, 130],
    [1, 9, 1100],
    [2, 0, 3],
  ].map(
    ([batch, time, width]): FusedCase => [
      `linearScan of ${batch} × ${time} × ${width}`,
      () =>
        slopes(
          [
            [batch!, time!, width!],
            [batch!, time!, width!],
            [batch!, width!],
          ],
          (a, b, start) => linearScan(mul(a, 0.5), b, start),
        ),
    ],
  ),
  ...(
    [
      [1, 96, 65],
      [2, 64, 7],
      [3, 32, 1],
      [4, 1120, 130],
      [7, 288, 33],
      [1, 1024, 300],
      [130, 320, 70],
    ] as const
  ).flatMap(([rows, inputs, outputs]) =>
    ([16, 8, 4] as const).flatMap((bits): FusedCase[] => [
      [
        `quantisedLinear of ${rows} × ${inputs} → ${outputs}, ${bits} bits`,
        () => {
          const { codes, scales } = quantisedNoise(outputs, inputs, bits);
          return [
            ...slopes([[rows, inputs], [outputs]], (x, bias) => quantisedLinear(mul(x, 0.2), codes, scales, bias)),
            ...slopes([[rows, 1, inputs]], (x) => quantisedLinear(mul(x, 0.2), codes, scales)),
            dequantised(codes, scales),
          ];
        },
        bits === 16 ? 1 : 10, // WebAssembly rounds x to 15 bits: an error beside the terms, whose sum here is about as large
      ],
    ]),
  ),
  ...(
    [
      [1, 1],
      [7, 2],
      [35, 8],
      [1030, 16],
      [50, 64],
    ] as const
  ).flatMap(([rows, bins]) =>
    (['forward', 'inverse'] as const).map((way): FusedCase => {
      const map = rationalQuadraticMap({ bins, bound: 3 });
      return [
        `rationalQuadraticMap of ${rows} by ${bins} bins, ${way}`,
        () => slopes([[rows], [rows, 3 * bins - 1]], (x, raw) => Object.values(map[way](mul(x, 1.5), mul(raw, 0.3)))),
        10, // places of knots are rounded, and errors of slopes are that over the widths of bins
      ];
    }),
  ),
  ...[[7, 33], [1], [200, 301]].map(
    (shape): FusedCase => [
      `dropout of [${shape}]`,
      () => slopes([shape], (x) => dropout(0.3).apply({}, mul(x, 2), key(8))),
    ],
  ),
  ...Object.entries({
    adam: () => adam(0.01),
    'adam by a schedule': () => adam(ramp(0.1, 0, 9), { b1: 0.5, b2: 0.9, epsilon: 1e-3 }),
    adamW: () => adamW(0.01, { weightDecay: 0.3, decays: (_, leaf) => leaf.rank > 1 }),
    'adamW behind clipByGlobalNorm': () => chain(clipByGlobalNorm(0.1), adamW(0.01)),
  }).map(
    ([name, make]): FusedCase => [
      `three updates of ${name}`,
      () => {
        const optimizer = make();
        const params = tree(0);
        let [now, state] = [params as Tree<Tensor>, optimizer.init(params) as Tree<Tensor>];
        for (const i of [0, 1, 2]) {
          const made = optimizer.update(tree(i + 1), state as never, now, scalar(i));
          [now, state] = [made.params, made.state];
        }
        return tensorsOf([now, state]);
      },
    ],
  ),
  [
    'three averages of ema',
    () => {
      const step = {
        init: () => ({ params: tree(0) }),
        run: (_: unknown, i: number) => ({ state: { params: tree(i) }, metrics: {} }),
      };
      const averaging = ema<{ params: Tree<Tensor> }, number, object>(step as never, { decay: 0.9 });
      let state = averaging.init(key(0));
      for (const i of [1, 2, 3]) state = averaging.run(state, i, key(i)).state;
      return tensorsOf(state as never);
    },
  ],
];

/** The value of `f` at random inputs of these shapes, and the gradient of a weighted sum of it at each. */
function slopes(shapes: number[][], f: (...inputs: Tensor[]) => Tensor | Tensor[]): Tensor[] {
  const inputs = shapes.map((shape, i) => normalNoise(key(i), shape));
  const { grad } = valueAndGrad((xs: Tensor[]) => {
    const ys = [f(...xs)].flat();
    const losses = ys.map((y, i) => sum(mul(y, uniformNoise(key(100 + i), y.shape))));
    return { loss: losses.reduce((total, loss) => add(total, loss)) };
  }, inputs);
  return [...[f(...inputs)].flat(), ...grad];
}

function tensorOf(values: readonly number[]): () => Tensor {
  return () => tensor1d(Int32Array.from(values), 'int32');
}

function quantisedNoise(
  rows: number,
  inputs: number,
  bits: QuantisedBits,
): { readonly codes: Tensor; readonly scales?: Tensor } {
  const made = quantise(Float32Array.from(randomNormal(key(bits), rows * inputs)), { inputs, bits });
  return {
    codes: tensor2d(made.codes, [rows, (inputs * bits) / 32], 'int32'),
    ...(made.scales && { scales: tensor2d(made.scales, [rows, inputs / 32]) }),
  };
}

/** Every finite float16, in either half of a number. */
export function everyHalf(): Int32Array {
  const finite = Uint16Array.from({ length: 2 * 0x7c00 }, (_, i) => (i & 1 ? 0x8000 : 0) | (((i >> 1) * 9) % 0x7c00));
  const turned = finite.map((_, i) => finite[i ^ 1]!);
  return Int32Array.from([finite, turned].flatMap((bits) => [...new Int32Array(bits.buffer)]));
}

/** As floats, on the current engine and on the host. */
export function wholes(halves: Int32Array): readonly [got: Int32Array, want: Int32Array] {
  const got = tidy(() => dequantised(tensor2d(halves, [halves.length / 16, 16], 'int32')).dataSync());
  return [Float32Array.from(got), dequantise({ codes: halves })].map((x) => new Int32Array(x.buffer)) as never;
}

function labels(shape: number[]): Tensor {
  return cast(mul(uniformNoise(key(9), shape.slice(0, -1)), shape.at(-1)!), 'int32');
}

function tree(seed: number): Tree<Tensor> {
  const shapes = [[3, 5], [130, 300], [17], [], [0, 3]];
  return {
    a: shapes.map((shape, i) => normalNoise(key(10 * seed + i), shape)),
    b: { c: normalNoise(key(seed), [4, 4]) },
  };
}

function tensorsOf(values: Tree<Tensor>): Tensor[] {
  const found = values as unknown as object;
  if ('dataId' in found) return [found as Tensor];
  return Object.values(found).flatMap((part) => tensorsOf(part as Tree<Tensor>));
}

/** Of rows: the kernel gives the bits of doubles. */
function meanAndScatter(x: Tensor): Tensor[] {
  const [rows, width] = x.shape as [number, number];
  if (!isFused('GenaiScatter', x)) {
    const centred = sub(x, mean(x, 0));
    return [mean(x, 0), matMul(centred, centred, true)];
  }
  const words = runFused('GenaiScatter', { x }, { from: 0, rows })[0]!.dataSync();
  const numbers = Float32Array.from(new Float64Array(words.buffer, words.byteOffset, words.length / 2));
  return [tensor1d(numbers.slice(0, width)), tensor2d(numbers.slice(width), [width, width])];
}
