import type { LanguageModelV3CallOptions, SharedV3Warning } from '@ai-sdk/provider';
import type { DrawOptions, JsonConstraints } from '@genai/autoregressive';
import { draftSeven } from './draft-seven.js';
import { providerOptions } from './provider-options.js';

export interface CallDrawingOptions {
  readonly prompt: readonly number[];
  readonly limits: TokenLimits;
  readonly constraints: JsonConstraints;
}

/** What ends a text of a model. `longest` is infinite where nothing is. */
export interface TokenLimits {
  readonly beginToken?: number;
  readonly endToken?: number;
  readonly longest: number;
}

/** How the text of a call is drawn, and what of the call is not heeded. @throws GenaiError if an option or a schema is not supported. */
export function callDrawing(
  call: LanguageModelV3CallOptions,
  { prompt, limits, constraints }: CallDrawingOptions,
): { readonly drawing: Omit<DrawOptions, 'stop'>; readonly warnings: readonly SharedV3Warning[] } {
  const { temperature, topK, topP, presencePenalty, frequencyPenalty, responseFormat, tools = [], toolChoice } = call;
  const { beginToken, endToken, longest } = limits;
  const canEnd = endToken !== undefined || longest < Number.POSITIVE_INFINITY;
  const steps = call.maxOutputTokens ?? (canEnd ? Number.POSITIVE_INFINITY : LENGTH);
  const fed = prompt.length + Number(beginToken !== undefined && prompt[0] !== beginToken);
  const isJson = responseFormat?.type === 'json';
  const isForced = toolChoice?.type === 'required' || toolChoice?.type === 'tool';
  return {
    drawing: {
      ...providerOptions(call.providerOptions?.genai ?? {}),
      ...{ steps, temperature, topK, presencePenalty, frequencyPenalty },
      topP: topP === 0 ? Number.MIN_VALUE : topP, // the likeliest alone
      ...(isJson && {
        constraint: constraints(
          draftSeven(responseFormat.schema ?? ANY_OBJECT),
          // The last token is fed to nothing.
          Math.min(steps, longest - fed + 1),
        ),
      }),
    },
    warnings: [
      ...(tools.length > 0 ? [unsupported('tools', 'The model is not told of them, and calls none.')] : []),
      ...(isForced ? [unsupported('toolChoice', 'The model calls no tools.')] : []),
    ],
  };
}

function unsupported(feature: string, details: string): SharedV3Warning {
  return { type: 'unsupported', feature, details };
}

/** Tokens of a model that ends nowhere, unless told otherwise. */
const LENGTH = 256;
const ANY_OBJECT = { type: 'object' } as const;
