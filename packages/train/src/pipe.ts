/** Turns one stream of progress into another. */
export type Operator<A, B = A> = (source: AsyncIterable<A>) => AsyncIterable<B>;

/**
 * Sends `source` through `operators`, in order. Leaving the loop over the result leaves the loop over the source.
 *
 * @example
 * const watched = pipe(run, jsonLines(write), every(100), stopWhen(({ metrics }) => metrics.loss < 90));
 * for await (const { step, metrics } of watched) console.log(step, metrics.loss);
 */
export function pipe<A>(source: AsyncIterable<A>): AsyncIterable<A>;
export function pipe<A, B>(source: AsyncIterable<A>, f: Operator<A, B>): AsyncIterable<B>;
export function pipe<A, B, C>(source: AsyncIterable<A>, f: Operator<A, B>, g: Operator<B, C>): AsyncIterable<C>;
export function pipe<A, B, C, D>(
  source: AsyncIterable<A>,
  f: Operator<A, B>,
  g: Operator<B, C>,
  h: Operator<C, D>,
): AsyncIterable<D>;
export function pipe<A, B, C, D, E>(
  source: AsyncIterable<A>,
  f: Operator<A, B>,
  g: Operator<B, C>,
  h: Operator<C, D>,
  i: Operator<D, E>,
): AsyncIterable<E>;
export function pipe<A>(source: AsyncIterable<A>, ...operators: readonly Operator<A>[]): AsyncIterable<A>;
export function pipe(
  source: AsyncIterable<unknown>,
  ...operators: readonly Operator<unknown, unknown>[]
): AsyncIterable<unknown> {
  return operators.reduce((stream, operator) => operator(stream), source);
}
