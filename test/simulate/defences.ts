import type { Replacement } from './build-simulator.ts';

/** A defence of the product, and the history that shows what happens without it. */
export interface Defence {
  /** What happens without it. */
  readonly hole: string;
  /** What takes it out. */
  readonly replacements: readonly Replacement[];
  readonly scenario: 'pull' | 'push';
  /** The invariant that is violated then. */
  readonly invariant: string;
  /**
   * Histories that violate it. A seed draws another history where the simulator or the order of the product's
   * operations has changed: then the check searches for one, and says which.
   */
  readonly seeds: readonly number[];
}

const serverZone = 'lambdas/core/listing/server-zone.ts';
const doneFileCheck = 'lambdas/core/plan/done-file-check.ts';
const disposeFile = 'lambdas/pull/dispose-files/dispose-file.ts';
const deliveryRules = 'lambdas/core/ledger/delivery-rules.ts';
const adoptObject = 'lambdas/pull/transfer-file/adopt-object.ts';

export const defences: readonly Defence[] = [
  {
    hole: '1. After a change of daylight saving time, a file of some seconds is taken as an hour old',
    replacements: [
      {
        file: serverZone,
        find: "if (modified.clock === 'server' && zone.kind === 'measured' && zone.times[path] === undefined) {",
        replace: "if (zone.kind === 'iana' && path.startsWith('//')) {\n    const zone = unmeasuredZone;",
      },
      { file: serverZone, find: 'if (asked !== undefined) return', replace: 'if (asked === path) return' },
      {
        file: serverZone,
        find: 'return new Date(wallClockMs - Math.min(...zone.offsets) * minuteMs);',
        replace: 'return new Date(wallClockMs - Math.max(...zone.offsets) * minuteMs);',
      },
      { file: serverZone, find: '(isAsked ? 0 : uncertainMs)', replace: 'uncertainMs' },
    ],
    scenario: 'pull',
    invariant: 'onlySettledVersionsAreVisible',
    seeds: [2946],
  },
  {
    hole: '2. Where the offset of the server is taken as unknown, every new file waits a run longer',
    replacements: [
      {
        file: serverZone,
        find: '  if (modified === undefined) return undefined;\n  const uncertainMs',
        replace:
          "  if (modified === undefined || (modified.clock === 'server' && zone.kind === 'measured')) return undefined;\n  const uncertainMs",
      },
    ],
    scenario: 'pull',
    invariant: 'settledFilesAreTakenByTheNextRun',
    seeds: [29, 31],
  },
  {
    hole: '3. The done file of an earlier version settles a file that is still written',
    replacements: [
      { file: doneFileCheck, find: "if (isOlder) return 'done-file-outdated';", replace: '' },
      {
        file: doneFileCheck,
        find: "return used !== undefined && sameVersion(used, found) ? 'done-file-used' : undefined;",
        replace: 'return undefined;',
      },
    ],
    scenario: 'pull',
    invariant: 'onlySettledVersionsAreVisible',
    seeds: [288],
  },
  {
    hole: '4. A replacement of the same size is deleted at the partner unseen',
    replacements: [
      {
        file: disposeFile,
        find: "if (proof.kind === 'other') return",
        replace: "if (proof.kind === 'other' && found.sizeBytes !== file.sizeBytes) return",
      },
      {
        file: disposeFile,
        find: "if (proof.kind === 'unproven' && (afterCheck === 'version' || found.sizeBytes === undefined))",
        replace: "if (afterCheck === 'version' && found.sizeBytes === undefined)",
      },
    ],
    scenario: 'pull',
    invariant: 'onlyRecordedVersionsAreDisposedOf',
    seeds: [18, 30],
  },
  {
    hole: '5. Two workers stage one version under one name',
    replacements: [
      {
        file: deliveryRules,
        find: "{ kind: 'equal', path: 'lease.message', value: message },",
        replace: "{ kind: 'absent', path: 'noSuchAttribute' },",
      },
      {
        file: deliveryRules,
        find: "return { kind: 'equal', path: 'attempt', value: attempt };",
        replace:
          "return attempt === '' ? { kind: 'absent', path: 'lease' } : { kind: 'absent', path: 'noSuchAttribute' };",
      },
      {
        file: 'lambdas/core/delivery/delivery-path.ts',
        find: 'attempt === undefined ? versionId :',
        replace: 'attempt !== versionId ? versionId :',
      },
      {
        file: 'lambdas/core/delivery/delivery-lease.ts',
        find: 'return { claim, remove: newestFirst.filter((each) => !claim.includes(each)) };',
        replace: 'return { claim, remove: [] };',
      },
    ],
    scenario: 'push',
    invariant: 'onlyWholeObjectsAppear',
    seeds: [1477, 3268],
  },
  {
    hole: '6. After a death between object and record, a replacement of the same minute is taken for it',
    replacements: [
      {
        file: adoptObject,
        find: 'if (modified !== undefined && modified.raw !== verifiedModified?.raw) return undefined;',
        replace: '',
      },
      {
        file: adoptObject,
        find: "if (proveSameVersion(recorded, found).kind !== 'same') return undefined;",
        replace: 'if (found.sizeBytes !== recorded.sizeBytes) return undefined;',
      },
      {
        file: adoptObject,
        find: "verification: 'adopted', verifiedModified }",
        replace: "verification: 'adopted', verifiedModified: found?.modified }",
      },
    ],
    scenario: 'pull',
    invariant: 'onlyRecordedVersionsAreDisposedOf',
    seeds: [3582, 6359],
  },
  {
    hole: '7. A version that was put again with the same bytes is never sent',
    replacements: [
      {
        file: 'lambdas/push/find-delivered.ts',
        find: 'if (current?.versionId === record.delivered?.versionId) delivered.add(key);',
        replace: 'if (current?.etag === record.delivered?.etag) delivered.add(key);',
      },
    ],
    scenario: 'push',
    invariant: 'everyObjectIsDelivered',
    seeds: [76, 355],
  },
  {
    hole: "8. After a refused RNTO, somebody else's file counts as delivered",
    replacements: [
      {
        file: 'lambdas/push/push-file/push-file.ts',
        find: "const renaming = isRefused ? 'none' : 'unchanged';",
        replace: "const renaming = isRefused ? 'unchanged' : 'unchanged';",
      },
      {
        file: 'lambdas/push/push-file/put-in-place.ts',
        find: '    if (isAnswered) await recordNotRenamed();\n',
        replace: '',
      },
      {
        file: 'lambdas/core/delivery/unconfirmed-rename.ts',
        find: "ours !== theirs ? 'not-known' : 'happened'",
        replace: "ours !== theirs ? 'happened' : 'happened'",
      },
    ],
    scenario: 'push',
    invariant: 'everyRecordedDeliveryHappened',
    seeds: [68, 464],
  },
];
