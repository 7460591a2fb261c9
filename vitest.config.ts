import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    // Much of the time is waiting for servers, so that two files at once suit two cores, where vitest's own choice is one.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      // They share nothing but modules, whose loading would take longer than the tests.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'whole', include: ['test/{contract,flow,infra}/**/*.test.ts'] } },
    ],
  },
});
