/** What a command did: the body of the `--json` line. */
export interface Outcome {
  readonly steps?: number;
  readonly metrics?: { readonly [name: string]: number };
  /** Files written, relative to the working directory where they lie below it. */
  readonly files?: readonly string[];
  /** Fields of one command only. */
  readonly details?: { readonly [name: string]: unknown };
  /** The work was cut short by Ctrl-C, after saving. */
  readonly stopped?: boolean;
}
