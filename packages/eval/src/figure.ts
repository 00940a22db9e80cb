/** A figure that was measured, with what a reader needs to compare it. */
export interface Figure {
  readonly value: number;
  /** `nats`, `bits`, `%`; left out where it has none. */
  readonly unit?: string;
  /** Which way is better; left out where neither is. */
  readonly better?: 'lower' | 'higher';
  /** Between which values it lies, where that was asked for. */
  readonly interval?: Interval;
}

/** A confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** How often such intervals hold the true value: 0.95. */
  readonly level: number;
}

/** Figures by name: one measurement may give several, as precision and recall. */
export type Figures<N extends string = string> = { readonly [name in N]: Figure };
