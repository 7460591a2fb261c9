import { Duration, TimeZone } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { PartnerId } from '../../lambdas/contract/ids.ts';
import { firingMinutes } from '../../lambdas/contract/partner-file/cron.ts';
import type { Flow } from '../../lambdas/contract/partner-file/partner-file.ts';
import type { ExecutionInput } from '../../lambdas/contract/workflow.ts';
import type { FtpsSyncCore } from './ftps-sync-core.ts';

/**
 * Scheduler's default of a day would start a late run next to the following one. After two hours the
 * run-not-started alarm is more useful than another attempt.
 */
const maxEventAge = Duration.hours(2);

/** Ten attempts with Scheduler's exponential backoff fill the two hours; its default is 185. */
const retryAttempts = 10;

/** A longer window does not spread runs any better, and delays a file that is expected at an agreed hour. */
const maxWindowMinutes = 15;

export interface FlowScheduleProps {
  readonly core: FtpsSyncCore;
  readonly partner: PartnerId;
  readonly flow: Flow;
  readonly schedule: NonNullable<Flow['schedule']>;
}

/**
 * Starts the runs of one flow: the pull workflow, or the reconcile workflow of a push flow. A run that cannot
 * be started goes to the stage's schedule dead-letter queue.
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
        deadLetterQueue: core.scheduleDlq,
        maxEventAge,
        retryAttempts,
      }),
    });
    // The template refers to the group by its literal name, from which CloudFormation infers no dependency.
    this.node.addDependency(core.scheduleGroup);
  }
}

/**
 * How many minutes after its time a schedule may fire, so that the runs of many partners do not all start at
 * once: a quarter of the shortest interval between two firings, at most 15 minutes.
 * @param cron six fields of EventBridge Scheduler, already validated by the partner file's schema.
 * @returns whole minutes; 0 when the schedule fires too often for a window.
 * @example flexibleWindowMinutes('0/30 * * * ? *') // 7
 */
export function flexibleWindowMinutes(cron: string): number {
  const minutes = firingMinutes(cron);
  const intervals = minutes.map((minute, index) => (minutes[index + 1] ?? (minutes[0] ?? 0) + 60) - minute);
  return Math.min(maxWindowMinutes, Math.floor(Math.min(...intervals) / 4));
}
