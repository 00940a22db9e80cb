import manifest from '../package.json' with { type: 'json' };

/** The version of this package, inlined by the build. */
export const version = (): string => manifest.version;
