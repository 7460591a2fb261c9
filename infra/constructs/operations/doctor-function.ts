import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import {
  type IChainable,
  JsonPath,
  type StateMachine,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeKeyUse, grantLedger, grantReadPartner } from '../blocks/function-grants.ts';
import type { HandlerCode } from '../blocks/handler-code.ts';
import { SyncFunction } from '../blocks/sync-function.ts';
import { createMachine } from '../blocks/workflow-machine.ts';
import { createStep, failAs } from '../blocks/workflow-step.ts';

export interface DoctorFunctionProps {
  readonly stage: string;
  readonly code: HandlerCode;
  readonly table: TableV2;
  readonly partnersPath: string;
}

/**
 * Connects to a partner and reports its findings. It runs in the same network and with the same kind of role
 * as the workers, so its findings hold for them. The CLI starts it through a state machine with one step and
 * follows the execution like any other. `FtpsSync` grants the secrets.
 */
export class DoctorFunction extends Construct {
  readonly function: SyncFunction;
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { stage, code, table, partnersPath }: DoctorFunctionProps) {
    super(scope, id);
    this.function = new SyncFunction(this, 'Doctor', {
      stage,
      name: 'doctor',
      purpose: 'connects to a partner and reports its findings',
      // An operator waits for it. Up to half of the time goes into waiting for one of the partner's
      // connections.
      size: { timeout: Duration.minutes(5), memorySize: 512 },
      code,
      environment: {
        FTPS_SYNC_STAGE: stage,
        FTPS_SYNC_TABLE: table.tableName,
        FTPS_SYNC_PARTNERS_PATH: partnersPath,
      },
    });
    grantLedger(table, this.function, 'read-write');
    grantReadPartner(partnersPath, this.function);
    EventBus.fromEventBusName(this.function, 'DefaultBus', 'default').grantPutEventsTo(this.function);
    acknowledgeKeyUse(this.function);
    this.machine = createMachine(this, {
      stateMachineName: `ftps-sync-${stage}-doctor`,
      definition: doctorDefinition(this, this.function),
      functions: [this.function],
    });
  }
}

/** Its input is the contract's `DoctorRequest`, its output the `Diagnosis`. */
function doctorDefinition(scope: Construct, doctor: SyncFunction): IChainable {
  const step = createStep(scope, 'Examine', {
    function: doctor,
    payload: TaskInput.fromObject({
      request: JsonPath.entirePayload,
      execution: { id: JsonPath.executionId },
    }),
    resultPath: '$',
  });
  failAs(scope, 'DoctorFailed', step);
  return step.next(new Succeed(scope, 'Done'));
}
