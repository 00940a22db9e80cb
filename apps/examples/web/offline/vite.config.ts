import { defineConfig } from 'vite';
import { serviceWorker } from './service-worker-plugin.js';

export default defineConfig({
  base: './', // works under any path
  plugins: [serviceWorker()],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['@genai/simd'] }, // it finds its kernels beside itself
  build: { target: 'es2022', chunkSizeWarningLimit: 1_000 },
});
