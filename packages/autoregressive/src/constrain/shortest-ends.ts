import type { Network } from './network.js';

/**
 * The fewest bytes that lead from each node to the end of its rule, infinite where nothing does: with every byte b of
 * `alphabet[b] === 1`, or with any.
 *
 * @source Knuth 1977, "A generalization of Dijkstra's algorithm" (the least string of each nonterminal); here by sweeps to the fixed
 * point, for networks are built from their ends and few sweeps suffice.
 */
export function shortestEnds({ nodes, rules }: Network, alphabet?: Uint8Array): Float64Array {
  const shortest = new Float64Array(nodes.length).fill(Number.POSITIVE_INFINITY);
  const spelled = ({ from, to }: { readonly from: number; readonly to: number }): boolean =>
    !alphabet || (alphabet.indexOf(1, from) >= 0 && alphabet.indexOf(1, from) <= to);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [i, node] of nodes.entries()) {
      let least = node.ends ? 0 : shortest[i]!;
      for (const edge of node.bytes) {
        if (1 + shortest[edge.next]! < least && spelled(edge)) least = 1 + shortest[edge.next]!;
      }
      for (const next of node.empty) least = Math.min(least, shortest[next]!);
      for (const { rule, next } of node.calls) least = Math.min(least, shortest[rules[rule]!.start]! + shortest[next]!);
      if (least < shortest[i]!) {
        shortest[i] = least;
        changed = true;
      }
    }
  }
  return shortest;
}
