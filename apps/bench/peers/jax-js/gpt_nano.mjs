/**
 * nanoGPT's recipe for a CPU: 4 blocks, 4 heads, width 128, context 64, batch 12. Norms first, exact GELU, no biases in the
 * linear maps, logits from the embedding; AdamW 1e-3 (0.9, 0.99), decay 0.1 for matrices, gradients clipped at 1.
 */
import { batchSize, keys, nn, np, random, train } from './harness.mjs';

const [VOCABULARY, BLOCKS, HEADS, WIDTH, CONTEXT] = [65, 4, 4, 128, 64];
const size = batchSize(12);
const drawn = keys(0);
const matrix = (rows, columns) => random.normal(drawn.next().value, [rows, columns]).mul(0.02);
const norm = () => ({ gain: np.ones([WIDTH]), bias: np.zeros([WIDTH]) });
const params = {
  tokens: matrix(VOCABULARY, WIDTH),
  places: matrix(CONTEXT, WIDTH),
  blocks: Array.from({ length: BLOCKS }, () => ({
    norm1: norm(),
    qkv: matrix(WIDTH, 3 * WIDTH),
    mix: matrix(WIDTH, WIDTH),
    norm2: norm(),
    widen: matrix(WIDTH, 4 * WIDTH),
    narrow: matrix(4 * WIDTH, WIDTH),
  })),
  norm: norm(),
};
const text = Int32Array.from({ length: 50_000 }, () => Math.random() * VOCABULARY);

/** Windows drawn anew for every step: tokens and those that follow them. */
function next() {
  const starts = Array.from({ length: size }, () => Math.floor(Math.random() * (text.length - CONTEXT - 1)));
  const from = (offset) => {
    const values = new Int32Array(size * CONTEXT);
    starts.forEach((start, row) => {
      values.set(text.subarray(start + offset, start + offset + CONTEXT), row * CONTEXT);
    });
    return np.array(values, { shape: [size, CONTEXT] });
  };
  return { x: from(0), y: from(1) };
}

function normalize({ gain, bias }, x) {
  return nn.standardize(x, -1, { epsilon: 1e-5 }).mul(gain).add(bias);
}

function block({ norm1, qkv, mix, norm2, widen, narrow }, x) {
  const parts = np.split(np.matmul(normalize(norm1, x.ref), qkv), 3, -1);
  const [q, k, v] = parts.map((part) => part.reshape([size, CONTEXT, HEADS, WIDTH / HEADS]));
  const attended = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([size, CONTEXT, WIDTH]);
  const mixed = x.add(np.matmul(attended, mix));
  const hidden = nn.gelu(np.matmul(normalize(norm2, mixed.ref), widen), { approximate: false });
  return mixed.add(np.matmul(hidden, narrow));
}

function loss({ tokens, places, blocks, norm }, { x, y }, key) {
  key.dispose();
  const embedded = np.take(tokens.ref, x, 0).add(places); // (batch, context, width)
  const last = normalize(
    norm,
    blocks.reduce((y, params) => block(params, y), embedded),
  );
  const logits = np.matmul(last, tokens.transpose()); // (batch, context, vocabulary)
  return nn.logSoftmax(logits).mul(nn.oneHot(y, VOCABULARY)).sum(-1).mean().neg();
}

train({ params, loss, next, warmup: 3, b2: 0.99, decay: 0.1, clip: 1 });
