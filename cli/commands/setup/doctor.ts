import {
  type Diagnosis,
  type DoctorRequest,
  diagnosisSchema,
  doctorRequestSchema,
} from '../../../lambdas/contract/documents/diagnosis.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { CommandError, type ExitCode, exitCodes } from '../../exit-code.ts';
import { executionError, runExecution } from '../../stage/run-execution.ts';
import type { Stage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';
import { diagnosisText } from '../../text/diagnosis-text.ts';

export const command: CommandDefinition = {
  usage: 'doctor <partner>',
  summary: 'check the connection to a partner, step by step',
  description:
    'Check the connection to a partner step by step: TLS, certificate, login, listing, REST, limits. ' +
    'Shows what each result means for the flows, and the settings to change (docs/doctor.md).',
  options: [
    {
      flags: '--write <directory>',
      description: 'also upload, rename, append to and delete probe files in this remote directory',
    },
    ...commonOptions,
  ],
  action: (invocation) =>
    doctor(parseRequest(invocation.args[0], invocation.text('write')), invocation.commonOptions()),
};

function parseRequest(partner: string | undefined, write: string | undefined): DoctorRequest {
  const read = doctorRequestSchema.safeParse({ partner, write });
  if (read.success) return { partner: read.data.partner, write: read.data.write };
  const [issue] = read.error.issues;
  const wrong = issue?.path[0] === 'write' ? `--write '${write}'` : `The partner name '${partner}'`;
  throw new CommandError(exitCodes.usage, `${wrong} ${issue?.message}.`);
}

/** Has the deployed function connect to the partner, as the workers do, and shows what it found. */
async function doctor(request: DoctorRequest, options: CommonOptions): Promise<ExitCode> {
  return withStage(options, `doctor ${request.partner}`, async (stage) => {
    options.output.note(`Checking ${request.partner} step by step.`);
    const diagnosis = await diagnose(stage, request);
    options.output.json(diagnosis);
    options.output.text(diagnosisText(diagnosis));
    return exitCodeForVerdict(diagnosis);
  });
}

async function diagnose(stage: Stage, request: DoctorRequest): Promise<Diagnosis> {
  const execution = await runExecution(stage.executions, {
    stateMachineArn: stage.doctorMachineArn,
    input: request,
  });
  if (execution.status !== 'SUCCEEDED') throw executionError('The doctor', execution);
  return diagnosisSchema.parse(JSON.parse(execution.output ?? '{}'));
}

function exitCodeForVerdict({ verdict }: Diagnosis): ExitCode {
  switch (verdict) {
    case 'healthy':
      return exitCodes.done;
    case 'errors':
      return exitCodes.someFilesFailed;
    case 'unreachable':
      return exitCodes.partnerUnreachable;
    case 'busy':
      return exitCodes.busy;
  }
  return verdict satisfies never;
}
