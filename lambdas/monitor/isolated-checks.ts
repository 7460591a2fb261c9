import { PartnerError } from '../partners/partner-error.ts';
import type { StepLog } from '../runtime/log.ts';

/**
 * Runs checks so that one that fails does not stop the others. Each failure is logged, and the monitor fails
 * in the end, which raises the alarm `monitor-failed`; the next check tries all again.
 */
export class IsolatedChecks {
  readonly #log: Pick<StepLog, 'error'>;
  readonly #failed: string[] = [];
  #firstError: unknown;

  constructor(log: Pick<StepLog, 'error'>) {
    this.#log = log;
  }

  /**
   * @param subject what is checked, for the message.
   * @returns undefined if the check failed.
   */
  async run<T>(subject: string, check: () => Promise<T>): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const code = error instanceof PartnerError ? { error: error.error } : {};
      this.#log.error(`The check of ${subject} failed; the others go on. ${reason}`, { subject, ...code });
      this.#failed.push(subject);
      this.#firstError ??= error;
      return undefined;
    }
  }

  get hasFailures(): boolean {
    return this.#failed.length > 0;
  }

  /** @throws if a check failed. */
  end(): void {
    if (this.#failed.length === 0) return;
    const reason = this.#firstError instanceof Error ? this.#firstError.message : String(this.#firstError);
    const message = `These checks failed: ${this.#failed.join(', ')}. The others were made. The first error: ${reason}`;
    throw new Error(message, { cause: this.#firstError });
  }
}
