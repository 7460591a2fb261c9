import type { StepLog } from '../../lambdas/runtime/log.ts';

/** For tests that do not ask what was logged. */
export const silentLog: StepLog = {
  warn: () => undefined,
  error: () => undefined,
  summarize: () => undefined,
};
