import type { TokenBias } from '@genai/autoregressive';
import type { RequestFields } from './request-fields.js';
import { responseFormat } from './response-format.js';
import type { ServedModel } from './served-model.js';
import type { TextDrawing, TextRequest } from './text-request.js';

/** What both routes ask for alike. */
type Shared = Pick<TextRequest, 'copies' | 'stop' | 'seed' | 'stream' | 'includeUsage'> & {
  readonly drawing: Omit<TextDrawing, 'steps'>;
};

/** @throws RequestError that names the field that is wrong. */
export function drawingFields(fields: RequestFields, served: ServedModel): Shared {
  fields.ignore('user', 'metadata', 'store', 'service_tier', 'safety_identifier', 'prompt_cache_key', 'prediction');
  const topP = fields.number('top_p', 0, 1);
  const constraint = responseFormat(fields, served);
  const stream = fields.boolean('stream') ?? false;
  return {
    copies: fields.integer('n', 1, MOST_COPIES) ?? 1,
    stop: stopTexts(fields),
    seed: fields.integer('seed', 0),
    stream,
    includeUsage: includesUsage(fields, stream),
    drawing: {
      temperature: fields.number('temperature', 0, 2),
      topP: topP === 0 ? Number.MIN_VALUE : topP, // the likeliest alone
      topK: fields.integer('top_k', 1),
      minP: fields.number('min_p', 0, 1) || undefined, // 0 rules nothing out
      repetitionPenalty: fields.number('repetition_penalty', LEAST_PENALTY, 10),
      presencePenalty: fields.number('presence_penalty', -2, 2),
      frequencyPenalty: fields.number('frequency_penalty', -2, 2),
      bias: bias(fields, served.tokenizer.vocabulary),
      ...(constraint && { constraint }),
    },
  };
}

function stopTexts(fields: RequestFields): readonly string[] {
  const value = fields.value('stop') ?? [];
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isStop = (stop: unknown): stop is string =>
    typeof stop === 'string' && stop.length > 0 && stop.length <= LONGEST_STOP;
  if (stops.length <= MOST_STOPS && stops.every(isStop)) return stops;
  throw fields.wrong('stop', `a text or at most ${MOST_STOPS}, each of 1 to ${LONGEST_STOP} characters`);
}

function includesUsage(fields: RequestFields, stream: boolean): boolean {
  const options = fields.record('stream_options');
  if (!options) return false;
  if (!stream) throw fields.wrong('stream_options', 'left out where "stream" is not true');
  options.ignore('include_obfuscation'); // against who counts bytes on the wire: there is none on this machine
  const included = options.boolean('include_usage') ?? false;
  options.expectNoOthers();
  return included;
}

function bias(fields: RequestFields, vocabulary: number): TokenBias | undefined {
  const value = fields.value('logit_bias');
  if (value === undefined) return undefined;
  const isBias = (entry: readonly [string, unknown]): boolean =>
    /^\d{1,9}$/.test(entry[0]) &&
    Number(entry[0]) < vocabulary &&
    typeof entry[1] === 'number' &&
    Math.abs(entry[1]) <= 100;
  if (typeof value === 'object' && !Array.isArray(value) && Object.entries(value!).every(isBias))
    return value as TokenBias;
  throw fields.wrong('logit_bias', `an object of numbers from -100 to 100 by tokens from 0 to ${vocabulary - 1}`);
}

const MOST_COPIES = 128;
const MOST_STOPS = 16;
const LONGEST_STOP = 256;
const LEAST_PENALTY = 0.01;
