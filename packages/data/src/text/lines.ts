/**
 * The lines of a text, without line ends and spaces around them; empty ones are left out.
 *
 * @example
 * const names = lines(await textFile('names.txt')); // one name on each line
 */
export function lines(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
