import { digits } from '@genai/data/node';
import { gather, type Tensor, tensor1d } from '@tensorflow/tfjs-core';

/** Twenty held-out digits to show: 0 to 9, then 0 to 9 in other hands. The tensor belongs to the caller. */
export async function showcase(): Promise<Tensor> {
  const { test } = await digits({ from: import.meta.url });
  const { images, labels } = await test.read(Uint32Array.from({ length: test.length }, (_, i) => i));
  try {
    const classes = Array.from(await labels.data());
    const nth = (label: number, n: number) => [...classes.keys()].filter((i) => classes[i] === label)[n]!;
    const chosen = [0, 1].flatMap((n) => Array.from({ length: 10 }, (_, label) => nth(label, n)));
    const index = tensor1d(chosen, 'int32');
    const made = gather(images, index);
    index.dispose();
    return made;
  } finally {
    images.dispose();
    labels.dispose();
  }
}
