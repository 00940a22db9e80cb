import { GenaiError } from '@genai/core';

/** A template of Jinja, ready to be filled in. */
export type Fill = (variables: { readonly [name: string]: unknown }) => string;

/** What is used of the package, whose own types this compiler does not find. */
type Jinja = {
  readonly Environment: new () => { readonly set: (name: string, value: unknown) => unknown };
  readonly Interpreter: new (
    environment: object,
  ) => {
    run(program: object): Value;
    evaluate(node: object | undefined, scope: object): Value;
  };
  readonly tokenize: (source: string, options: { lstrip_blocks: boolean; trim_blocks: boolean }) => object[];
  readonly parse: (tokens: object[]) => object;
};
type Value = { readonly value: unknown; readonly builtins: ReadonlyMap<string, unknown> };

/**
 * A Jinja template as Hugging Face renders those of chats (`trim_blocks`, `lstrip_blocks`), by the package `@huggingface/jinja`.
 *
 * Foreign templates are programs: what one rendering may evaluate, and how long texts and lists may become, is bounded, so that each
 * ends within seconds. Nothing but the variables is in reach of them, not even the date: a template that asks for it with
 * `strftime_now` needs that as a variable.
 *
 * @throws GenaiError, in the name of `where`, if the package is missing or the template is none; when it is filled in, if it raises an
 * exception or exceeds a bound.
 */
export async function boundedTemplate(where: string, source: string): Promise<Fill> {
  const { Environment, Interpreter, parse, tokenize } = await jinjaLibrary(where);
  if (source.length > MOST_SOURCE) {
    throw new GenaiError(
      `${where}: the template has ${source.length} characters, expected at most ${MOST_SOURCE}. Shorten it.`,
    );
  }
  const program = attempt(where, 'is no template that can be read', () =>
    parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })),
  );

  class Bounded extends Interpreter {
    #left = MOST_WORK;
    readonly #iterables = new WeakSet<object>();
    readonly #texts = new WeakSet<Value>();
    override evaluate(node: object | undefined, scope: object): Value {
      for (const iterable of iterablesOf(node)) this.#iterables.add(iterable);
      const found = super.evaluate(node, scope);
      const isWalked = node !== undefined && this.#iterables.has(node);
      this.#left -= 1 + workIn(found.value, isWalked);
      if (this.#left < 0) throw new Error('it takes more steps than any chat needs');
      if (typeof found.value === 'string' && !this.#texts.has(found)) {
        this.#texts.add(found);
        stripAsPython(found, found.value);
      }
      return found;
    }
  }

  return (variables) =>
    attempt(where, 'cannot be rendered', () => {
      const environment = new Environment();
      for (const [name, value] of Object.entries({ ...GLOBALS, ...variables })) environment.set(name, value);
      return String(new Bounded(environment).run(program).value);
    });
}

/** What a value costs in steps: a list that a loop walks through a few for each round, others and texts little. */
function workIn(value: unknown, isWalked: boolean): number {
  if (typeof value !== 'string') return Array.isArray(value) ? value.length * (isWalked ? 8 : 1 / 64) : 0;
  if (value.length > MOST_TEXT) throw new Error(`a text in it exceeds ${MOST_TEXT} characters`);
  return value.length / 64;
}

/** The nodes whose values a node walks through: that of a loop, within that of a loop with a condition. */
function iterablesOf(node: object | undefined): readonly object[] {
  const { type, iterable } = (node ?? {}) as { readonly type?: string; readonly iterable?: { readonly lhs?: object } };
  return type === 'For' && iterable ? [iterable, ...(iterable.lhs ? [iterable.lhs] : [])] : [];
}

type Method = { value: (args: readonly { readonly value: unknown }[], scope: unknown) => unknown };

/** Lets the methods that strip a text take the characters to strip, as Python's do and those of the package do not. */
function stripAsPython(text: Value, written: string): void {
  for (const [name, left, right] of STRIPS) {
    const method = text.builtins.get(name) as Method | undefined;
    if (!method) continue;
    const plain = method.value;
    method.value = (args, scope) => {
      const given = args[0]?.value;
      if (typeof given !== 'string') return plain(args, scope);
      const of = new Set(given);
      const points = [...written];
      const from = left ? points.findIndex((point) => !of.has(point)) : 0;
      const to = right ? points.findLastIndex((point) => !of.has(point)) + 1 : points.length;
      return new (text.constructor as new (value: string) => Value)(from < 0 ? '' : points.slice(from, to).join(''));
    };
  }
}

/** Python's range, of bounded length. */
function range(first: number, end?: number, step: number = 1): number[] {
  const [from, to] = end === undefined ? [0, first] : [first, end];
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (!(length <= MOST_NUMBERS)) throw new Error(`a range in it exceeds ${MOST_NUMBERS} numbers`);
  return Array.from({ length }, (_, i) => from + i * step);
}

function attempt<T>(where: string, what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new GenaiError(
      `${where}: the template ${what}: ${message}. Pass turns as it wants them, or another template.`,
      { cause },
    );
  }
}

async function jinjaLibrary(where: string): Promise<Jinja> {
  try {
    return (await import('@huggingface/jinja')) as unknown as Jinja;
  } catch (cause) {
    throw new GenaiError(
      `${where}: the package @huggingface/jinja, which renders templates, could not be loaded. Run: npm install @huggingface/jinja.`,
      { cause },
    );
  }
}

/** The names that chat templates may expect; the package's own range has no bound. */
const GLOBALS = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  range,
  raise_exception: (message: unknown): never => {
    throw new Error(String(message));
  },
};
const STRIPS = [
  ['strip', true, true],
  ['lstrip', true, false],
  ['rstrip', false, true],
] as const;
const MOST_SOURCE = 2 ** 17;
const MOST_WORK = 2 ** 19;
const MOST_TEXT = 2 ** 23;
const MOST_NUMBERS = 2 ** 14;
