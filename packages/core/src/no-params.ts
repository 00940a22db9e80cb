/** The parameters of what has none: `{}`. */
export type NoParams = Record<string, never>;
