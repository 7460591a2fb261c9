import { Duration, TimeZone } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { PartnerId } from '../../lambdas/contract/ids.ts';
import type { Flow } from '../../lambdas/contract/partner-file.ts';
import type { ExecutionInput } from '../../lambdas/contract/workflow.ts';
import { flexibleWindowMinutes } from './flexible-window.ts';
import type { FtpsSyncCore } from './ftps-sync-core.ts';

/** A run that starts a day late, as Scheduler would by itself, meets the next one; after two hours a person should know. */
const maxEventAge = Duration.hours(2);

/** Scheduler's own 185 outlast the two hours; with its growing pauses ten fill them. */
const retryAttempts = 10;

export interface FlowScheduleProps {
  readonly core: FtpsSyncCore;
  readonly partner: PartnerId;
  readonly flow: Flow;
  readonly schedule: NonNullable<Flow['schedule']>;
}

/**
 * Starts a run of one flow at its times: of the pull, or of the reconcile that finds what a push has missed. What cannot be
 * started ends in the stage's dead-letter queue.
 */
export class FlowSchedule extends Schedule {
  constructor(scope: Construct, id: string, props: FlowScheduleProps) {
    const { core, partner, flow, schedule } = props;
    const workflow = flow.direction === 'pull' ? core.pull : core.push.reconcile;
    const input: ExecutionInput = { partner, flow: flow.name };
    const windowMinutes = flexibleWindowMinutes(schedule.cron);
    super(scope, id, {
      description: `ftps-sync ${core.stage}: ${flow.direction} ${partner}/${flow.name}`,
      schedule: ScheduleExpression.expression(`cron(${schedule.cron})`, TimeZone.of(schedule.timeZone)),
      scheduleGroup: core.scheduleGroup,
      timeWindow:
        windowMinutes === 0 ? TimeWindow.off() : TimeWindow.flexible(Duration.minutes(windowMinutes)),
      target: new StepFunctionsStartExecution(workflow.machine, {
        input: ScheduleTargetInput.fromObject(input),
        deadLetterQueue: core.missedRuns,
        maxEventAge,
        retryAttempts,
      }),
    });
    // The template names the group by its name, which alone would let CloudFormation make the schedule before its group.
    this.node.addDependency(core.scheduleGroup);
  }
}
