/** Waits until the event loop has gone round once, so that a page can draw and timers, signals and messages arrive. */
export function breathe(): Promise<void> {
  // Not setTimeout: browsers stretch it to 4 ms, a loop of short steps would feel that.
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
