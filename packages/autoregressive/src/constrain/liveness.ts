/** A graph of states that are told apart by keys. */
export interface StateGraph<A> {
  readonly key: (state: A) => string | number;
  readonly accepting: (state: A) => boolean;
  /** The states one token further; of equal keys, one is enough. */
  readonly successors: (state: A) => Iterable<A>;
  /** A lower bound of the way to the end: where it is least is searched first. */
  readonly shortest?: ((state: A) => number) | undefined;
}

/**
 * Whether an accepting state can be reached from a state, found by a search that goes first where the end is nearest, and
 * remembered by key.
 *
 * Exact, unless a search would visit more than `budget` states without an answer: then the state is taken to be alive.
 */
export function liveness<A>(
  { key, accepting, successors, shortest = () => 0 }: StateGraph<A>,
  budget: number,
): (state: A) => boolean {
  const known = new Map<string | number, boolean>();

  const search = (start: A): boolean => {
    const cameFrom = new Map<string | number, string | number | undefined>([[key(start), undefined]]);
    const open: A[][] = []; // by the bound
    const put = (state: A): void => {
      const bound = Math.floor(Math.min(Math.max(shortest(state), 0), FARTHEST));
      open[bound] ??= [];
      open[bound].push(state);
    };
    put(start);
    for (let visited = 0; visited < budget; visited++) {
      const at = open.find((states) => states !== undefined && states.length > 0)?.pop();
      if (at === undefined) {
        for (const dead of cameFrom.keys()) known.set(dead, false);
        return false;
      }
      if (accepting(at) || known.get(key(at)) === true) {
        for (let on: string | number | undefined = key(at); on !== undefined; on = cameFrom.get(on))
          known.set(on, true);
        return true;
      }
      for (const next of successors(at)) {
        const name = key(next);
        if (cameFrom.has(name) || known.get(name) === false) continue;
        cameFrom.set(name, key(at));
        put(next);
      }
    }
    known.set(key(start), true);
    return true;
  };

  return (state) => {
    const answer = known.get(key(state));
    if (answer !== undefined) return answer;
    // A bound for those that run for days; what is forgotten is found again.
    if (known.size > MOST_KNOWN) known.clear();
    return accepting(state) || search(state);
  };
}

const FARTHEST = 1024;
const MOST_KNOWN = 2 ** 17;
