import { GenaiError } from '@genai/core';
import type { CodePoints } from './code-points.js';
import type { Expression, Rules } from './expression.js';
import { utf8Ranges } from './utf8-ranges.js';

/** A recursive transition network over bytes: each rule a nondeterministic automaton, whose edges read a byte, nothing, or a rule. */
export interface Network {
  readonly nodes: readonly NetworkNode[];
  /** The first is the root. */
  readonly rules: readonly NetworkRule[];
}

export interface NetworkNode {
  readonly bytes: readonly ByteEdge[];
  readonly empty: readonly number[];
  readonly calls: readonly CallEdge[];
  /** Whether a rule ends here; nothing leads on from such a node. */
  readonly ends: boolean;
}

export interface ByteEdge {
  readonly from: number;
  readonly to: number;
  readonly next: number;
}

export interface CallEdge {
  readonly rule: number;
  readonly next: number;
}

export interface NetworkRule {
  readonly name: string;
  readonly start: number;
}

/**
 * The network of `root` and of the rules it refers to, which must be there.
 *
 * @throws GenaiError if the network is larger than 2¹⁸ nodes.
 */
export function networkOf(where: string, root: Expression, rules: Rules = new Map()): Network {
  const nodes: NetworkNode[] = [];
  const named = new Map<string, number>();
  const pending: { readonly name: string; readonly body: Expression }[] = [];

  const add = (node: Partial<NetworkNode>): number => {
    if (nodes.length >= MOST_NODES) {
      throw new GenaiError(
        `${where}: the language needs more than ${MOST_NODES} nodes. Use smaller bounds of repetition.`,
      );
    }
    return nodes.push({ bytes: [], empty: [], calls: [], ends: false, ...node }) - 1;
  };
  const call = (name: string, body: Expression): number => {
    let index = named.get(name);
    if (index === undefined) {
      index = pending.push({ name, body }) - 1;
      named.set(name, index);
    }
    return index;
  };
  // Built from the end, so that each part knows where it leads: what a rule does last then needs no return.
  const build = (expression: Expression, next: number): number => {
    switch (expression.kind) {
      case 'character':
        return read(expression.set, next);
      case 'sequence':
        return expression.parts.reduceRight((at, part) => build(part, at), next);
      case 'choice':
        return add({ empty: expression.options.map((option) => build(option, next)) });
      case 'repeat':
        return loop(expression.part, expression.least, expression.most, next);
      case 'rule': {
        const body = rules.get(expression.name);
        if (!body)
          throw new GenaiError(`${where}: there is no rule '${expression.name}'. Define it, or mend its name.`);
        return add({ calls: [{ rule: call(expression.name, body), next }] });
      }
    }
  };
  const read = (set: CodePoints, next: number): number => {
    const shared = new Map<string, number>(); // by the bytes that are still to come
    const edges: ByteEdge[] = [];
    for (const list of utf8Ranges(set)) {
      let [at, path] = [next, ''];
      for (const { from, to } of list.slice(1).reverse()) {
        path += `${from}-${to} `;
        const known = shared.get(path);
        at = known ?? add({ bytes: [{ from, to, next: at }] });
        shared.set(path, at);
      }
      edges.push({ ...list[0]!, next: at });
    }
    return add({ bytes: edges });
  };
  const loop = (part: Expression, least: number, most: number, next: number): number => {
    const copies = most === Number.POSITIVE_INFINITY ? least + 1 : most;
    const unnamed = copies > MOST_COPIES && part.kind !== 'rule' ? call(`${UNNAMED}${named.size}`, part) : undefined;
    const once = (at: number): number =>
      unnamed === undefined ? build(part, at) : add({ calls: [{ rule: unnamed, next: at }] });
    let at = next;
    if (most === Number.POSITIVE_INFINITY) {
      const empty = [next];
      at = add({ empty });
      empty.push(once(at));
    } else {
      for (let i = least; i < most; i++) at = add({ empty: [once(at), next] });
    }
    for (let i = 0; i < least; i++) at = once(at);
    return at;
  };

  call('', root);
  const built: NetworkRule[] = [];
  // Grows while it runs: what a rule calls is appended.
  for (let i = 0; i < pending.length; i++) {
    const { name, body } = pending[i]!;
    built.push({ name, start: build(body, add({ ends: true })) });
  }
  return { nodes, rules: built };
}

/** What the names of rules begin with that no one has written: no grammar can name a rule so. */
export const UNNAMED = ' ';

/** How often a part is copied before it is made a rule. */
const MOST_COPIES = 4;
const MOST_NODES = 2 ** 18;
