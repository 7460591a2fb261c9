/** A schedule as the template describes it; disabled schedules are left out. */
export interface ScheduleDefinition {
  readonly name: string;
  /** EventBridge Scheduler's six fields, without `cron(...)`. */
  readonly cron: string;
  readonly timeZone: string;
  /** A state machine or a function of the stack. */
  readonly targetArn: string;
  /** JSON text. */
  readonly input: string;
}
