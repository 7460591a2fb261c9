import { type Mutant, mutantsOf } from '../mutant.ts';

const proofs = ['test/unit/core/plan/same-version-proof.test.ts'] as const;
const doneFiles = ['test/unit/core/plan/done-file-check.test.ts'] as const;
const replaced = ['test/contract/pull/dispose-files/replaced-file.test.ts'] as const;
const refused = ['test/contract/pull/transfer-batch/refused-object.test.ts'] as const;

/** What proves that a file is the transferred version, and that a done file belongs to it. */
export const versionProofMutants: readonly Mutant[] = [
  ...mutantsOf('lambdas/core/plan/same-version-proof.ts', proofs, [
    {
      name: 'Disposes of a file without comparing its size',
      find: 'if (size !== undefined && size !== sizeBytes)',
      replace: 'if (size === -1)',
    },
    {
      name: 'Disposes of a file without comparing its times',
      find: 'if (before !== undefined && now !== undefined && !canBeSameTime(before, now, from))',
      replace:
        'if (before !== undefined && now !== undefined && before.raw === now.raw && from === undefined)',
    },
    {
      name: 'Disposes of another file of the same size and second',
      find: 'listed.unique !== facts.unique;',
      replace: 'false;',
    },
    {
      name: 'Takes a minute for a proof that was not over when the transfer began',
      find: "(before.precision === 'second' || isTimeFinal) &&",
      replace: '',
    },
    {
      name: 'Takes the size alone for a proof',
      find: "return isTimeProof(recorded, found) ? { kind: 'same' } : { kind: 'unproven' };",
      replace: "return { kind: 'same' };",
    },
  ]),
  ...mutantsOf(
    'lambdas/core/listing/final-time.ts',
    ['test/unit/core/listing/final-time.test.ts'],
    [
      {
        name: 'Takes a minute for over that may still go on at the server',
        find: 'latest.at.getTime() + marginMs <= now.getTime()',
        replace: 'latest.at.getTime() <= now.getTime()',
      },
    ],
  ),
  ...mutantsOf('lambdas/pull/dispose-files/dispose-file.ts', replaced, [
    {
      name: 'Disposes of a file of which nothing is proved',
      find: "if (proof.kind === 'unproven' && (afterCheck === 'version' || found.sizeBytes === undefined))",
      replace: "if (proof.kind === 'unproven' && found.sizeBytes === undefined)",
    },
    {
      name: 'Disposes of a file that was replaced',
      find: "if (proof.kind === 'other') return { path, outcome: 'kept', detail: proof.difference };",
      replace: '',
    },
  ]),
  ...mutantsOf('lambdas/pull/transfer-file/adopt-object.ts', replaced, [
    {
      name: 'Adopts an object without asking for the MDTM that it was verified with',
      find: 'if (modified !== undefined && modified.raw !== verifiedModified?.raw) return undefined;',
      replace: '',
    },
    {
      name: 'Forgets the time of an object whose file is gone',
      find: "return { ...content, verification: 'adopted', verifiedModified };",
      replace: "return { ...content, verification: 'adopted', verifiedModified: found?.modified };",
    },
    {
      name: 'Adopts an object where nothing proves its version',
      find: "if (proveSameVersion(recorded, found).kind !== 'same') return undefined;",
      replace: '',
    },
  ]),
  ...mutantsOf('lambdas/core/plan/done-file-check.ts', doneFiles, [
    {
      name: 'Lets a done file settle a younger file',
      find: "if (isOlder) return 'done-file-outdated';",
      replace: '',
    },
    {
      name: 'Lets a done file settle a second version',
      find: "return used !== undefined && sameVersion(used, found) ? 'done-file-used' : undefined;",
      replace: 'return undefined;',
    },
    {
      name: 'Lets a done file without a time settle a file',
      find: "if (isOlder === undefined) return 'done-file-time-unknown';",
      replace: '',
    },
  ]),
  ...mutantsOf('lambdas/pull/refusal.ts', refused, [
    {
      name: 'Fails the step for an object that S3 refuses',
      find: "error.kind === 'object-refused'",
      replace: 'false',
    },
  ]),
  ...mutantsOf(
    'lambdas/core/plan/part-size.ts',
    ['test/unit/core/plan/part-size.test.ts'],
    [
      {
        name: 'Holds more parts of a slice than the function has memory for',
        find: 'const heldParts = Math.min(maxHeldParts, Math.floor(maxHeldSliceBytes / bufferBytes));',
        replace: 'const heldParts = maxHeldParts;',
      },
    ],
  ),
];
