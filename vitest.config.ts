import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Each test file and each command that a test starts is a process of its own. The cache saves them compiling
// the same modules again.
process.env.NODE_COMPILE_CACHE = join(import.meta.dirname, 'node_modules', '.cache', 'compiled');

/**
 * Only to end a hang: no test fails because the machine is slow. Tests that wait for something use
 * `waitUntil` (test/support/wait-until.ts), which fails when nothing moves, and says what it waited for.
 */
const hangTimeoutMs = 15 * 60_000;

export default defineConfig({
  test: {
    pool: 'forks',
    // Tests wait for servers more than half of the time, so three files at once suit two cores. Vitest would
    // run one.
    maxWorkers: 3,
    testTimeout: hangTimeoutMs,
    hookTimeout: hangTimeoutMs,
    projects: [
      // Unit tests share no state, so they need no isolation. Loading the modules anew for each file would
      // take longer than the tests.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'parts', include: ['test/{contract,infra}/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/flow/**/*.test.ts'],
          globalSetup: ['test/support/functions/build-functions.ts'],
        },
      },
    ],
  },
});
