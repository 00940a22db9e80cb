/** One launch of a reduction: (outer, reduced, inner) to (outer, inner). */
export type ReduceStep = { readonly outer: number; readonly reduced: number; readonly inner: number };

/**
 * The launches that reduce these axes of a contiguous tensor, at most one for each run of neighbouring axes.
 *
 * Nothing is transposed: the last run is reduced first, so that later launches have less to read. Without anything to
 * reduce there is no launch.
 */
export function reducePlan(shape: readonly number[], axes: readonly number[]): ReduceStep[] {
  // Neighbours of one kind count as one; axes of one element do not count.
  const groups: { size: number; reduced: boolean }[] = [];
  shape.forEach((size, axis) => {
    const reduced = axes.includes(axis);
    const last = groups.at(-1);
    if (size === 1) return;
    if (last?.reduced === reduced) last.size *= size;
    else groups.push({ size, reduced });
  });
  const steps: ReduceStep[] = [];
  let inner = 1;
  for (let i = groups.length - 1; i >= 0; i--) {
    const { size, reduced } = groups[i]!;
    if (!reduced) inner *= size;
    else
      steps.push({
        outer: groups.slice(0, i).reduce((product, group) => product * group.size, 1),
        reduced: size,
        inner,
      });
  }
  return steps;
}
