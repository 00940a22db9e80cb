/** Serves the built site with the headers that its threads need; vitepress preview sets none. */
import { join } from 'node:path';
import { serve } from './serve.mjs';

const { url } = await serve(join(import.meta.dirname, '..', '.vitepress', 'dist'), { port: 4173 });
console.log(`${url}/`);
