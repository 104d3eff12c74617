import { defineConfig } from 'vitest/config'

const withEngines = { fileParallelism: false, testTimeout: 300_000, hookTimeout: 600_000 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/faults/**', 'test/platform/**'],
          testTimeout: 120_000,
        },
      },
      // Each file starts the engines that it needs.
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          ...withEngines,
        },
      },
      // All files share one whole platform, as `lodestream up` makes it.
      {
        test: {
          name: 'platform',
          include: ['test/platform/**/*.test.ts'],
          globalSetup: ['test/platform/setup.ts'],
          ...withEngines,
        },
      },
    ],
  },
})
