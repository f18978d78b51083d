import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * Builds the sandbox into `router/dist/sandbox`: `index.html`, which the router serves at `/`, and everything
 * that it loads, which the router serves below `/sandbox/`. Nothing is loaded from another host.
 */
export default defineConfig({
  base: '/sandbox/',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: '../dist-sandbox',
    emptyOutDir: true,
    // The code editor and its language workers are large and come in chunks of their own, loaded on demand.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // Directives for React's compiler in the libraries: they have had their effect before they came here.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
