/** The alarms of a stage that have a fixed name; docs/runbook.md has a section for each. */
const alarmNames = [
  'run-failed',
  'run-halted',
  'run-overdue',
  'run-timed-out',
  'run-not-started',
  'reconcile-failed',
  'reconcile-timed-out',
  'event-not-routed',
  'delivery-dead-lettered',
  'delivery-delayed',
  'file-missing',
  'file-anomaly',
  'circuit-open',
  'certificate-expiring',
  'functions-throttled',
  'monitor-silent',
  'monitor-failed',
] as const;

/** The name of an alarm within its stage; near-timeout alarms carry the duration that they watch for. */
export type AlarmName = (typeof alarmNames)[number] | `near-timeout-${number}s`;

const nearTimeout = /^near-timeout-\d+s$/;

/**
 * The prefix of the alarm names of a stage. The alarms of a stage `dev-eu` begin with the prefix of the stage
 * `dev` too; {@link isAlarmOf} tells them apart.
 */
export function alarmNamePrefix(stage: string): string {
  return `ftps-sync-${stage}-`;
}

/**
 * The name of an alarm in the AWS account.
 * @example alarmNameOf('dev', 'run-failed') // 'ftps-sync-dev-run-failed'
 */
export function alarmNameOf(stage: string, name: AlarmName): string {
  return alarmNamePrefix(stage) + name;
}

/** Whether an alarm of the AWS account belongs to the stage. */
export function isAlarmOf(stage: string, nameInAccount: string): boolean {
  const prefix = alarmNamePrefix(stage);
  const rest = nameInAccount.slice(prefix.length);
  return (
    nameInAccount.startsWith(prefix) && (nearTimeout.test(rest) || alarmNames.some((each) => each === rest))
  );
}
