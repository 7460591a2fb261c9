import type { RunReport } from '../contract/documents/run-report.ts';

type Status = RunReport['status'];

/** How a run ended, for the head of the page. */
export const statusLabels: Readonly<Record<Status, string>> = {
  succeeded: 'succeeded',
  incomplete: 'incomplete: some files need attention',
  halted: 'halted by a guard',
  failed: 'failed',
  busy: 'not started: another run was active',
  paused: 'not started: the flow is paused',
};

/** The reasons of plans and settling rules. A reason that is not here is clear by itself. */
const reasonLabels: Readonly<Record<string, string>> = {
  new: 'new',
  changed: 'changed at the partner',
  'failed-before': 'failed before, retried',
  'times-shifted':
    "only its time moved, by whole half hours (the partner's clock?): transferred if its bytes changed",
  'key-changed': 'has another object key now (prefix changed)',
  unchanged: 'transferred before, unchanged',
  excluded: 'excluded by the flow’s exclude',
  'not-included': 'does not match the flow’s include',
  'done-file': 'a done file',
  'change-ignored': 'changed, which the flow ignores (onChange)',
  link: 'a link',
  special: 'neither a file nor a directory',
  'done-file-missing': 'its done file is missing',
  'done-file-outdated': 'its done file is older than the file',
  'done-file-used': 'its done file has settled an earlier version of the file',
  'done-file-time-unknown': 'whether its done file is older than the file is not known',
  'modified-time-unknown':
    'its age (settled.minAge) is not known, so it waits for the next run: set connection.timeZone, or ask the partner for MLSD or MDTM',
  'modified-time-in-future':
    'it is dated in the future, so its age (settled.minAge) is not known and it waits for the next run: check connection.timeZone and the clock of the server',
  'min-age-not-reached': 'changed too recently; it may still be written (settled.minAge)',
  'unchanged-listings-not-reached': 'not listed unchanged often enough (settled.unchangedListings)',
  'not-recordable': 'the ledger cannot record it; the log of plan-run has the reason',
  'object-refused': 'S3 refuses to show its object; the log of plan-run has the reason',
  'key-too-long': 'its object key would be longer than 1,024 bytes',
  'file-too-large': 'it has more than 5 TiB',
  'unicode-duplicate': 'another name in its directory differs only in Unicode normalization',
  'invalid-encoding': 'its name is not valid in the connection’s encoding',
  'control-character': 'its name has a control character',
};

/** The label of a reason; the reason itself where it has none. */
export function reasonLabel(reason: string): string {
  return Object.hasOwn(reasonLabels, reason) ? (reasonLabels[reason] ?? reason) : reason;
}
