import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { draws, moons } from '@genai/data';
import { nll, realNvp } from '@genai/flow';
import { owned, scope } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';

await useBackend('auto'); // the best engine that works here
const flow = realNvp({ features: 2, transforms: 4 }); // p(x), exact
const data = draws(moons(), { size: 256, key: key(0) });
await using run = train(minimize(nll(flow), adam(2e-3)), { data, steps: 1_000, key: key(1) });
for await (const { step, metrics } of run) if (step % 100 === 0) console.log(step, metrics.loss); // nats
using points = owned(scope(() => flow.given(run.state.params).sample(key(2), [1_000]))); // (1000, 2)
console.log(await points.data());
