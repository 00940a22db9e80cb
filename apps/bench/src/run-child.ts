import { spawn } from 'node:child_process';
import type { Program } from './contender.js';
import type { Measured } from './measured.js';

/**
 * Runs a program that prints its figures as the last line.
 *
 * @throws Error with the end of what it wrote instead, or after `patience` seconds.
 */
export function runChild({ command, args, env }: Program, patience: number): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    let isLate = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-2000);
    });
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, patience * 1000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      const line = out.trimEnd().split('\n').at(-1) ?? '';
      if (isLate) reject(new Error(`not done within ${patience} s`));
      else if (code !== 0 || !line.startsWith('{')) {
        reject(new Error(lastLine(errors) || `ended with code ${code} and no figures`));
      } else resolve(JSON.parse(line) as Measured);
    });
  });
}

/** The message of an uncaught error, if there is one. */
function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  return (lines.find((line) => /^\w*Error\b.*: /.test(line)) ?? lines.at(-1) ?? '').trim();
}
