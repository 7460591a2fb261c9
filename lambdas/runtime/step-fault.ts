import { busyErrorName, permanentErrorName, transientErrorName } from '../contract/workflow.ts';

/** A fault of a step in the workflow's words. */
export interface StepFault {
  /** Whether the workflow's Retry should try the step again. */
  readonly again: boolean;
  /** One word that tells the CLI its exit code, and people where to look: 'login-refused'. */
  readonly fault: string;
  readonly message: string;
  /** What the error is called, where it ends the execution and its name tells people how; undefined: as `again` has it. */
  readonly name?: string | undefined;
}

/** What the state machine sees: its Retry matches the name, FinishRun reads fault and message out of the text. */
export class StepFaultError extends Error {
  constructor({ again, fault, message, name }: StepFault, cause: unknown) {
    super(JSON.stringify({ fault, message }), { cause });
    const transient = fault === 'partner-busy' ? busyErrorName : transientErrorName;
    this.name = name ?? (again ? transient : permanentErrorName);
  }
}
