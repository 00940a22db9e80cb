/** The kits are imported by name, as `@genai/testing/layer-laws`: each brings only what it needs. */
export {};
