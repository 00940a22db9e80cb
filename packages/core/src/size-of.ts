/**
 * How many elements a shape holds; a scalar's, `[]`, holds one.
 *
 * @example
 * sizeOf([2, 3, 4]); // 24
 */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
