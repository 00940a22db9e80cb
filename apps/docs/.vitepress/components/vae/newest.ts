/** Asks about the newest value alone: those that come while one is being answered are forgotten, but for the last. */
export function newest<T>(ask: (value: T) => Promise<void>): (value: T) => void {
  let waiting: { readonly value: T } | undefined;
  let asking = false;
  const go = async (): Promise<void> => {
    asking = true;
    try {
      for (let next = waiting; next; next = waiting) {
        waiting = undefined;
        await ask(next.value);
      }
    } finally {
      asking = false;
    }
  };
  return (value) => {
    waiting = { value };
    if (!asking) void go();
  };
}
