/** Which elements of an image pass a {@link maskedCoupling} unchanged. */
export type Mask = (row: number, column: number, channel: number, shape: readonly number[]) => boolean;

/**
 * Pixels pass whose row and column add up to an even number, or to an odd one.
 *
 * @example
 * const layers = ['odd', 'even'].map((which) => maskedCoupling({ shape, passes: checkerboard(which), map, net }));
 * @source Dinh et al. 2017, "Density estimation using Real NVP", section 3.4 and figure 3.
 */
export function checkerboard(which: 'even' | 'odd' = 'even'): Mask {
  const parity = which === 'even' ? 0 : 1;
  return (row, column) => (row + column) % 2 === parity;
}

/**
 * The first half of the channels passes, or the second; of an odd number the second half is the larger.
 *
 * @source Dinh et al. 2017, "Density estimation using Real NVP", section 3.4 and figure 3.
 */
export function channelHalf(which: 'first' | 'second' = 'first'): Mask {
  return (_row, _column, channel, [, , channels = 1]) => channel < Math.floor(channels / 2) === (which === 'first');
}
