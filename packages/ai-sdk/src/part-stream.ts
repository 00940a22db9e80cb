/** Parts as a stream that runs while it is read. `leave` is told first when it is cancelled, to end what a read waits for. */
export function partStream<T>(parts: AsyncGenerator<T, void, void>, leave: () => void): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      pull: async (controller) => {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        leave();
        await parts.return();
      },
    },
    { highWaterMark: 0 }, // nothing runs before it is read
  );
}
