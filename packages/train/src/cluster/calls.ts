/** What ranks may call; they tell one another its index here, to be sure that all call the same. */
export const CALLS = ['sum', 'mean', 'max', 'min', 'broadcast', 'gather', 'barrier', 'dispose'] as const;

export type Call = (typeof CALLS)[number];
