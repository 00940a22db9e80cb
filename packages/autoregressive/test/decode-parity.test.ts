import { disposeTree, key, sizeOf } from '@genai/core';
import { lstm } from '@genai/nn';
import { expectClose } from '@genai/testing/expect-close';
import { setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
import { generate } from '../src/decode/generate.js';
import { recurrentNet } from '../src/recurrent/recurrent-net.js';
import { stackedNet } from '../src/stacked-net.js';
import { tokenModel } from '../src/token-model.js';

afterEach(async () => void (await setBackend('cpu')));

// table, rnn, head = nn.Embedding(65, 256), nn.LSTM(256, 256, num_layers=2, batch_first=True), nn.Linear(256, 65)
// table.weight.copy_(weight((65, 256), 0.7, 1)) # weight: as below
// for layer in range(2):
//     for i, name in enumerate(('ih', 'hh')):
//         turn = 0.3 + 0.2 * layer + 0.1 * i
//         getattr(rnn, f'weight_{name}_l{layer}').copy_(weight((256, 1024), turn, 0.15).T)
//         getattr(rnn, f'bias_{name}_l{layer}').copy_(weight((1024,), turn + 0.05, 0.1))
// head.weight.copy_(weight((256, 65), 0.9, 0.5).T); head.bias.copy_(weight((65,), 0.95, 0.1))
// x, state = torch.tensor([[3, 1, 4, 1, 5]]), None
// for _ in range(12):
//     y, state = rnn(table(x), state)
//     log = torch.log_softmax(head(y[:, -1]), -1)[0]
//     t = int(log.argmax()); print(t, float(log[t])); x = torch.tensor([[t]])
const TOKENS = [17, 12, 12, 12, 43, 44, 44, 61, 61, 54, 28, 11];
const LOG_PROBS = [
  -2.667388, -2.397595, -2.370512, -2.87949, -2.601035, -2.838663, -2.706364, -2.235038, -2.100758, -2.345563,
  -2.837718, -2.499518,
];

test.each(['cpu', 'simd'] as const)('goldens: characters of two LSTMs are those of PyTorch on %s', async (engine) => {
  await useBackend(engine);
  const nets = [recurrentNet(lstm(256, 256)), recurrentNet(lstm(256, 256))] as const;
  const model = tokenModel({ vocabulary: 65, net: stackedNet(nets) });
  const layer = (turn: number) => ({
    weight: weight([256, 1024], turn, 0.15),
    bias: weight([1024], turn + 0.05, 0.1),
  });
  const params = {
    embedding: { table: weight([65, 256], 0.7, 1) },
    net: [
      { input: layer(0.3), hidden: layer(0.3 + 0.1) },
      { input: layer(0.3 + 0.2), hidden: layer(0.3 + 0.2 + 0.1) },
    ] as const,
    head: { weight: weight([256, 65], 0.9, 0.5), bias: weight([65], 0.95, 0.1) },
    context: {},
  };
  const { result } = generate(model, params, { prompt: [3, 1, 4, 1, 5], steps: 12, greedy: true, key: key(0) });
  const { tokens, logProbs } = await result;
  expect(tokens).toEqual(TOKENS);
  expectClose(logProbs, LOG_PROBS, { absolute: 2e-5 });
  disposeTree(params);
});

/** scale · sin(turn · (i + 1)^1.5): numbers that a program in another language can make, too. */
function weight(shape: number[], turn: number, scale: number): Tensor {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => scale * Math.sin(turn * (i + 1) ** 1.5));
  return tensor(values, shape);
}
