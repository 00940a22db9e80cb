import type { LanguageModelV3, LanguageModelV3CallOptions, LanguageModelV3StreamPart } from '@ai-sdk/provider';
import { continuousBatch, jsonConstraints, type TokenModel } from '@genai/autoregressive';
import { fold, GenaiError, type Key, key, type Tree } from '@genai/core';
import type { ChatFormat, Tokenizer } from '@genai/data';
import type { Tensor } from '@tensorflow/tfjs-core';
import { callDrawing } from './call-drawing.js';
import { type DrawnText, drawnText } from './drawn-text.js';
import { partStream } from './part-stream.js';
import { promptTokens } from './prompt-tokens.js';
import { spelled } from './spelled.js';

/** A model that was opened: what `fromHuggingFace` and `fromGguf` of `@genai/transformer` give, with its tokenizer. */
export interface LanguageModelParts<P, S> {
  readonly model: TokenModel<P, S>;
  /** They stay yours, and must live until the language model is closed. */
  readonly params: P;
  readonly tokenizer: Tokenizer;
  /** The tokens that end a text, where these are more than the `endToken` of the model. */
  readonly endTokens?: readonly number[] | undefined;
}

export interface GenaiOptions {
  /** What the model is called in telemetry and results. */
  readonly id: string;
  /** How dialogues are written: a `chatFormat` or `chatTemplate` of `@genai/data`. A model without it goes on with the text of one message. */
  readonly chat?: Pick<ChatFormat, 'prompt' | 'stop'> | undefined;
  /** The randomness of calls without a `seed`: call n of them draws by `fold(key, n)`. Default `key(0)`. */
  readonly key?: Key | undefined;
  /** How many calls are drawn at once; others wait for one to end. Default 8. */
  readonly slots?: number | undefined;
  /** The most tokens of a text, its prompt included; fewer than the model's own `longest` save memory. */
  readonly longest?: number | undefined;
}

/** A language model of the AI SDK that computes here. Disposing it closes it. */
export interface GenaiLanguageModel extends LanguageModelV3, AsyncDisposable {
  /** Ends the calls that are being drawn, and frees all tensors but the parameters. */
  readonly close: () => Promise<void>;
}

/**
 * A model of tokens as a language model of the AI SDK: for its `generateText`, `streamText` and `generateObject`.
 *
 * Calls are drawn together in a {@link continuousBatch}, each as `generate` draws it with the same options and `key(seed)`. Tokens are
 * drawn while somebody takes them: a stream that is cancelled or whose signal is aborted leaves the batch before the next step, one that
 * is not read gives up its place. `responseFormat: json` constrains what is drawn to JSON that is valid by the schema and, where the
 * vocabulary spells every byte it has, complete within `maxOutputTokens` and `longest` if anything valid is that short. Without
 * `maxOutputTokens` a text ends where the model ends it or at its `longest`; of a model that knows neither, after 256 tokens. In
 * `providerOptions.genai` stand `minP`, `typical`, `repetitionPenalty` and `logitBias`.
 *
 * @example
 * const model = genai({ ...(await fromHuggingFace(config, tensors)), tokenizer }, { id: 'qwen', chat: await chatTemplate(source, { tokenizer }) });
 * const { text } = await generateText({ model, prompt: 'Who goes there?', temperature: 0.7 });
 * @throws GenaiError if the tokenizer has more tokens than the model, or an option is out of range. When called: GenaiError for options
 * out of range, a schema that is not supported, a prompt too long; UnsupportedFunctionalityError and InvalidPromptError of
 * `@ai-sdk/provider` for messages that are more than text, or that are a dialogue where there is no `chat`.
 */
export function genai<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  parts: LanguageModelParts<P, S>,
  options: GenaiOptions,
): GenaiLanguageModel {
  const { id, chat, key: own = key(0), slots, longest } = options;
  const tokenizer = spelled(parts.tokenizer, parts.model.vocabulary);
  // Constraints let only *the* end token end what could go on: that of a reply, if there is one.
  const ends = new Set(
    [chat?.stop, parts.model.endToken, ...(parts.endTokens ?? [])].filter((one) => one !== undefined),
  );
  const [endToken, ...otherEnds] = ends;
  const model = endToken === undefined ? parts.model : { ...parts.model, endToken };
  const stop = otherEnds.map((token) => [token]);
  const limits = {
    ...model,
    longest: Math.min(longest ?? Number.POSITIVE_INFINITY, model.longest ?? Number.POSITIVE_INFINITY),
  };
  const constraints = jsonConstraints(tokenizer);
  const batch = continuousBatch(model, parts.params, {
    queue: Number.MAX_SAFE_INTEGER, // who asks waits for a slot
    ...(slots !== undefined && { slots }),
    ...(longest !== undefined && { longest }),
  });
  let unseeded = 0;

  const begin = (call: LanguageModelV3CallOptions, signal: AbortSignal | undefined): Begun => {
    const { tokens: prompt, warnings } = promptTokens(call.prompt, { id, tokenizer, chat });
    const { drawing, warnings: others } = callDrawing(call, { prompt, limits, constraints });
    const randomness = call.seed === undefined ? fold(own, unseeded++) : key(call.seed);
    const drawn = batch.generate({ ...drawing, stop, prompt, key: randomness, signal });
    const text = drawnText(drawn, tokenizer, { stop: call.stopSequences ?? [], promptLength: prompt.length });
    return { text, warnings: [...warnings, ...others] };
  };
  const close = (): Promise<void> => batch.abort(new GenaiError(`genai: the model ${id} was closed.`));

  return {
    specificationVersion: 'v3',
    provider: 'genai',
    modelId: id,
    supportedUrls: {},
    doGenerate: async (call) => {
      const { text, warnings } = begin(call, call.abortSignal);
      let whole = '';
      for await (const piece of text.pieces) whole += piece;
      const finishReason = await text.finish();
      return { content: [{ type: 'text', text: whole }], finishReason, usage: text.usage(), warnings };
    },
    doStream: async (call) => {
      const left = new AbortController();
      const signal = call.abortSignal ? AbortSignal.any([call.abortSignal, left.signal]) : left.signal;
      const begun = begin(call, signal);
      return { stream: partStream(partsOf(begun, signal), () => left.abort()) };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A call that was checked. */
interface Begun {
  readonly text: DrawnText;
  readonly warnings: Extract<LanguageModelV3StreamPart, { type: 'stream-start' }>['warnings'];
}

/** What goes wrong while drawing is a part, unless the reader asked for the end. */
async function* partsOf(
  { text, warnings }: Begun,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelV3StreamPart, void, void> {
  const id = '0';
  yield { type: 'stream-start', warnings };
  try {
    yield { type: 'text-start', id };
    for await (const delta of text.pieces) yield { type: 'text-delta', id, delta };
    yield { type: 'text-end', id };
    yield { type: 'finish', finishReason: await text.finish(), usage: text.usage() };
  } catch (error) {
    if (signal.aborted) throw error;
    yield { type: 'error', error };
    yield { type: 'finish', finishReason: { unified: 'error', raw: undefined }, usage: text.usage() };
  }
}
