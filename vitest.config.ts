import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const withEngines = { testTimeout: 300_000, hookTimeout: 600_000 }

/** By path. The files of the whole platform share it, and the last of them takes it apart. */
class ByPath extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: ByPath },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/faults/**', 'test/platform/**'],
          testTimeout: 120_000,
        },
      },
      // Each file starts the engines that it needs, two files at once: they mostly wait.
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          ...withEngines,
          maxWorkers: 2,
        },
      },
      // All files share one whole platform, as `lodestream up` makes it.
      {
        test: {
          name: 'platform',
          include: ['test/platform/**/*.test.ts'],
          globalSetup: ['test/platform/setup.ts'],
          ...withEngines,
          fileParallelism: false,
          testTimeout: 600_000,
        },
      },
    ],
  },
})
