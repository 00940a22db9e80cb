import { disposeTree, GenaiError } from '@genai/core';
import type { QuantisedBits } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { quantisedLeaf } from '../quantised/quantised-leaf.js';
import type { TransformerParams } from '../transformer.js';
import { floatLeaf, type GrowingLeaf } from './growing-leaf.js';
import type { NamedTensor, NamedTensors } from './named-tensor.js';
import type { Place } from './place.js';

export interface ParamsFromOptions {
  /** Begins the messages of errors. */
  readonly where: string;
  readonly places: readonly Place[];
  /** The name a tensor of the file has among the places, `undefined` if it is none of the parameters. Default: its own. */
  readonly known?: (name: string) => string | undefined;
  /** Of the weights in the leaf at a path. Default: 32, for float32. */
  readonly bits?: (path: string) => QuantisedBits | 32;
}

/**
 * Parameters from the tensors of files, each put in its place as it comes: beyond the parameters themselves only what is not whole yet
 * is held, and of that what has fewer bits is quantised already.
 *
 * @throws GenaiError for a tensor that is surplus, of another shape, there twice or missing, or has a weight too large for 16 bits. No
 * tensor is left over then.
 */
export async function paramsFrom(
  tensors: NamedTensors,
  { where, places, known = (name) => name, bits = () => 32 }: ParamsFromOptions,
): Promise<TransformerParams> {
  const byName = new Map(places.map((place) => [place.name, place]));
  const missing = new Map(byName);
  const parts = new Map<string, number>();
  for (const { path } of places) parts.set(path, (parts.get(path) ?? 0) + 1);
  const begun = new Map<string, GrowingLeaf>();
  const made = new Map<string, { readonly [path: string]: Tensor }>();
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
      const leaf = begun.get(path) ?? leafOf(where, place, bits(path));
      begun.set(path, leaf);
      parts.set(path, parts.get(path)! - 1);
      leaf.put(place, found);
      if (parts.get(path) !== 0) continue;
      begun.delete(path);
      made.set(path, leaf.done());
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
  return treeOf(places.flatMap(({ path }) => Object.entries(made.get(path)!)));
}

const SHOWN = 6;

function leafOf(where: string, place: Place, bits: QuantisedBits | 32): GrowingLeaf {
  return (bits !== 32 && quantisedLeaf(where, place, bits)) || floatLeaf(place);
}

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
