import type { RunReport } from '../../contract/documents/run-report.ts';
import type { StepLog } from '../../runtime/log.ts';
import { unlessRefused } from '../refusal.ts';

/**
 * The parts of the end of a run that S3 or the table refuses. Thrown, one refusal would leave the run without
 * an end, unpublished, and its flow without a free lease; so each is logged, and the others are done.
 */
export class RefusedParts {
  readonly #log: Pick<StepLog, 'error'>;
  #first: RunReport['cause'];

  constructor(log: Pick<StepLog, 'error'>) {
    this.#log = log;
  }

  /** The first refusal, as the cause of a run that is incomplete by it; undefined where there was none. */
  get cause(): RunReport['cause'] {
    return this.#first;
  }

  /**
   * Does one part.
   * @param consequence of a refusal, in sentences: what is missing, and what follows.
   * @returns undefined where it is refused.
   */
  async unlessRefused<T>(consequence: string, work: () => Promise<T>): Promise<T | undefined> {
    return await unlessRefused<T | undefined>(work, (refusal) => {
      const cause = { error: 'storage', message: `${consequence} ${refusal.message}` };
      this.#log.error(cause.message, { error: cause.error });
      this.#first ??= cause;
      return undefined;
    });
  }
}
