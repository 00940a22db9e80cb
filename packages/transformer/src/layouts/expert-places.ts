import type { FullConfig } from '../transformer-config.js';
import type { Place } from './place.js';

/** How the tensors of experts are named. */
export interface ExpertNames {
  readonly router: string;
  readonly gate: (expert: number) => string;
  readonly up: (expert: number) => string;
  readonly down: (expert: number) => string;
}

/** The places of the experts of a layer, each with its own tensors, (outputs, inputs): they stand side by side in the leaves at `path`. */
export function expertPlaces({ width, hidden, experts }: FullConfig, names: ExpertNames, path: string): Place[] {
  const { count } = experts!;
  const wide = count * hidden;
  const each = Array.from({ length: count }, (_, expert) => expert * hidden);
  return [
    mapPlace(path, names.router, 'router', [count, width], {}),
    ...each.flatMap((from, expert) => [
      mapPlace(path, names.gate(expert), 'up', [hidden, width], { columns: [from, 2 * wide] }),
      mapPlace(path, names.up(expert), 'up', [hidden, width], { columns: [wide + from, 2 * wide] }),
    ]),
    ...each.map((from, expert) => mapPlace(path, names.down(expert), 'down', [width, hidden], { rows: [from, wide] })),
  ];
}

/** The same where all experts are one tensor, (count, outputs, inputs). */
export function stackedExpertPlaces(
  { width, hidden, experts }: FullConfig,
  names: { readonly [part in keyof ExpertNames]: string },
  path: string,
): Place[] {
  const { count } = experts!;
  const wide = count * hidden;
  return [
    mapPlace(path, names.router, 'router', [count, width], {}),
    mapPlace(path, names.gate, 'up', [count, hidden, width], { columns: [0, 2 * wide] }),
    mapPlace(path, names.up, 'up', [count, hidden, width], { columns: [wide, 2 * wide] }),
    mapPlace(path, names.down, 'down', [count, width, hidden], { rows: [0, wide] }),
  ];
}

function mapPlace(path: string, name: string, leaf: string, shape: readonly number[], part: Partial<Place>): Place {
  return { name: `${name}.weight`, path: `${path}.${leaf}.weight`, shape, transposed: true, ...part };
}
