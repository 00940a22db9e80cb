import { GenaiError } from '@genai/core';

/** What stands between two separators, and whether in quotes. */
export type Cell = { readonly text: string; readonly quoted: boolean };

/** A line of cells and the number of the line it starts in, from 1. */
export type CsvRow = { readonly line: number; readonly cells: readonly Cell[] };

/**
 * The cells of comma-separated values, row after row. Lines end in LF, CRLF or CR; in quotes any text may stand, a quote doubled.
 *
 * @throws GenaiError that names the line, where a quote is not closed or stands within a cell.
 * @source RFC 4180, section 2.
 */
export function parseCsv(where: string, text: string, separator: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: Cell[] = [];
  let line = 1;
  let start = 1;
  let at = text.startsWith('\uFEFF') ? 1 : 0; // a byte order mark
  const endRow = (): void => {
    rows.push({ line: start, cells });
    cells = [];
    start = line;
  };
  const isEnd = (character: string | undefined): boolean =>
    character === undefined || character === separator || character === '\n' || character === '\r';
  while (at < text.length) {
    if (text[at] === '"') {
      const opened = line;
      let value = '';
      for (at++; ; at++) {
        const close = text.indexOf('"', at);
        if (close < 0)
          throw new GenaiError(`${where}: the quote opened in line ${opened} is not closed. Is the text cut off?`);
        value += text.slice(at, close);
        at = close + 1;
        if (text[at] !== '"') break;
        value += '"';
      }
      line += value.match(/\r\n|\r|\n/g)?.length ?? 0;
      if (!isEnd(text[at])) {
        throw new GenaiError(
          `${where}: in line ${line} text follows a closing quote. Write a quote within quotes twice.`,
        );
      }
      cells.push({ text: value, quoted: true });
    } else {
      let end = at;
      while (!isEnd(text[end]) && text[end] !== '"') end++;
      if (text[end] === '"') {
        throw new GenaiError(`${where}: a quote stands within a cell in line ${line}. Put the whole cell in quotes.`);
      }
      cells.push({ text: text.slice(at, end), quoted: false });
      at = end;
    }
    if (text[at] === separator) {
      at++;
      if (at === text.length) cells.push({ text: '', quoted: false });
      continue;
    }
    if (at >= text.length) break;
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    line++;
    endRow();
  }
  if (cells.length > 0) endRow();
  return rows;
}
