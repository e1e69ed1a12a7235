import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

// Two builds of the same screens. The shipped one (`ui/dist`) starts from index.html and knows only the shell;
// `--mode mock` starts from mock.html, runs in a plain browser against believable data, and is never shipped.
export default defineConfig(({ mode }) => {
  const mock = mode === 'mock'
  return {
    plugins: [svelte()],
    server: { port: 5173, strictPort: true, open: false, fs: { allow: ['..'] } },
    build: {
      outDir: mock ? 'out/pages' : 'dist',
      emptyOutDir: true,
      target: ['safari17.5', 'chrome123'],
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: mock ? 'mock.html' : 'index.html' },
    },
    test: {
      include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
      globalSetup: 'tests/setup.ts',
      env: { TZ: 'Europe/Berlin' },
      expect: { poll: { timeout: 10_000 } },
      testTimeout: 60_000,
      hookTimeout: 60_000,
      maxWorkers: 2,
    },
  }
})
