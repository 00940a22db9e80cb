import {
  InvalidPromptError,
  type LanguageModelV3Prompt,
  type SharedV3Warning,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import type { ChatFormat, Tokenizer, Turn } from '@genai/data';

export interface PromptTokensOptions {
  /** The model's name in errors. */
  readonly id: string;
  readonly tokenizer: Tokenizer;
  readonly chat: Pick<ChatFormat, 'prompt'> | undefined;
}

/**
 * The tokens that messages become: as `chat` writes a dialogue, or without it the text of the only message, a user's.
 *
 * @throws UnsupportedFunctionalityError if a message is more than text; InvalidPromptError for a dialogue where there is no `chat`;
 * GenaiError if the text cannot be written in tokens.
 */
export function promptTokens(
  prompt: LanguageModelV3Prompt,
  { id, tokenizer, chat }: PromptTokensOptions,
): { readonly tokens: readonly number[]; readonly warnings: readonly SharedV3Warning[] } {
  const turns = prompt.map(turnOf);
  const hasReasoning = prompt.some(
    ({ role, content }) => role === 'assistant' && content.some(({ type }) => type === 'reasoning'),
  );
  const warnings: readonly SharedV3Warning[] = hasReasoning
    ? [{ type: 'unsupported', feature: 'reasoning', details: 'Reasoning in earlier replies was left out.' }]
    : [];
  if (chat) return { tokens: [...chat.prompt(turns)], warnings };
  const [only, ...others] = turns;
  if (only?.role === 'user' && others.length === 0) return { tokens: [...tokenizer.encode(only.text)], warnings };
  const roles = turns.map(({ role }) => role).join(', ');
  throw new InvalidPromptError({
    prompt,
    message:
      `genai: ${id} got messages of ${roles || 'nobody'}, expected one of a user, whose text it goes on with. ` +
      'Pass `chat` to genai if the model was trained on dialogues.',
  });
}

function turnOf(message: LanguageModelV3Prompt[number]): Turn {
  if (message.role === 'system') return { role: 'system', text: message.content };
  if (message.role === 'tool') throw refused('tool results');
  const texts = message.content.map((part) => {
    if (part.type === 'text') return part.text;
    if (part.type === 'reasoning') return '';
    throw refused(part.type === 'file' ? `files, such as ${part.mediaType}` : `parts of type ${part.type}`);
  });
  return { role: message.role, text: texts.join('') };
}

function refused(what: string): UnsupportedFunctionalityError {
  return new UnsupportedFunctionalityError({
    functionality: what,
    message: `genai: ${what} in messages are not supported. Leave them out: the models take text.`,
  });
}
