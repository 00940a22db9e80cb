import { disposeTree, GenaiError } from '@genai/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { TransformerParams } from '../transformer.js';
import type { NamedTensor, NamedTensors } from './named-tensor.js';
import { leafShape, type Place, put } from './place.js';

export interface ParamsFromOptions {
  /** Begins the messages of errors. */
  readonly where: string;
  readonly places: readonly Place[];
  /** The name a tensor of the file has among the places, `undefined` if it is none of the parameters. Default: its own. */
  readonly known?: (name: string) => string | undefined;
}

/**
 * Parameters from the tensors of files, each put in its place as it comes: beyond the parameters themselves only what is not whole yet
 * is held.
 *
 * @throws GenaiError for a tensor that is surplus, of another shape, there twice or missing. No tensor is left over then.
 */
export async function paramsFrom(
  tensors: NamedTensors,
  { where, places, known = (name) => name }: ParamsFromOptions,
): Promise<TransformerParams> {
  const byName = new Map(places.map((place) => [place.name, place]));
  const missing = new Map(byName);
  const parts = new Map<string, number>();
  for (const { path } of places) parts.set(path, (parts.get(path) ?? 0) + 1);
  const begun = new Map<string, Float32Array>();
  const made = new Map<string, Tensor>();
  try {
    for await (const found of tensors) {
      const name = known(found.name);
      if (name === undefined) continue;
      const place = byName.get(name);
      if (!place) fail(where, found, 'is none of this model. Is its config that of these files?');
      if (!missing.delete(name)) fail(where, found, 'is there twice');
      const { path, shape } = place;
      if (String(found.shape) !== String(shape)) {
        fail(where, found, `has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}] by its config`);
      }
      const whole = leafShape(place);
      const leaf = begun.get(path) ?? new Float32Array(whole.reduce((size, n) => size * n, 1));
      put(place, found.values(), leaf);
      begun.set(path, leaf);
      parts.set(path, parts.get(path)! - 1);
      if (parts.get(path) !== 0) continue;
      begun.delete(path);
      made.set(path, tensor(leaf, [...whole]));
    }
    if (missing.size > 0) {
      const names = [...missing.keys()];
      const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
      throw new GenaiError(
        `${where}: tensors are missing: ${names.slice(0, SHOWN).join(', ')}${more}. Give all files of the checkpoint, and its own config.`,
      );
    }
  } catch (error) {
    disposeTree([...made.values()]);
    throw error;
  }
  return treeOf(places.map(({ path }) => [path, made.get(path)!]));
}

const SHOWN = 6;

function fail(where: string, { name, file }: NamedTensor, problem: string): never {
  throw new GenaiError(`${where}: ${file}: tensor "${name.slice(0, 100)}" ${problem}.`);
}

type Node = { [name: string]: Node | Tensor };

/** The tree whose leaves have these paths, which are those of a transformer. */
function treeOf(paths: readonly (readonly [path: string, leaf: Tensor])[]): TransformerParams {
  const root: Node = {};
  for (const [path, leaf] of paths) {
    const names = path.split('.');
    let node = root;
    for (const name of names.slice(0, -1)) {
      node[name] ??= {};
      node = node[name] as Node;
    }
    node[names.at(-1)!] = leaf;
  }
  return { ...root, blocks: Object.values(root.blocks ?? {}) } as unknown as TransformerParams;
}
