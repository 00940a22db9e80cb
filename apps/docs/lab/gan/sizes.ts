/** What the page of clothes and its worker both know. */

export const SIDE = 28;
/** Kinds of clothes, in the order of Fashion-MNIST, in the words of the page. */
export const KINDS = [
  'T-shirt',
  'Trousers',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const;
/** Designs that are shown at once, and how many in a row. */
export const SHOWN = 24;
export const ACROSS = 6;
/** Designs on the way from one to another. */
export const WAY_STEPS = 8;
/** Designs that the judge is shown, as many of each kind. */
export const JUDGED = 100;
/** Codes are cut off so far from their middle, in standard deviations; what is farther than the last hardly ever comes. */
export const NARROWEST = 0.1;
export const WIDEST = 3;
