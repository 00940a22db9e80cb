/** One column of a {@link Table}; `null` where a value is missing. */
export type TableColumn =
  | {
      readonly name: string;
      readonly kind: 'number';
      readonly values: readonly (number | null)[];
      /** The numbers are days since 1970-01-01, written as dates. */
      readonly as?: 'date';
    }
  | { readonly name: string; readonly kind: 'category'; readonly values: readonly (string | null)[] };

/** Named columns of one length, each of finite numbers or of categories, on the host. */
export interface Table {
  /** How many rows there are. */
  readonly length: number;
  readonly columns: readonly TableColumn[];
}
