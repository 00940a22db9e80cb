/** The parameters of a layer that has none: an empty object, so that it still has its place in a tree. */
export type NoParams = Record<string, never>;
