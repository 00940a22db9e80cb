import { relative } from 'node:path';
import { buildNative, type NativeStatus, nativeStatus, removeNative } from '@genai/simd/node';
import type { Io } from '../io.js';
import { suggest } from '../nearest.js';
import type { Outcome } from '../outcome.js';
import { UsageError } from '../usage-error.js';

const ACTIONS = ['build', 'status', 'remove'];

/** `genai native build|status|remove`: the kernels of the engine `simd`, compiled for this processor. */
export async function native(
  { action, json }: { readonly action: string; readonly json?: boolean },
  io: Io,
): Promise<Outcome> {
  if (!ACTIONS.includes(action)) throw new UsageError(`unknown action "${action}". ${suggest(action, ACTIONS)}`);
  const say = (text: string): void => void (json || io.stdout.write(`${text}\n`));
  if (action === 'remove') {
    const removed = await removeNative();
    say(removed.length === 0 ? 'there was nothing to remove' : `removed ${removed.join(', ')}`);
    return { files: removed, details: { removed } };
  }
  if (action === 'status') {
    const status = await nativeStatus();
    for (const line of tell(status)) say(line);
    return { details: { status } };
  }
  io.stderr.write('compiling the kernels for this processor …\n');
  const built = await buildNative();
  say(`built ${built.path} with ${built.compiler} in ${built.seconds.toFixed(1)} s`);
  const status = await nativeStatus();
  for (const line of tell(status)) say(line);
  const inside = relative(io.cwd, built.path);
  return { files: [inside.startsWith('..') ? built.path : inside], details: { built, status } };
}

function tell({ off, koffi, library, refused, compiler, cache }: NativeStatus): string[] {
  return [
    ...(off ? ['turned off by GENAI_NATIVE'] : []),
    ...(koffi.works ? [] : [`${koffi.reason}; without it the engine computes in WebAssembly`]),
    ...refused.map(({ path, reason }) => `not used: ${path}: ${reason}`),
    ...(library ? [`used: ${library.path} (${library.vectors}, ${library.compiler})`] : []),
    ...(library || off ? [] : [`no library is used. Built ones are kept in ${cache}`]),
    ...(compiler === undefined ? ['no C compiler found'] : [`compiler: ${compiler}`]),
  ];
}
