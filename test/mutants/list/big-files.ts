import { type Mutant, mutantsOf } from '../mutant.ts';

/** Files in slices: which parts belong together, when they are whole, and how much memory they take. */
export const bigFileMutants: readonly Mutant[] = [
  ...mutantsOf(
    'lambdas/core/plan/big-file-step.ts',
    ['test/unit/core/plan/big-file-step.test.ts'],
    [
      {
        name: 'Completes an upload that lacks parts',
        find: '  if (missing.length > 0) return missingPartsStep(facts, history);\n',
        replace: '',
      },
      {
        name: 'Completes an upload although the file has changed since its first slice',
        find: 'if (!isTakenAway && (found === undefined || !isVersionOf(upload, found)))',
        replace: 'if (!isTakenAway && found === undefined)',
      },
      {
        name: 'Does not compare the CRC-32 of the parts with the server’s',
        find: "if (typeof checksum === 'object') {",
        replace: "if (typeof checksum === 'symbol') {",
      },
      {
        name: 'Completes a version that appeared within the run and is younger than minAge',
        find: 'if (restarted !== undefined && isUnsettled(restarted.at, rules)) {',
        replace: 'if (restarted === undefined && upload === undefined) {',
      },
      {
        name: 'Resumes with the parts of another version of the same size',
        find: 'known.sizeBytes === wanted.sizeBytes &&\n    known.modifiedRaw === wanted.modifiedRaw',
        replace: 'known.sizeBytes === wanted.sizeBytes',
      },
      {
        name: 'Resumes with parts of which only the size is known',
        find: '    isIdentified &&\n',
        replace: '',
      },
      {
        name: 'Resumes with parts of another size',
        find: '    known.partBytes === wanted.partBytes &&\n',
        replace: '',
      },
      {
        name: 'Trusts a REST that gave wrong bytes',
        find: "const restProof = 'drop';",
        replace: "const restProof = 'keep';",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/plan/part-grid.ts',
    ['test/unit/core/plan/cut-slices.test.ts'],
    [
      {
        name: 'Takes a stored part of the wrong size for whole',
        find: 'partLength(grid, number) === sizeBytes',
        replace: 'sizeBytes > 0',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/plan/part-size.ts',
    ['test/unit/core/plan/part-size.test.ts', 'test/unit/core/plan/choose-route.test.ts'],
    [
      {
        name: 'Cuts a file into more parts than S3 takes',
        find: 'return Math.max(minPartBytes, needed);',
        replace: 'return Math.max(minPartBytes, needed - mebibyte);',
      },
      {
        name: 'Gives a batch files whose parts are larger than its memory',
        find: 'return partSizeBytes(fileBytes) > minPartBytes;',
        replace: 'return fileBytes > maxFileBytes;',
      },
    ],
  ),
];
