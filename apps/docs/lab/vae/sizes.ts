/** Sizes that the page and its worker both know. */

/** Side of a digit in pixels. */
export const SIDE = 28;
export const CLASSES = 10;
/** Digits held back, and those of each class. Classes alternate: the i-th digit is an i mod 10. */
export const HELD = 300;
export const HELD_OF_CLASS = HELD / CLASSES;
/** Digits in a row of the latent plane. */
export const GRID = 12;
/** Pictures on the way from one digit to another. */
export const WAY_STEPS = 8;
