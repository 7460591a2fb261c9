import { type Fingerprint, sameVersion } from '../listing/fingerprint.ts';
import type { RemoteFile } from '../listing/remote-file.ts';
import { isInFuture, latestModified, type ServerZone } from '../listing/server-zone.ts';
import { doneFileName } from '../path/done-file.ts';
import { baseName } from '../path/remote-path.ts';
import type { FindDoneFile } from './done-file-census.ts';
import { type DoneFileHold, findDoneFileHold } from './done-file-check.ts';
import type { Observation } from './file-record.ts';

/** When a file counts as settled, that is, completely written by the partner. All rules must hold. */
export interface SettleRules {
  readonly minAgeMs: number;
  readonly unchangedListings: number;
  /**
   * The pattern of the done file that must exist beside the file, `{name}.done` or `{stem}.ok`; undefined:
   * none.
   */
  readonly doneFile: string | undefined;
}

export type HoldReason =
  | DoneFileHold
  | 'min-age-not-reached'
  | 'unchanged-listings-not-reached'
  | 'modified-time-unknown'
  | 'modified-time-in-future';

export interface SettleContext {
  readonly now: Date;
  readonly zone: ServerZone;
  readonly runId: string;
  readonly findDoneFile: FindDoneFile;
  /** The done file that settled an earlier version of the file; undefined if none is recorded. */
  readonly usedDoneFile: Fingerprint | undefined;
}

export type SettledCheck =
  /** `doneFile`: as it is listed; undefined if the rules ask for none. */
  | { readonly kind: 'settled'; readonly doneFile: Fingerprint | undefined }
  | {
      readonly kind: 'hold';
      readonly reason: HoldReason;
      /** To record for the next run; undefined if the next run does not need it. */
      readonly observation: Observation | undefined;
    };

/**
 * Checks the done file first, then the age, then the number of unchanged listings; the first that fails holds
 * the file.
 * @param before the observation that the previous run recorded.
 */
export function checkSettled(
  file: RemoteFile,
  before: Observation | undefined,
  rules: SettleRules,
  context: SettleContext,
): SettledCheck {
  const doneFile =
    rules.doneFile === undefined
      ? undefined
      : context.findDoneFile(doneFileName(baseName(file.path), rules.doneFile));
  const doneFileHold =
    rules.doneFile === undefined
      ? undefined
      : findDoneFileHold(file, { found: doneFile, used: context.usedDoneFile });
  if (doneFileHold !== undefined) return { kind: 'hold', reason: doneFileHold, observation: undefined };
  const observation = observe(file, before, context);
  const reason = findAgeReason(file, rules, { ...context, firstSeenAt: observation.firstSeenAt });
  if (reason === 'min-age-not-reached') {
    return { kind: 'hold', reason, observation: rules.unchangedListings > 1 ? observation : undefined };
  }
  if (reason !== undefined) return { kind: 'hold', reason, observation };
  if (observation.runs < rules.unchangedListings)
    return { kind: 'hold', reason: 'unchanged-listings-not-reached', observation };
  return { kind: 'settled', doneFile };
}

function observe(
  fingerprint: Fingerprint,
  before: Observation | undefined,
  context: SettleContext,
): Observation {
  const { sizeBytes, modified, unique } = fingerprint;
  const now = { sizeBytes, modified, unique };
  if (before === undefined || !sameVersion(before.fingerprint, now)) {
    return { fingerprint: now, firstSeenAt: context.now, runs: 1, lastRunId: context.runId };
  }
  const runs = before.lastRunId === context.runId ? before.runs : before.runs + 1;
  return { ...before, runs, lastRunId: context.runId };
}

/**
 * Why the age is not enough; undefined where it is. The age is that of the modified time. Where that is not
 * certain, the file is also old enough if it has been listed unchanged for as long.
 */
function findAgeReason(
  file: RemoteFile,
  { minAgeMs }: SettleRules,
  { now, zone, firstSeenAt }: SettleContext & { readonly firstSeenAt: Date },
): HoldReason | undefined {
  // Without a minimum age the modified time does not matter.
  if (minAgeMs === 0) return undefined;
  const ageMs = (since: Date) => now.getTime() - since.getTime();
  const latest = latestModified(file, zone);
  if (latest !== undefined && ageMs(latest.at) >= minAgeMs) return undefined;
  if (latest?.isExact !== true) {
    return ageMs(firstSeenAt) >= minAgeMs ? undefined : 'modified-time-unknown';
  }
  if (!isInFuture(file, zone, now)) return 'min-age-not-reached';
  return ageMs(firstSeenAt) >= minAgeMs ? undefined : 'modified-time-in-future';
}
