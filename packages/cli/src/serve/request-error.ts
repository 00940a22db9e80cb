import { GenaiError } from '@genai/core';

export interface RequestErrorOptions extends ErrorOptions {
  /** Of HTTP; 400 unless given. */
  readonly status?: number;
  /** The field that is wrong, such as `messages[0].role`. */
  readonly param?: string;
  /** A name for programs, such as `context_length_exceeded`. */
  readonly code?: string;
}

/** A request that is not served, as OpenAI's API says it. */
export class RequestError extends GenaiError {
  override name = 'RequestError';
  readonly status: number;
  readonly param: string | undefined;
  readonly code: string | undefined;

  constructor(message: string, { status = 400, param, code, ...options }: RequestErrorOptions = {}) {
    super(message, options);
    this.status = status;
    this.param = param;
    this.code = code;
  }

  /** What the client is sent. */
  toJSON(): { readonly error: { readonly [name: string]: string | null } } {
    const { message, status, param = null, code = null } = this;
    const type = status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error';
    return { error: { message, type, param, code } };
  }
}
