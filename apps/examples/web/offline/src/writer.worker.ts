/** Learns a text character by character, off the main thread. */
import { carried, generate, recurrentNet, tokenModel } from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { GenaiError, key } from '@genai/core';
import { characters, streams } from '@genai/data';
import { gru } from '@genai/nn';
import { adam, chain, clipByGlobalNorm, minimize, serveTraining, train } from '@genai/train';

export interface Writing {
  readonly temperature: number;
  /** The same writes the same. */
  readonly seed: number;
}

/** The text is read in so many places at once, so many characters at a time. */
const ROWS = 8;
const LENGTH = 32;
const WIDTH = 96;
/** A short text is known by heart before long. */
const STEPS = 300;

// #region job
export const job = serveTraining(
  async (text: string, { from, signal }) => {
    const { name, threads = 1 } = await useBackend('auto');
    const tokenizer = characters(text);
    const tokens = tokenizer.encode(text);
    if (tokens.length <= ROWS * LENGTH) {
      throw new GenaiError(`The text has ${tokens.length} characters; it must have more than ${ROWS * LENGTH}.`);
    }
    const model = tokenModel({ vocabulary: tokenizer.vocabulary, net: recurrentNet(gru(32, WIDTH)) });
    const optimizer = chain(clipByGlobalNorm(1), adam(5e-3));
    const step = carried(model, { rows: ROWS }, (objective) => minimize(objective, optimizer));
    const data = streams(tokens, { rows: ROWS, length: LENGTH });
    const run = train(step, { data, steps: STEPS, key: key(0), from: from(), signal });
    return Object.assign(run, { model, tokenizer, engine: `${name}, threads: ${threads}` });
  },
  {
    engine: ({ engine }) => engine,
    /** 300 characters, each after those before it: the lower the temperature, the likelier. */
    write: async ({ model, tokenizer, state: { params } }, { temperature, seed }: Writing): Promise<string> => {
      const prompt = [0]; // the first character in the order of Unicode: the line break, where there is one
      const { result } = generate(model, params, { prompt, steps: 300, temperature, key: key(seed) });
      return tokenizer.decode((await result).tokens);
    },
  },
);
// #endregion job
