/** The names in a list with commas between, as a line of a CSV file has them: one with a comma stands in quotes. */
export function listedNames(text: string): string[] {
  const names: string[] = [];
  const next = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(,|$)/y;
  for (let separator = ','; separator === ','; ) {
    const [, quoted, plain, end] = next.exec(text)!; // it matches everywhere
    names.push(quoted?.replaceAll('""', '"') ?? plain!.trim());
    separator = end!;
  }
  return names;
}

/** Such a list of names. */
export function nameList(names: readonly string[]): string {
  return names.map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',');
}
