import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type Diagnosis, type DoctorRequest, diagnosisSchema } from '../../lambdas/contract/diagnosis.ts';
import { diagnosisText } from '../diagnosis-text.ts';
import { CommandFault, type ExitCode, exitCodeOfFault, exitCodes } from '../exit-code.ts';
import { faultOf } from '../follow-run.ts';
import type { CommonOptions } from '../options.ts';
import type { Stage } from '../stage.ts';
import { withStage } from '../with-stage.ts';

const pollMs = 400;

/** `doctor PARTNER`: the deployed function connects to the partner as the workers do, and says what it found. */
export async function doctor(request: DoctorRequest, options: CommonOptions): Promise<ExitCode> {
  return withStage(options, `doctor ${request.partner}`, async (stage) => {
    options.output.note(`asking ${request.partner}, one thing after the other`);
    const diagnosis = await examined(stage, request);
    options.output.json(diagnosis);
    options.output.text(diagnosisText(diagnosis));
    return exitCodeOf(diagnosis);
  });
}

async function examined(stage: Stage, request: DoctorRequest): Promise<Diagnosis> {
  const { executionArn = '' } = await stage.executions.send(
    new StartExecutionCommand({ stateMachineArn: stage.doctorMachineArn, input: JSON.stringify(request) }),
  );
  for (;;) {
    const execution = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return diagnosisIn(execution);
    await sleep(pollMs);
  }
}

function diagnosisIn({ status, output = '{}', cause = '' }: DescribeExecutionCommandOutput): Diagnosis {
  if (status === 'SUCCEEDED') return diagnosisSchema.parse(JSON.parse(output));
  const fault = faultOf(cause);
  const code = fault === undefined ? exitCodes.ourFault : exitCodeOfFault(fault.fault);
  throw new CommandFault(code, fault?.message ?? `The doctor ended as ${status}: ${cause}`);
}

function exitCodeOf({ verdict }: Diagnosis): ExitCode {
  switch (verdict) {
    case 'well':
      return exitCodes.done;
    case 'problems':
      return exitCodes.someFilesFailed;
    case 'unreachable':
      return exitCodes.partnerUnreachable;
    case 'busy':
      return exitCodes.busy;
  }
  return verdict satisfies never;
}
