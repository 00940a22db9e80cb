/** Properties of shapes that the page edits, and what the points of a cloud show of them. Nothing heavy is imported here. */

export interface Attribute {
  readonly label: string;
  /** The family that has it, and which of its parameters it is. */
  readonly family: 'tori' | 'tables';
  readonly parameter: string;
  /** What is asked for at either end. */
  readonly from: number;
  readonly to: number;
  /** The property as the points show it. */
  readonly measure: (cloud: Float32Array) => number;
}

export const ATTRIBUTES = {
  thickness: {
    label: 'thickness of a torus, r / R',
    family: 'tori',
    parameter: 'ratio',
    from: 0.2,
    to: 0.75,
    measure: (cloud) => {
      const far = sorted(cloud, (x, _, z) => Math.hypot(x, z)); // from the axis: R − r to R + r
      const [hole, rim] = ends(far);
      return (rim - hole) / (rim + hole);
    },
  },
  height: {
    label: 'height of a table',
    family: 'tables',
    parameter: 'height',
    from: 0.45,
    to: 0.85,
    measure: (cloud) => extent(sorted(cloud, (_, y) => y)),
  },
  width: {
    label: 'width of a table',
    family: 'tables',
    parameter: 'width',
    from: 0.85,
    to: 1.35,
    measure: (cloud) => extent(sorted(cloud, (x) => x)),
  },
} as const satisfies { readonly [name: string]: Attribute };

export type AttributeName = keyof typeof ATTRIBUTES;

/** The value that is asked for at `share` of the way from one end to the other. */
export function askedAt(name: AttributeName, share: number): number {
  const { from, to } = ATTRIBUTES[name];
  return from + share * (to - from);
}

function sorted(cloud: Float32Array, of: (x: number, y: number, z: number) => number): Float32Array {
  return Float32Array.from({ length: cloud.length / 3 }, (_, i) =>
    of(cloud[3 * i]!, cloud[3 * i + 1]!, cloud[3 * i + 2]!),
  ).sort();
}

function extent(values: Float32Array): number {
  const [low, high] = ends(values);
  return high - low;
}

/** The least and the greatest, a few stray points aside. */
function ends(values: Float32Array): readonly [number, number] {
  return [values[Math.floor(0.02 * values.length)]!, values[Math.floor(0.98 * values.length)]!];
}
