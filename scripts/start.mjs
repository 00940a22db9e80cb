/**
 * `npm start`: installs, builds and runs `genai demo`. What follows `--` is handed to the demo, or is another command of genai.
 */
import { ensureInstalled, pnpm, run } from './pnpm.mjs';

await ensureInstalled();
console.log('Building the packages …');
const built = await pnpm(['exec', 'turbo', 'run', 'build', '--filter=@genai/cli...', '--output-logs=errors-only']);
if (built !== 0) process.exit(built);
const args = process.argv.slice(2);
const command = args[0] === undefined || args[0].startsWith('-') ? ['demo'] : [];
process.exit(await run(process.execPath, ['packages/cli/dist/bin.js', ...command, ...args]));
