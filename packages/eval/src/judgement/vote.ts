/** Which of two outputs was preferred. `both bad` is a tie in which neither would do. */
export type Choice = 'left' | 'right' | 'tie' | 'both bad';

/** What one rater said of two outputs that were shown side by side. */
export interface Vote {
  /** The systems whose outputs stood there. */
  readonly left: string;
  readonly right: string;
  readonly choice: Choice;
  /** What both answer: a prompt, a file's name. */
  readonly item?: string;
  readonly rater?: string;
  /** Milliseconds from the sight to the choice. */
  readonly ms?: number;
  /** When it was cast, ISO 8601. */
  readonly time?: string;
}

/** What one rater said of one output, on a scale such as 1 to 5. */
export interface Rating {
  readonly system: string;
  readonly value: number;
  readonly item?: string;
  readonly rater?: string;
  readonly ms?: number;
  readonly time?: string;
}
