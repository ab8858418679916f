import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    allowOnly: false,
    expect: { requireAssertions: true },
    // Property tests and whole simulated worlds: seconds, not milliseconds, on two busy cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    minWorkers: 1,
    // Of the tests that run at once in one file; they start processes.
    maxConcurrency: 2,
  },
})
