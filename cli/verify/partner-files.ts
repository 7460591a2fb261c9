import {
  maxPartnerFiles,
  type PartnerFiles,
  type PartnerFilesRequest,
  partnerFilesSchema,
} from '../../lambdas/contract/documents/partner-files.ts';
import { comparePartnerFile, type RecordedBytes } from '../../lambdas/core/verify/compare-partner.ts';
import { executionError, runExecution } from '../stage/run-execution.ts';
import type { VerifyContext } from './comparison.ts';

/** A file that is expected at the partner. */
export interface ExpectedFile extends RecordedBytes {
  /** Its absolute path there. */
  readonly target: string;
}

/** A request has to fit into the input of an execution, of 256 KiB. */
const maxRequestLength = 60_000;

/**
 * Has the doctor's function ask the partner's server for files, some at a time: it has the network and the
 * secret, which the operator need not have.
 */
export class PartnerFileCheck {
  readonly #context: VerifyContext;
  #waiting: ExpectedFile[] = [];
  #length = 0;
  #asked = 0;

  constructor(context: VerifyContext) {
    this.#context = context;
  }

  async add(file: ExpectedFile): Promise<void> {
    this.#waiting.push(file);
    this.#length += file.target.length;
    if (this.#waiting.length === maxPartnerFiles || this.#length >= maxRequestLength) await this.flush();
  }

  /** Asks for what is waiting. @throws CommandError where the partner cannot be reached. */
  async flush(): Promise<void> {
    const { comparison, deep } = this.#context;
    let waiting = this.#waiting;
    this.#waiting = [];
    this.#length = 0;
    while (waiting.length > 0) {
      const { files } = await this.#ask(waiting.map(({ target }) => target));
      for (const [index, state] of files.entries()) {
        const expected = waiting[index];
        if (expected !== undefined) comparison.add(comparePartnerFile(expected, state, { bytes: deep }));
      }
      waiting = waiting.slice(files.length);
      this.#asked += files.length;
      comparison.progress('asking the partner', this.#asked);
    }
  }

  async #ask(files: readonly string[]): Promise<PartnerFiles> {
    const { stage, partner, deep } = this.#context;
    const input: PartnerFilesRequest = { partner: partner.partner, files: [...files], bytes: deep };
    const { doctorMachineArn: stateMachineArn } = stage;
    const execution = await runExecution(stage.executions, { stateMachineArn, input });
    if (execution.status !== 'SUCCEEDED') throw executionError('The look at the partner', execution);
    const answer = partnerFilesSchema.parse(JSON.parse(execution.output ?? '{}'));
    if (answer.files.length === 0) throw new Error('the function answered for none of the files');
    return answer;
  }
}
