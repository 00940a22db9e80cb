/** The flat piece of a latent space that is shown: codes origin + x · across + y · down; x and y go from −1 to 1. */
export interface LatentPlane {
  readonly origin: ArrayLike<number>;
  readonly across: ArrayLike<number>;
  readonly down: ArrayLike<number>;
}

/** The code at a place of the plane. */
export function codeAt({ origin, across, down }: LatentPlane, x: number, y: number): Float32Array {
  return Float32Array.from(origin, (o, i) => o + x * across[i]! + y * down[i]!);
}

/** The place of the plane that is nearest to a code; the axes stand at right angles. */
export function placeOf({ origin, across, down }: LatentPlane, code: ArrayLike<number>): [x: number, y: number] {
  const share = (axis: ArrayLike<number>): number => {
    let [product, square] = [0, 0];
    for (let i = 0; i < axis.length; i++) {
      product += (code[i]! - origin[i]!) * axis[i]!;
      square += axis[i]! ** 2;
    }
    return product / Math.max(square, 1e-12);
  };
  return [share(across), share(down)];
}
