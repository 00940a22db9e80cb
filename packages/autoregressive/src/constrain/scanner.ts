/** A text that is read character by character, by code points. */
export interface Scanner {
  /** How many characters were read. */
  readonly at: () => number;
  readonly done: () => boolean;
  /** The next character, or one further on, without reading it; empty behind the end. */
  readonly peek: (ahead?: number) => string;
  /** Reads one character; empty behind the end. */
  readonly take: () => string;
  /** Reads `token` if it stands here. */
  readonly eat: (token: string) => boolean;
  /** Reads as long as the characters, each alone, match. */
  readonly takeAll: (each: RegExp) => string;
}

/** A scanner at the beginning of a text. */
export function scanner(text: string): Scanner {
  const characters = Array.from(text);
  let at = 0;
  return {
    at: () => at,
    done: () => at >= characters.length,
    peek: (ahead = 0) => characters[at + ahead] ?? '',
    take: () => characters[at++] ?? '',
    eat: (token) => {
      const wanted = Array.from(token);
      if (!wanted.every((character, i) => characters[at + i] === character)) return false;
      at += wanted.length;
      return true;
    },
    takeAll: (each) => {
      const begin = at;
      while (at < characters.length && each.test(characters[at]!)) at++;
      return characters.slice(begin, at).join('');
    },
  };
}
