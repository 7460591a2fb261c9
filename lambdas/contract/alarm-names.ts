/** The alarms of a stage, but for those of functions near their timeouts, which carry the time. A section of docs/runbook.md is about each. */
const alarmNames = [
  'run-failed',
  'run-halted',
  'run-overdue',
  'run-timed-out',
  'run-missed',
  'reconcile-failed',
  'reconcile-timed-out',
  'event-not-routed',
  'delivery-given-up',
  'delivery-late',
  'file-missing',
  'file-amiss',
  'circuit-open',
  'certificate-expiring',
  'throttled',
  'watch-silent',
  'watch-failed',
] as const;

/** What an alarm is called within its stage. */
export type AlarmName = (typeof alarmNames)[number] | `near-timeout-${number}s`;

const nearTimeout = /^near-timeout-\d+s$/;

/** What the names of a stage's alarms begin with. So do those of a stage `dev-eu` for the stage `dev`: ask {@link isAlarmOf}. */
export function alarmNamePrefix(stage: string): string {
  return `ftps-sync-${stage}-`;
}

/** The alarm's name in the account. */
export function alarmNameOf(stage: string, name: AlarmName): string {
  return alarmNamePrefix(stage) + name;
}

/** Whether an alarm of that name in the account is one of the stage. */
export function isAlarmOf(stage: string, nameInAccount: string): boolean {
  const prefix = alarmNamePrefix(stage);
  const rest = nameInAccount.slice(prefix.length);
  return (
    nameInAccount.startsWith(prefix) && (nearTimeout.test(rest) || alarmNames.some((each) => each === rest))
  );
}
