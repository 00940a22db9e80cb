import manifest from '../package.json' with { type: 'json' };

/** What measured: named, so that nobody takes a line of ours for one of sacrebleu. The build inlines the number. */
export const version = (): string => `genai-${manifest.version}`;
