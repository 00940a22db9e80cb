import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { digits } from './digits-plugin.js';

// For threads; a host that sends no such headers gives one thread.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  base: './', // works under any path
  plugins: [react(), digits()],
  worker: { format: 'es', plugins: () => [digits()] }, // those above count for workers in development alone
  optimizeDeps: {
    exclude: ['@genai/simd'], // it finds its kernels beside itself
    entries: ['index.html', 'src/*.worker.ts'], // what workers import is known before they start
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 1_000 }, // lowers `using`
  server: { headers },
  preview: { headers },
});
