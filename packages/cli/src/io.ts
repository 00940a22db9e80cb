/** Where text goes. A terminal says so, and how wide it is. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a command touches of the world beside files; tests pass their own. */
export interface Io {
  /** Results, and with `--json` one line of them. */
  readonly stdout: Output;
  /** Progress and complaints. */
  readonly stderr: Output;
  /** Lines that are typed; none unless given. */
  readonly stdin?: AsyncIterable<string> | undefined;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Aborted by Ctrl-C: save and come to an end. */
  readonly signal: AbortSignal;
}
