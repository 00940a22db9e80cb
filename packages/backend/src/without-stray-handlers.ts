import { isNode } from './node-builtin.js';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

type Handler = (...args: unknown[]) => void;
type Emitter = {
  listeners(event: string): Handler[];
  removeListener(event: string, handler: Handler): void;
};

/**
 * Runs `start` and takes away the process-wide handlers that a compiled engine's start-up code installs: they rethrow
 * every error of the application as their own. Handlers of anybody else stay.
 */
export async function withoutStrayHandlers<R>(start: () => Promise<R>): Promise<R> {
  if (!isNode()) return start();
  const { process } = globalThis as unknown as { process: Emitter };
  const before = new Map(EVENTS.map((event) => [event, new Set(process.listeners(event))]));
  try {
    return await start();
  } finally {
    for (const event of EVENTS) {
      for (const handler of process.listeners(event)) {
        if (!before.get(event)!.has(handler) && isStray(handler)) process.removeListener(event, handler);
      }
    }
  }
}

/** Known by their text: `if (!(x instanceof ExitStatus)) throw x` and `throw x` are all they do. */
function isStray(handler: Handler): boolean {
  const text = String(handler).replace(/\s+/g, ' ');
  return /^function ?\((\w+)\) ?\{ ?(if ?\(!\(\1 instanceof \w+\)\) ?\{? ?)?throw \1;? ?\}? ?\}$/.test(text);
}
