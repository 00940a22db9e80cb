import { GenaiError } from '@genai/core';
import { CommanderError } from 'commander';

/** What went wrong, as the user is told. */
export interface Fault {
  /** Whether the words of the user are at fault, a file or folder they name included; else the work failed. */
  readonly badInput: boolean;
  readonly name: string;
  /** One line that ends with what to do. */
  readonly message: string;
}

/** Sorts an error by whose fault it is and says it in one line. */
export function faultOf(error: unknown): Fault {
  const name = error instanceof Error ? error.name : 'Error';
  const text = oneLine(error instanceof Error ? error.message : String(error));
  if (error instanceof CommanderError) {
    return { badInput: true, name: 'UsageError', message: text.replace(/^error: /, '') };
  }
  const code = systemCode(error);
  const ours = GenaiError.is(error);
  if (ours || code !== undefined) {
    // A run that diverges is not bad input: the numbers failed, not the words.
    const badInput = name !== 'NotFiniteError' && !FAILURES.has(code ?? '');
    const remedy = REMEDIES.get(code ?? '') ?? (ours ? undefined : CHECK);
    if (remedy === undefined) return { badInput, name, message: text };
    const what = text.endsWith(CHECK) ? text.slice(0, -CHECK.length).trimEnd() : text; // of two remedies the closer one
    return { badInput, name, message: `${sentence(what)} ${remedy}` };
  }
  if (error instanceof RangeError && /allocation|array length|too large|string length/i.test(text)) {
    return { badInput: false, name, message: `${sentence(text)} ${NO_MEMORY}` };
  }
  return {
    badInput: false,
    name,
    message: `${name}: ${text}${placeOf(error)}. This is a fault of genai: please report it.`,
  };
}

/** The code of the first error of the system in a chain of causes, such as `EACCES`. */
function systemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^E(?!RR_)[A-Z0-9_]+$/.test(code)) return code;
  }
  return undefined;
}

const CHECK = 'Check the path.';
const NO_MEMORY = 'There is not enough memory: take a smaller model, --batch, --count or --samples.';
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'You may not do that there: change the rights, or choose another place.'],
  ['EPERM', 'You may not do that there: change the rights, or choose another place.'],
  ['EROFS', 'That place can only be read: choose another.'],
  ['ENOSPC', 'The disk is full: free some space and run the command again.'],
  ['EDQUOT', 'Your share of the disk is used up: free some space and run the command again.'],
  ['EIO', 'The disk or its connection failed: check it and run the command again.'],
  ['ENOTDIR', 'A file stands where a folder is needed: choose another path.'],
  ['EEXIST', 'A file stands where a folder is needed: choose another path.'],
  ['EISDIR', 'A folder stands where a file is needed: choose another path.'],
  ['ENAMETOOLONG', 'Choose a shorter path.'],
  ['ENOENT', CHECK],
  ['ENOMEM', NO_MEMORY],
  ['EMFILE', 'Too many files are open: raise the limit (ulimit -n) and run the command again.'],
]);
/** Nothing that other words on the command line would mend. */
const FAILURES: ReadonlySet<string> = new Set([
  ...['ENOSPC', 'EDQUOT', 'EIO', 'ENOMEM', 'EMFILE', 'ENFILE'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'],
]);

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** ` (at file.js:12:3)`: of a fault of ours the place is worth telling. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const found = /^\s+at (.+)$/m.exec(stack);
  return found ? ` (at ${found[1]})` : '';
}
