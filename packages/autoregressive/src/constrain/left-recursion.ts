import { GenaiError } from '@genai/core';
import { type Network, UNNAMED } from './network.js';
import { shortestEnds } from './shortest-ends.js';

/**
 * Checks that no rule calls itself before it has read something: a parse from the left would never end.
 *
 * @throws GenaiError that names the rules of such a circle.
 */
export function refuseLeftRecursion(where: string, network: Network): void {
  const shortest = shortestEnds(network);
  const firsts = network.rules.map((_, rule) => firstCalls(network, rule, shortest));
  const state = new Uint8Array(firsts.length); // 0 unseen, 1 on the path, 2 done
  const path: number[] = [];
  const visit = (rule: number): void => {
    if (state[rule] === 2) return;
    if (state[rule] === 1) {
      const circle = [...path.slice(path.indexOf(rule)), rule].map((i) => network.rules[i]!.name);
      const named = circle.filter((name) => !name.startsWith(UNNAMED)).join(' → ');
      throw new GenaiError(
        `${where}: left recursion, ${named}: a rule must read something before it calls itself. ` +
          'Write list ::= item ("," item)* for list ::= list "," item | item.',
      );
    }
    state[rule] = 1;
    path.push(rule);
    for (const first of firsts[rule]!) visit(first);
    path.pop();
    state[rule] = 2;
  };
  for (const rule of firsts.keys()) visit(rule);
}

/** The rules that may be called before a byte is read. */
function firstCalls({ nodes, rules }: Network, rule: number, shortest: Float64Array): Set<number> {
  const called = new Set<number>();
  const seen = new Set<number>();
  const open = [rules[rule]!.start];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...nodes[at]!.empty);
    for (const call of nodes[at]!.calls) {
      called.add(call.rule);
      if (shortest[rules[call.rule]!.start] === 0) open.push(call.next);
    }
  }
  return called;
}
