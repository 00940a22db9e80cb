/** Plain JavaScript, no build step: the import map of index.html says where each package is. */
import { describeBackend, useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { draws, pinwheel } from '@genai/data';
import { nll, nsf } from '@genai/flow';
import { scope } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';

const EXTENT = 3;
const told = document.querySelector('output');
const button = document.querySelector('button');
const plane = document.querySelector('canvas').getContext('2d');

// #region train
await useBackend('auto'); // the engines in the import map; here simd, then cpu

const model = nsf({ features: 2, transforms: 3, bins: 8, bound: EXTENT });
const truth = pinwheel({ blades: 3, radius: 1.5, length: 0.5, width: 0.2 });
const data = draws(truth, { size: 256, key: key(1) }); // (256, 2)
const run = train(minimize(nll(model), adam(3e-3)), { data, steps: 2_000, key: key(0) });

for await (const { step, state, metrics } of run) {
  if (step % 10 !== 1) continue;
  told.textContent = `step ${step} on ${describeBackend().name}: −log p ${metrics.loss.toFixed(3)} nats, at best ${truth.entropy.toFixed(3)}`;
  const points = scope(() => model.given(state.params).sample(key(2), [1_000])); // (1000, 2)
  draw(await points.data());
  points.dispose();
  await permitted();
}
// #endregion train

/** Lets the page paint and hear its buttons; while it is paused, for longer. */
async function permitted() {
  do await new Promise((resolve) => setTimeout(resolve, 10));
  while (button.ariaPressed === 'true');
}

function draw(points) {
  const { width, height } = plane.canvas;
  plane.fillStyle = getComputedStyle(plane.canvas).color;
  plane.clearRect(0, 0, width, height);
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i], points[i + 1]].map((value) => (value + EXTENT) / (2 * EXTENT));
    plane.fillRect(x * width, (1 - y) * height, 2, 2);
  }
}
