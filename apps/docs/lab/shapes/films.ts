/** What the worker shows of the model as it stands. */
import { type Key, key } from '@genai/core';
import type { Dataset, ShapeClouds } from '@genai/data';
import { chamferDistance } from '@genai/eval';
import { attributeDirection, editAttribute, inferShape, interpolate } from '@genai/flow';
import { owned, scope } from '@genai/tensor';
import { adam } from '@genai/train';
import { concat, gather, mul, reshape, slice, type Tensor, tensor1d, tensor3d } from '@tensorflow/tfjs-core';
import { ATTRIBUTES, type AttributeName, askedAt } from './attributes.js';
import { type Cloud, type Film, POINTS } from './film.js';
import { DRAWN, FAMILIES, SCALE, type ShapesModel, type ShapesParams } from './model.js';

/** Shapes that the model does not train on. */
export type Held = Dataset<ShapeClouds>;

/** How many there are, of both families together. */
export const HELD = 128;

const REACH = 1.05;
const MOMENTS = 9;
const SEARCH = 12;
/** The points of all shapes are made of the same noise: each goes its way from the first frame to the last. */
const NOISE = key(77);
const NAMES = ['torus', 'table'] as const;

/** What a film is made of. */
export interface Scene {
  readonly model: ShapesModel;
  readonly params: ShapesParams;
  readonly held: Held;
}

/** Shapes that there never were. */
export async function drawnFilm({ model, params }: Scene, key: Key, count: number): Promise<Film> {
  const made = await read(() => model.shapes.given(params).sample(key, [count]));
  return { view: 'drawn', clouds: made.map((cloud) => ({ name: '', frames: [cloud] })), reach: REACH };
}

/** From a torus to a table, along an arc in the noise of p(z). */
export async function morphFilm({ model, params, held }: Scene, number: number): Promise<Film> {
  using shapes = await encoded({ model, params, held }, [2 * number, 2 * number + 1]);
  const frames = await read(() => {
    const [from, to] = [0, 1].map((i) => slice(shapes.z, [i], [1])) as [Tensor, Tensor]; // (1, latents) each
    const way = interpolate(model.prior, params.prior, from, to, { steps: MOMENTS, spherical: true });
    return model.shapes.decode(params, reshape(way, [MOMENTS, -1]), { key: NOISE }); // (moments, DRAWN, 3)
  });
  return { view: 'morph', clouds: [{ name: '', frames }], reach: REACH };
}

/** A shape with one property as asked for, all else kept. */
export async function editFilm({ model, params, held }: Scene, number: number, name: AttributeName): Promise<Film> {
  const { family, parameter } = ATTRIBUTES[name];
  const which = FAMILIES.findIndex((one) => one.name === family);
  const column = FAMILIES[which]!.parameters.findIndex((one) => one.name === parameter);
  const numbers = Array.from({ length: HELD / 2 }, (_, i) => 2 * i + which);
  using shapes = await encoded({ model, params, held }, numbers);
  const all = await shapes.parameters.data();
  const width = shapes.parameters.shape[1]!;
  const values = numbers.map((_, i) => all[i * width + column]!);
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const [less, more] = [order.slice(0, order.length / 2), order.slice(order.length / 2)];
  const average = (of: readonly number[]): number => of.reduce((sum, i) => sum + values[i]!, 0) / of.length;
  const own = number % numbers.length;
  const asked = Array.from({ length: MOMENTS }, (_, i) => askedAt(name, i / (MOMENTS - 1)));
  const frames = await read(() => {
    const kind = (of: readonly number[]): Tensor => gather(shapes.z, tensor1d(of as number[], 'int32'));
    const direction = attributeDirection(model.prior, params.prior, { withAttribute: kind(more), without: kind(less) });
    const z = slice(shapes.z, [own], [1]); // (1, latents)
    const strength = (value: number): number => (value - values[own]!) / (average(more) - average(less));
    const edited = asked.map((value) => editAttribute(model.prior, params.prior, z, direction, strength(value)));
    return model.shapes.decode(params, concat(edited, 0), { key: NOISE });
  });
  return { view: 'edit', clouds: [{ name: '', frames }], reach: REACH, attribute: name };
}

/** The left half of a shape, and the likeliest whole. */
export async function completeFilm({ model, params, held }: Scene, number: number): Promise<Film> {
  using shape = owned(await held.read(Uint32Array.of(number % HELD)));
  const whole = Float32Array.from(await shape.points.data());
  const half = whole.filter((_, i) => whole[i - (i % 3)]! < 0);
  using seen = owned({ x: scope(() => mul(tensor3d(half, [1, half.length / 3, 3]), SCALE)) });
  const infer = (steps: number): Promise<Tensor> =>
    inferShape(model.shapes, params, seen.x, { optimizer: adam(0.2), steps });
  using encoded = owned({ z: await infer(0) });
  using found = owned({ z: await infer(SEARCH) });
  const frames = await read(() => model.shapes.decode(params, concat([encoded.z, found.z], 0), { key: NOISE }));
  const apart = (cloud: Float32Array): number => Math.sqrt(chamferDistance(cloud, whole) / 2);
  return {
    view: 'complete',
    clouds: [
      { name: `half a ${NAMES[number % 2]}`, frames: [half] },
      { name: 'completed', frames },
    ],
    reach: REACH,
    apart: { half: apart(half), encoded: apart(frames[0]!), found: apart(frames[1]!) },
  };
}

/** A shape as the flow of its points makes it from noise, map by map. */
export async function warpFilm({ model, params, held }: Scene, number: number): Promise<Film> {
  using shapes = await encoded({ model, params, held }, [number % HELD]);
  const frames = await read(() => {
    const flow = model.points.at(shapes.z);
    let x = flow.base(params.points).sample(NOISE, [DRAWN]); // (DRAWN, 3)
    const moments = [x];
    for (const step of [...flow.steps(params.points)].reverse()) {
      x = step.inverse(x).x;
      moments.push(x);
    }
    return reshape(concat(moments, 0), [moments.length, DRAWN, 3]);
  });
  const cloud: Cloud = { name: '', frames };
  return { view: 'warp', clouds: [cloud], reach: 1.2 * REACH };
}

/** Means of q(z | cloud) of held-out shapes, (shapes, latents), and their parameters. */
async function encoded({ model, params, held }: Scene, numbers: readonly number[]) {
  using shapes = owned(await held.read(Uint32Array.from(numbers, (number) => number % HELD)));
  return owned(
    scope(() => ({
      // As many points as in training: the greatest of more points is greater.
      z: model.shapes.encode(params, mul(slice(shapes.points, [0, 0, 0], [-1, POINTS, -1]), SCALE)).mean(),
      parameters: slice(shapes.parameters, [0, 0]),
    })),
  );
}

/** The clouds of a tensor (clouds, points, 3) in the frame of shapes, on the host. */
async function read(make: () => Tensor): Promise<Float32Array[]> {
  using made = owned({ x: scope(() => mul(make(), 1 / SCALE)) });
  const values = await made.x.data<'float32'>();
  const each = values.length / made.x.shape[0]!;
  return Array.from({ length: made.x.shape[0]! }, (_, i) =>
    Float32Array.from(values.subarray(i * each, (i + 1) * each)),
  );
}
