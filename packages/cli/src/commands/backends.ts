import { type BackendDescription, useBackend } from '@genai/backend';
import { ENGINES, engineLabel } from '../engine.js';
import type { Io } from '../io.js';
import type { Outcome } from '../outcome.js';

type Tried = { readonly name: string; readonly description?: BackendDescription; readonly reason?: string };

/** `genai backends`: tries every engine and says what it is, or why it does not work here. */
export async function backends(options: { readonly json?: boolean }, io: Io): Promise<Outcome> {
  const tried: Tried[] = [];
  for (const name of ENGINES) {
    try {
      tried.push({ name, description: await useBackend(name) });
    } catch (error) {
      tried.push({ name, reason: reasonOf(error) });
    }
  }
  const chosen = await useBackend('auto').catch(() => undefined);
  if (!options.json) {
    for (const { name, description, reason } of tried) {
      const about = description ? `${description.device}${description.trainable ? '' : ', cannot train'}` : reason;
      io.stdout.write(`${description ? '✓' : '✗'} ${name.padEnd(7)} ${about}\n`);
    }
    if (chosen) io.stdout.write(`auto takes ${engineLabel(chosen)}\n`);
  }
  return {
    details: {
      auto: chosen?.name ?? null,
      backends: tried.map(({ name, description, reason }) =>
        description
          ? {
              name,
              works: true,
              device: description.device,
              version: description.version,
              trainable: description.trainable,
            }
          : { name, works: false, reason },
      ),
    },
  };
}

/** Of one engine that was asked for by name there is one reason. */
function reasonOf(error: unknown): string {
  const [first] = (error as { reasons?: readonly { reason: string }[] }).reasons ?? [];
  const text = first?.reason ?? (error instanceof Error ? error.message : String(error));
  return text.replace(/\s*\n\s*/g, ' ');
}
