/** Counts the milliseconds between the frames of the page until it is stopped. */
export function frameIntervals(): { readonly stop: () => number[] } {
  const intervals: number[] = [];
  let last: number | undefined;
  let next = requestAnimationFrame(function count(now) {
    if (last !== undefined) intervals.push(now - last);
    last = now;
    next = requestAnimationFrame(count);
  });
  return {
    stop: () => {
      cancelAnimationFrame(next);
      return intervals;
    },
  };
}
