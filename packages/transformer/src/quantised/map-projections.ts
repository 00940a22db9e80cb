import { mapLeaves, type Tree } from '@genai/core';
import type { ProjectionParams } from '@genai/nn';
import { scope } from '@genai/tensor';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import type { BlockParams } from '../model/block.js';
import type { TransformerParams } from '../transformer.js';

/** The large maps of a model. What chooses among experts is none: it is small, and a slip there costs most. */
export function projectionsOf({ blocks, head }: TransformerParams): readonly ProjectionParams[] {
  const all = blocks.flatMap(({ attention, feedForward }) => [
    attention.qkv,
    attention.output,
    feedForward.up,
    feedForward.down,
  ]);
  return head ? [...all, head] : all;
}

/** Whether a path leads to the weight of one of {@link projectionsOf}. */
export function isProjection(path: string): boolean {
  return PROJECTION.test(path);
}

const PROJECTION = /^(blocks\.\d+\.(attention\.(qkv|output)|feedForward\.(up|down))|head)\.weight$/;

/** The path of the embedding. */
export const TABLE = 'embedding.table';

/** The parameters with other ones for each of {@link projectionsOf}, in that order, and for the embedding; clones of all else. */
export function mapProjections(
  params: TransformerParams,
  f: {
    readonly projection: (params: ProjectionParams) => ProjectionParams;
    readonly embedding: (params: TransformerParams['embedding']) => TransformerParams['embedding'];
  },
): TransformerParams {
  return scope(() => {
    const blocks = params.blocks.map((block): BlockParams => {
      const { attention, feedForward, ...norms } = block;
      const { qkv, output, ...headNorms } = attention;
      const { up, down, ...router } = feedForward;
      return {
        ...copy(norms),
        attention: { ...copy(headNorms), qkv: f.projection(qkv), output: f.projection(output) },
        feedForward: { ...copy(router), up: f.projection(up), down: f.projection(down) },
      };
    });
    const { positions, norm, head } = params;
    return {
      embedding: f.embedding(params.embedding),
      ...(positions && { positions: copy(positions) }),
      blocks,
      ...(norm && { norm: copy(norm) }),
      ...(head && { head: f.projection(head) }),
    };
  });
}

function copy<T extends Tree<Tensor>>(tree: T): T {
  return mapLeaves<Tensor, T>(tree, (leaf) => clone(leaf));
}
