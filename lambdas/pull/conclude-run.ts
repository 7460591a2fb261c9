import type { z } from 'zod';
import type { concludeRunInputSchema } from '../contract/workflow.ts';

/** A run that did not end well. Its name is that of the error with which the execution fails. */
export class RunEndedBadlyError extends Error {
  override readonly name: 'RunFailed' | 'RunHalted';
  readonly status: 'failed' | 'halted';

  constructor(status: 'failed' | 'halted', message: string) {
    super(message);
    this.name = status === 'halted' ? 'RunHalted' : 'RunFailed';
    this.status = status;
  }
}

/**
 * Ends the execution of a run that did not end well, by throwing: a redrive then calls this step again. There it returns, and the
 * workflow begins anew with another run. @throws RunEndedBadlyError
 */
export async function concludeRun({
  run,
  status,
  redriveCount,
}: z.infer<typeof concludeRunInputSchema>): Promise<Record<string, never>> {
  if (redriveCount > run.redriveCount) return {};
  const { partner, flow, runId } = run;
  const what = `Run ${runId} of ${partner}/${flow} ${status === 'halted' ? 'was halted by a guard' : 'failed'}`;
  const remedy = 'Its report says why (npx ftps-sync runs). A redrive of this execution begins a new run.';
  throw new RunEndedBadlyError(status, `${what}. ${remedy}`);
}
