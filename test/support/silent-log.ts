import type { Log } from '../../lambdas/runtime/log.ts';

/** For tests that do not ask what was logged. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
