import { GenaiError } from '@genai/core';
import {
  cast,
  gatherND,
  log,
  max,
  mul,
  oneHot,
  range,
  reshape,
  softmax,
  stack,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { isFused, runFused } from './fused.js';
import { pickRows } from './gather.js';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * −log softmax(logits)[label] in nats, one for each label.
 *
 * logits: (…, classes), labels: (…) of int32, result: (…). A label outside 0 … classes − 1 throws on engines that
 * keep their values in host memory (cpu, wasm, simd); on the others its result is meaningless.
 *
 * @example
 * const loss = mean(softmaxCrossEntropy(logits, labels)); // logits: (batch, time, vocabulary), labels: (batch, time)
 * @throws GenaiError if labels are not int32, do not have the shape of logits without its last axis, or are out of range.
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const classes = logits.shape.at(-1) ?? 0;
  expectShape('softmaxCrossEntropy: logits', logits, ['…', 'classes']);
  expectShape('softmaxCrossEntropy: labels', labels, logits.shape.slice(0, -1));
  if (labels.dtype !== 'int32') {
    throw new GenaiError(`softmaxCrossEntropy: labels are ${labels.dtype}, expected int32. Use cast(labels, 'int32').`);
  }
  const rows = labels.size;
  const plain: Rule = {
    forward: (logits) => {
      const x = reshape(logits!, [rows, classes]);
      const picked = reshape(pickLabels(x, reshape(labels, [rows])), [rows, 1]);
      const top = max(x, -1, true); // (rows, 1)
      // log Σ e^(x − top) = −log max softmax(x): no pass of exp beside that of the softmax, which engines have fused
      const logTop = log(max(softmax(x), -1, true));
      return { value: reshape(sub(sub(top, picked), logTop), labels.shape), kept: [labels] };
    },
    backward: (dy, [logits], [labels]) => {
      const x = reshape(logits!, [rows, classes]);
      // Cast after: wasm writes the bits of integers into a float32 oneHot.
      const chosen = cast(oneHot(reshape(labels!, [rows]), classes), 'float32');
      const gradient = sub(softmax(x), chosen);
      return [reshape(mul(reshape(dy, [rows, 1]), gradient), logits!.shape)];
    },
  };
  if (classes === 0 || !isFused('GenaiCrossEntropy', logits)) return withGradient([logits], plain);
  return withGradient([logits], {
    forward: (logits) => {
      const [value, kept] = runFused('GenaiCrossEntropy', { logits, labels }) as [Tensor, Tensor];
      return { value, kept: [labels, kept] };
    },
    backward: (dy, [logits], [labels, kept]) =>
      runFused('GenaiCrossEntropyGrad', { dy, logits: logits!, labels: labels!, kept: kept! }),
    plain: ([logits]) => withGradient([logits!], plain),
  });
}

/** x[i, labels[i]]; x: (rows, classes), labels: (rows). */
function pickLabels(x: Tensor, labels: Tensor): Tensor {
  const [rows, classes] = x.shape as [number, number];
  pickRows('softmaxCrossEntropy: labels', range(0, classes), labels); // throws where one is out of range
  // `gather` with batchDims, made for this, reads stray memory on wasm.
  return gatherND(x, stack([range(0, rows, 1, 'int32'), labels], 1));
}
