import { fold, GenaiError, type Key, split, type Turn } from '@genai/core';
import { scope } from '@genai/tensor';
import { abs, addN, mean, reshape, scalar, sign, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { AdversarialMemory, AdversarialOptions } from './adversarial.js';
import { blended } from './blended.js';
import type { AdversarialLoss } from './losses.js';

// What the players of translations have in common. A loss sees the number of every patch, (batch · patches), so it is a mean
// over all patches of all pictures; a regulariser sees one number for each picture, (batch), the mean over its patches.

/** Judges pictures: (batch, …to) → (batch, patches). */
export type JudgePatches = (x: Tensor, key?: Key) => Tensor;

/** What one critic descends, and what it tells. */
export function criticise(
  judge: JudgePatches,
  { real, fake }: { readonly real: Tensor; readonly fake: Tensor },
  { loss, regularizers = [] }: Pick<AdversarialOptions, 'loss' | 'regularizers'>,
  key: Key,
  turn: Turn<Tensor, AdversarialMemory>,
): { readonly loss: Tensor; readonly real: Tensor; readonly fake: Tensor; readonly sure: Tensor } {
  return scope(() => {
    const [forReal, forFake, forCosts] = split(key, 3);
    const patches = { real: judge(real, forReal), fake: judge(fake, forFake) }; // (batch, patches)
    const judged = { real: mean(patches.real, 1), fake: mean(patches.fake, 1) }; // (batch)
    const judgeWhole = (x: Tensor): Tensor => mean(judge(x, forReal), 1);
    const costs = regularizers.map((cost, i) =>
      cost({ judge: judgeWhole, real, fake, judged, key: fold(forCosts, i), turn }),
    );
    return {
      loss: addN([loss.critic(flat(patches.real), flat(patches.fake)), ...costs]),
      real: mean(patches.real),
      fake: mean(patches.fake),
      sure: mean(sign(patches.real)),
    };
  });
}

/** What a translator descends to have its pictures taken for real ones. */
export function convince(
  judge: JudgePatches,
  { real, fake }: { readonly real: Tensor; readonly fake: Tensor },
  loss: AdversarialLoss,
  key: Key,
): Tensor {
  return scope(() => {
    const [forReal, forFake] = split(key);
    return loss.generator(flat(judge(fake, forFake)), () => flat(judge(real, forReal)));
  });
}

/** The mean over all pixels of |a − b|. */
export function distance(where: string, a: Tensor, b: Tensor): Tensor {
  if (String(a.shape) !== String(b.shape)) {
    throw new GenaiError(
      `${where}: got pictures of shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}], expected one shape.`,
    );
  }
  return scope(() => mean(abs(sub(a, b))));
}

/** The first memory of a critic that judges what no augmentation changes. */
export function firstMemory(): AdversarialMemory {
  return { real: scalar(0), fake: scalar(0), strength: scalar(0), path: scalar(0) };
}

/** That memory after a round in which the critic told these means. */
export function nextMemory(
  memory: AdversarialMemory,
  told: { readonly real: Tensor; readonly fake: Tensor },
  decay: number,
): AdversarialMemory {
  return { ...memory, real: blended(memory.real, told.real, decay), fake: blended(memory.fake, told.fake, decay) };
}

/** @throws GenaiError unless each weight is finite and at least 0, and the decay from 0 to 1. */
export function expectWeights(
  where: string,
  { decay, ...weights }: { readonly [name: string]: number; readonly decay: number },
): void {
  for (const [name, value] of Object.entries(weights)) {
    if (value >= 0 && value < Number.POSITIVE_INFINITY) continue;
    throw new GenaiError(`${where}: ${name} must be a finite number of at least 0, got ${value}.`);
  }
  if (!(decay >= 0 && decay <= 1)) throw new GenaiError(`${where}: decay must be from 0 to 1, got ${decay}.`);
}

function flat(patches: Tensor): Tensor {
  return reshape(patches, [-1]);
}
