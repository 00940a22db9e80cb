/** What Python takes for white space. Unlike JavaScript's `\s` it has U+001C to U+001F and U+0085, and not U+FEFF. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const SPACES = /* @__PURE__ */ new RegExp(SPACE);
const AT_END = /* @__PURE__ */ new RegExp(`${SPACE}$`);
const AT_START = /* @__PURE__ */ new RegExp(`^${SPACE}`);

/** What stands between white space, as Python's `text.split()`. */
export function words(text: string): string[] {
  const parts = text.split(SPACES);
  return parts.filter((part) => part !== '');
}

/** Without the white space at its end, as Python's `text.rstrip()`. */
export function trimmedEnd(text: string): string {
  return text.replace(AT_END, '');
}

/** Without the white space at its ends, as Python's `text.strip()`. */
export function trimmed(text: string): string {
  return trimmedEnd(text).replace(AT_START, '');
}
