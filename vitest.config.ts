import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Each test file is a process of its own, and so is each command that one runs: Node keeps for the next what it compiled for the last.
process.env.NODE_COMPILE_CACHE = join(import.meta.dirname, 'node_modules', '.cache', 'compiled');

export default defineConfig({
  test: {
    pool: 'forks',
    // More than half of the time is waiting for servers, so that three files at once suit two cores, where vitest's own choice is one.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // They share nothing but modules, whose loading would take longer than the tests.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'parts', include: ['test/{contract,infra}/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/flow/**/*.test.ts'],
          globalSetup: ['test/support/stage/build-functions.ts'],
        },
      },
    ],
  },
});
