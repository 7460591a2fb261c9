import { type Mutant, mutantsOf } from '../mutant.ts';

const step = ['test/unit/core/delivery/delivery-step.test.ts'] as const;
const owner = ['test/unit/core/delivery/own-file.test.ts'] as const;
const ownFiles = [
  'test/contract/push/push-file/own-file.test.ts',
  'test/contract/push/push-file/direct.test.ts',
] as const;
const lease = ['test/unit/core/delivery/delivery-lease.test.ts'] as const;
const rename = ['test/unit/core/delivery/unconfirmed-rename.test.ts'] as const;
const resume = ['test/unit/core/delivery/resume-upload.test.ts'] as const;
const path = ['test/unit/core/delivery/delivery-path.test.ts'] as const;

/** What a push decides about an object, before and after it does anything at the partner. */
export const deliveryMutants: readonly Mutant[] = [
  ...mutantsOf('lambdas/core/delivery/delivery-step.ts', step, [
    {
      name: 'Delivers a version although a newer one is current',
      find: '  if (current?.versionId !== versionId) return outdatedStep({ record, current });\n',
      replace: '',
    },
    {
      name: 'Renames a version into place that became outdated during its upload',
      find: "  if (version === 'outdated') return { kind: 'outdated' };\n  if (staged",
      replace: '  if (staged',
    },
    {
      name: 'Renames an upload into place that somebody has changed',
      find: "  if (staged?.sizeBytes !== sizeBytes) return { kind: 'upload-lost', sizeBytes: staged?.sizeBytes };\n",
      replace: '',
    },
    {
      name: 'Renames over a file that came during the upload',
      find: "  if (target !== undefined && !mayReplace(facts)) return { kind: 'refuse', error: 'target-exists' };\n  if (version === 'outdated') return { kind: 'outdated' };\n  if (staged",
      replace: "  if (version === 'outdated') return { kind: 'outdated' };\n  if (staged",
    },
    {
      name: 'Delivers a version again whose message came twice',
      find: 'if (record.delivered?.versionId === versionId && record.replay === undefined) {',
      replace: "if (record.delivered?.versionId === '') {",
    },
    {
      name: 'Takes the rename of another version for that of this one',
      find: 'record.renaming?.versionId === versionId ? record.renaming : undefined',
      replace: 'record.renaming',
    },
    {
      name: 'Counts a try while another worker has the object',
      find: " || error === 'lease-lost'",
      replace: '',
    },
    {
      name: 'Leaves the staging files of a deleted object at the partner',
      find: 'upload === undefined && staged.length === 0 && renaming?.write === undefined;',
      replace: 'upload === undefined && renaming?.write === undefined;',
    },
  ]),
  ...mutantsOf('lambdas/core/delivery/delivery-lease.ts', lease, [
    {
      name: 'Ends the lease of a delivery before its invocation',
      find: 'Math.max(0, invocation.remainingMs) + marginMs',
      replace: 'marginMs',
    },
    {
      name: 'Leaves the staging file of a lost worker under its name',
      find: 'return { claim, remove: newestFirst.filter((each) => !claim.includes(each)) };',
      replace: 'return { claim, remove: [] };',
    },
    {
      name: 'Resumes an upload with the bytes of another version',
      find: 'newestFirst.filter((each) => each.versionId === versionId)',
      replace: 'newestFirst',
    },
  ]),
  ...mutantsOf(
    'lambdas/core/delivery/delivery-step.ts',
    [...step, ...ownFiles],
    [
      {
        name: 'Replaces the file of somebody else that is empty',
        find: "return owner?.kind === 'whole' && (overwrite === 'replace-own' || owner.sizeBytes === 0);",
        replace: "return overwrite === 'replace-own' || owner?.kind === 'whole';",
      },
      {
        name: 'Delivers an object that is smaller than the flow wants',
        find: 'return sizeBytes < minBytes && replay === undefined;',
        replace: 'return sizeBytes < 0 && replay === undefined;',
      },
      {
        name: 'Leaves a part under the final name when its object is deleted',
        find: 'staged.length === 0 && renaming?.write === undefined;',
        replace: 'staged.length === 0;',
      },
    ],
  ),
  ...mutantsOf('lambdas/core/delivery/own-file.ts', owner, [
    {
      name: 'Takes a file that somebody else has written over ours for ours',
      find: 'return target.sizeBytes === sizeBytes && target.modified?.raw === modified;',
      replace: 'return target.sizeBytes === sizeBytes;',
    },
    {
      name: 'Takes a file that is larger than our upload for a part of it',
      find: ' || target.sizeBytes > write.sizeBytes)',
      replace: ')',
    },
    {
      name: 'Takes a file of another day for a part of our upload',
      find: 'return writtenMs > at.getTime() - maxClockMs && writtenMs < write.until.getTime() + maxClockMs;',
      replace: 'return writtenMs > 0;',
    },
    {
      name: 'Takes the file that was there before our upload for a part of it',
      find: '  if (before !== undefined && isSameFile(target, before)) return write.isBeforeOurs;\n',
      replace: '',
    },
    {
      name: 'Records an upload as delivered of which a part is there',
      find: '  if (target.sizeBytes !== sizeBytes)\n    return isAsBefore',
      replace: '  if (target.sizeBytes === -1)\n    return isAsBefore',
    },
  ]),
  ...mutantsOf('lambdas/core/delivery/unconfirmed-rename.ts', rename, [
    {
      name: 'Takes a file of the same size as delivered although its hash differs',
      find: " || rename.targetHash === 'differs') return",
      replace: ') return',
    },
    {
      name: 'Takes a file of the same size as delivered although its time differs',
      find: "ours !== theirs ? 'not-known' : 'happened'",
      replace: "ours !== theirs ? 'happened' : 'happened'",
    },
    {
      name: 'Takes the file that was at the target before as delivered',
      find: 'return begun.before?.sizeBytes !== sizeBytes || begun.before.modified !== target.modified?.raw;',
      replace: 'return true;',
    },
    {
      name: 'Takes a file of another size as delivered',
      find: ' || target?.sizeBytes !== sizeBytes) return false;',
      replace: ' || target === undefined) return false;',
    },
  ]),
  ...mutantsOf(
    'lambdas/core/delivery/delivery-retry.ts',
    ['test/unit/core/delivery/delivery-retry.test.ts'],
    [
      {
        name: 'Tries a delivery without end',
        find: "  if (tries >= maxTries) return { kind: 'dead-letter' };\n",
        replace: '',
      },
      {
        name: 'Refuses a redriven delivery at its first error',
        find: 'return triesBefore >= maxTries ? 1 : triesBefore + 1;',
        replace: 'return triesBefore + 1;',
      },
    ],
  ),
  ...mutantsOf('lambdas/core/delivery/resume-upload.ts', resume, [
    {
      name: 'Takes a piece that the server wrote elsewhere as in its place',
      find: 'if (end === sizeBytes || stagedAfter === undefined || stagedAfter > sizeBytes) return false;',
      replace: 'if (stagedAfter === undefined) return false;',
    },
    {
      name: 'Resumes a file that is longer than the object',
      find: '  if (stagedBytes > sizeBytes) return fromStart;\n',
      replace: '',
    },
    {
      name: 'Appends to a file that a lost session may still write',
      find: 'stagedBytes > 0 && mark?.closedBytes === stagedBytes;',
      replace: 'stagedBytes > 0 && mark !== undefined;',
    },
  ]),
  ...mutantsOf('lambdas/core/delivery/delivery-path.ts', path, [
    {
      name: 'Gives the tries of a version one staging name',
      find: 'attempt === undefined ? versionId :',
      replace: 'attempt !== versionId ? versionId :',
    },
    {
      name: 'Delivers an object under the name of another one’s marker',
      find: "return 'reserved-name';",
      replace: ';',
    },
    {
      name: 'Delivers a key with a component that leads out of the remote directory',
      find: '  if (error !== undefined) return error;\n',
      replace: '',
    },
  ]),
  ...mutantsOf(
    'lambdas/core/delivery/listed-object.ts',
    ['test/unit/core/delivery/listed-object.test.ts'],
    [
      {
        name: 'Reconcile takes a failed version with the bytes of the delivered one as delivered',
        find: "  if (lastError !== undefined) return 'compare-version';\n",
        replace: '',
      },
      {
        name: 'Reconcile takes a new version with equal bytes as delivered',
        find: "  if (toSecond(delivered.modifiedAt) !== toSecond(modifiedAt)) return 'compare-version';\n",
        replace: '',
      },
      {
        name: 'Reconcile takes a changed object as delivered',
        find: 'delivered.etag !== etag || ',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/delivery/delivery-record.ts',
    ['test/unit/core/delivery/delivery-record.test.ts'],
    [
      {
        name: 'Takes the sequencer with small letters for the later one',
        find: 'return sequencer.toUpperCase()',
        replace: 'return sequencer',
      },
    ],
  ),
];
