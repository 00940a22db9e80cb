/** Where a tensor of a file stands in the parameters of a transformer: read one way it brings weights in, the other way out. */
export interface Place {
  /** In the file. */
  readonly name: string;
  /** In the file. */
  readonly shape: readonly number[];
  /** Dotted, of a leaf of the parameters. */
  readonly path: string;
  /** The file has (outputs, inputs), as PyTorch's linear layers do; the parameters have (inputs, outputs). */
  readonly transposed?: boolean | undefined;
  /** The tensor is some columns of the leaf: where they begin, and how many the leaf has. Default: all. */
  readonly columns?: readonly [from: number, all: number] | undefined;
  /** The same of rows. */
  readonly rows?: readonly [from: number, all: number] | undefined;
  /** Added on the way in: Gemma keeps the scales of its norms as what they are above 1. */
  readonly plus?: number | undefined;
}

/** How {@link mapPlaces} finds a map. */
export type MapOptions = Pick<Place, 'transposed' | 'columns'> & { readonly bias: boolean };

/** The places of an affine map of `inputs` to `outputs` numbers: its weight and, if it has one, its bias. */
export function mapPlaces(
  name: string,
  path: string,
  [inputs, outputs]: readonly [inputs: number, outputs: number],
  { transposed, columns, bias }: MapOptions,
): Place[] {
  const shape = transposed ? [outputs, inputs] : [inputs, outputs];
  const weight = { name: `${name}.weight`, path: `${path}.weight`, shape, transposed, columns };
  return bias ? [weight, { name: `${name}.bias`, path: `${path}.bias`, shape: [outputs], columns }] : [weight];
}

/** The places of a norm: its scale and, if it has one, its shift. */
export function normPlaces(
  name: string,
  path: string,
  width: number,
  { shift = false, plus }: { readonly shift?: boolean; readonly plus?: number | undefined } = {},
): Place[] {
  const scale = { name: `${name}.weight`, path: `${path}.scale`, shape: [width], plus };
  return shift ? [scale, { name: `${name}.bias`, path: `${path}.shift`, shape: [width] }] : [scale];
}

/** The shape of the leaf that a place is of, or a part of. A tensor of three dimensions has matrices that follow each other in the leaf. */
export function leafShape({ shape, transposed, columns, rows }: Place): readonly number[] {
  const own = transposed ? shape.slice(-2).reverse() : shape;
  const [all, ...rest] = columns ? [...own.slice(0, -1), columns[1]] : own;
  return [rows ? rows[1] : all!, ...rest];
}

/** Puts the values of a file's tensor where they belong in the leaf. */
export function put(place: Place, values: Float32Array, leaf: Float32Array): void {
  const { plus = 0 } = place;
  eachPair(place, (inFile, inLeaf) => {
    leaf[inLeaf] = values[inFile]! + plus;
  });
}

/** Takes the values of a file's tensor out of the leaf. */
export function take(place: Place, leaf: Float32Array): Float32Array {
  const { plus = 0 } = place;
  const values = new Float32Array(place.shape.reduce((size, n) => size * n, 1));
  eachPair(place, (inFile, inLeaf) => {
    values[inFile] = leaf[inLeaf]! - plus;
  });
  return values;
}

/** Visits each element's index in the file and in the leaf, matrix by matrix. */
function eachPair(place: Place, visit: (inFile: number, inLeaf: number) => void): void {
  const { shape, columns, rows } = place;
  if (shape.length < 3) {
    eachOfMatrix(place, visit);
    return;
  }
  const [count, ...own] = shape as [number, number, number];
  const [outputs, inputs] = own;
  for (let i = 0; i < count; i++) {
    const start = i * outputs * inputs;
    const part = {
      ...{ ...place, shape: own },
      ...(columns && { columns: [columns[0] + i * outputs, columns[1]] as const }),
      ...(rows && { rows: [rows[0] + i * inputs, rows[1]] as const }),
    };
    eachOfMatrix(part, (inFile, inLeaf) => visit(start + inFile, inLeaf));
  }
}

/** Visits them in squares that stay in the cache. */
function eachOfMatrix(
  { shape, transposed, columns, rows: part }: Place,
  visit: (inFile: number, inLeaf: number) => void,
): void {
  const [rows, width] = shape.length === 2 ? (shape as [number, number]) : [1, shape[0]!];
  const [from, all] = columns ?? [0, transposed ? rows : width];
  const start = (part?.[0] ?? 0) * all + from;
  if (!transposed) {
    for (let r = 0; r < rows; r++) for (let c = 0; c < width; c++) visit(r * width + c, r * all + start + c);
    return;
  }
  for (let top = 0; top < rows; top += SQUARE) {
    for (let left = 0; left < width; left += SQUARE) {
      for (let r = top; r < Math.min(rows, top + SQUARE); r++) {
        for (let c = left; c < Math.min(width, left + SQUARE); c++) visit(r * width + c, c * all + start + r);
      }
    }
  }
}

const SQUARE = 32;
