/**
 * Runs `task` when all earlier tasks of the same name have ended, however they ended.
 *
 * The queue is this module's: it orders the writers of one process, not those of several.
 */
export function serially<R>(name: string, task: () => Promise<R>): Promise<R> {
  const before = queues.get(name) ?? Promise.resolve();
  const result = before.then(task);
  const ended = result.then(
    () => {},
    () => {},
  );
  queues.set(name, ended);
  void ended.then(() => {
    if (queues.get(name) === ended) queues.delete(name);
  });
  return result;
}

const queues: Map<string, Promise<void>> = /* @__PURE__ */ new Map();
