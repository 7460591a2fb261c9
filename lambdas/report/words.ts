import type { RunReport } from '../contract/run-report.ts';

type Status = RunReport['status'];

/** How a run ended, for the head of the page. */
export const statusWords: Readonly<Record<Status, string>> = {
  succeeded: 'succeeded',
  incomplete: 'incomplete: some files need a person',
  halted: 'halted by a guard',
  failed: 'failed',
  busy: 'not started: another run was under way',
  paused: 'not started: the flow is paused',
};

/** What the plan's and the settling rules' words mean; what is not here says itself. */
const reasonWords: Readonly<Record<string, string>> = {
  new: 'new',
  changed: 'changed at the partner',
  'failed-before': 'failed before, tried again',
  'key-changed': 'has another key now (prefix changed)',
  unchanged: 'taken before, unchanged',
  excluded: 'left out by the flow’s exclude',
  'not-included': 'not among the flow’s include',
  'done-file': 'a done file',
  'change-ignored': 'changed, which the flow ignores (onChange)',
  link: 'a link',
  special: 'neither a file nor a directory',
  'no-done-file': 'its done file is not there yet',
  'time-unknown': 'the server tells no time by which it could be settled',
  'too-young': 'changed too recently: it may still be written (settled.minAge)',
  'not-seen-often-enough': 'not seen unchanged in enough listings (settled.unchangedListings)',
  'key-too-long': 'its key would be longer than 1,024 bytes',
  'unicode-twin': 'another name in its directory differs only in Unicode form',
  'not-text': 'its name is not text in the connection’s encoding',
  'control-character': 'its name has a control character',
};

/** The reason in words for people; the reason itself where there are none. */
export function reasonText(reason: string): string {
  return Object.hasOwn(reasonWords, reason) ? (reasonWords[reason] ?? reason) : reason;
}

/** `2026-11-20 02:15:07 UTC`. */
export function timeText(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}
