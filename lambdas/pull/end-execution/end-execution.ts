import type { z } from 'zod';
import type { endExecutionInputSchema } from '../../contract/workflow.ts';

/** A run that failed or was halted. The name is the error of the execution. */
export class RunFailedError extends Error {
  override readonly name: 'RunFailed' | 'RunHalted';
  readonly status: 'failed' | 'halted';

  constructor(status: 'failed' | 'halted', message: string) {
    super(message);
    this.name = status === 'halted' ? 'RunHalted' : 'RunFailed';
    this.status = status;
  }
}

/**
 * Ends the execution of a run that failed or was halted, by throwing: a redrive calls this step again. Then
 * it returns, and the workflow starts another run.
 * @throws RunFailedError
 */
export async function endExecution({
  run,
  status,
  redriveCount,
}: z.infer<typeof endExecutionInputSchema>): Promise<Record<string, never>> {
  if (redriveCount > run.redriveCount) return {};
  const { partner, flow, runId } = run;
  const end = status === 'halted' ? 'was halted by a guard' : 'failed';
  throw new RunFailedError(
    status,
    `Run ${runId} of ${partner}/${flow} ${end}. For the cause, see its report: npx ftps-sync runs ${partner} ${flow}. A redrive of this execution starts a new run.`,
  );
}
