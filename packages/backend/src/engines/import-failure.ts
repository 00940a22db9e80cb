/** Turns what a dynamic import threw into the reason to report. */
export function importFailure(packages: string, error: unknown, remedy = `npm install ${packages}`): Error {
  const { code, message } = error as { code?: string; message?: string };
  const unresolved =
    code === 'ERR_MODULE_NOT_FOUND' ||
    code === 'MODULE_NOT_FOUND' ||
    // Browsers with an import map, Vite, and other bundlers' stubs for an optional package.
    /Failed to resolve module specifier|Could not resolve|Cannot find (module|package)|is it installed/i.test(
      message ?? '',
    );
  // A package that is there but lacks a dependency of its own is another matter.
  const [, culprit] = /["'`](@?[\w.-]+(?:\/[\w.-]+)?)["'`]/.exec(message ?? '') ?? [];
  const missing = unresolved && (culprit === undefined || packages.split(' ').includes(culprit));
  return new Error(
    missing
      ? `not installed: ${packages}${remedy ? ` (${remedy})` : ''}`
      : `importing ${packages} failed: ${message ?? String(error)}`,
    { cause: error },
  );
}
