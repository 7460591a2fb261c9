import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,contract,flow,infra}/**/*.test.ts'],
    pool: 'forks',
    // Much of the time is waiting for servers, so that two files at once suit two cores, where vitest's own choice is one.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
