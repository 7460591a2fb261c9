import { type Mutant, mutantsOf } from '../mutant.ts';

const plan = ['test/unit/core/plan/plan.test.ts', 'test/unit/core/plan/plan-properties.test.ts'] as const;

/** What a run decides about a file, before it does anything. */
export const planMutants: readonly Mutant[] = [
  ...mutantsOf('lambdas/core/plan/plan.ts', plan, [
    {
      name: 'Disposes of a file that is known to be replaced',
      find: '    !transferred.isReplaced &&\n',
      replace: '',
    },
    {
      name: 'Disposes of files although the flow keeps them',
      find: "return rules.after === 'dispose' ? { kind: 'dispose', file, transferred } : skip('unchanged');",
      replace: "return { kind: 'dispose', file, transferred };",
    },
    {
      name: 'Transfers a file that is not settled',
      find: "if (settlement.kind === 'hold') {",
      replace: "if (settlement.kind === 'hold' && file.path === '') {",
    },
    {
      name: 'Replaces an object although onChange is ignore',
      find: "rules.onChange === 'ignore') return",
      replace: "rules.onChange === 'never') return",
    },
    {
      name: 'Replaces an object although onChange is fail',
      find: "rules.onChange === 'fail')",
      replace: "rules.onChange === 'never')",
    },
    {
      name: 'Takes a file that is under an earlier prefix of the flow as transferred',
      find: 'const isTransferred = transferred !== undefined && transferred.key === key;',
      replace: 'const isTransferred = transferred !== undefined;',
    },
    {
      name: 'Transfers two names that look the same',
      find: 'if (siblings.isUnicodeDuplicate(name))',
      replace: "if (siblings.isUnicodeDuplicate(''))",
    },
    {
      name: 'Forgets which done file settled the version before',
      find: 'usedDoneFile: isTransferredVersion ? undefined : transferred?.doneFile,',
      replace: 'usedDoneFile: undefined,',
    },
    {
      name: 'Begins a file that no function has memory for',
      find: 'file.sizeBytes > maxFileBytes)',
      replace: 'file.sizeBytes > Infinity)',
    },
  ]),
  ...mutantsOf(
    'lambdas/core/plan/plan-guard.ts',
    ['test/unit/core/plan/plan-guard.test.ts'],
    [
      {
        name: 'Takes an empty listing as the end of all files',
        find: 'if (size.files === 0) {',
        replace: 'if (size.files < 0) {',
      },
      {
        name: 'Takes a listing of a tenth of the files for complete',
        find: 'size.files < before * minRemainingShare',
        replace: 'size.files < 0',
      },
      {
        name: 'Infers from the absence of files in an incomplete listing',
        find: ' || size.incompleteDirectories > 0) return',
        replace: ') return',
      },
      {
        name: 'Applies the approval of one listing to another one',
        find: 'if (approved.files === files && approved.directories === directories) return undefined;',
        replace: 'return undefined;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/plan/adoption.ts',
    ['test/unit/core/plan/adoption.test.ts'],
    [
      {
        name: 'Adopts an object of another size as the file',
        find: "  if (file.sizeBytes !== found.sizeBytes) return 'size-differs';\n",
        replace: '',
      },
      {
        name: 'Adopts an object that is older than the file',
        find: "return isNewer ? 'newer-at-partner' : 'adopted';",
        replace: "return 'adopted';",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/plan/same-version-proof.ts',
    ['test/unit/core/plan/same-version-proof.test.ts'],
    [
      {
        name: 'Takes a file without a size as the one that was transferred',
        find: "  if (found.sizeBytes === undefined) return { kind: 'unproven' };\n",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/listing/fingerprint.ts',
    ['test/unit/core/listing/fingerprint.test.ts'],
    [
      {
        name: 'Takes a file of another size as the version before',
        find: 'agree(a.sizeBytes, b.sizeBytes, (x, y) => x === y) &&',
        replace: '',
      },
      {
        name: 'Takes the same day of another year as the same time',
        find: 'a.raw === b.raw && a.wallClock === b.wallClock && a.clock === b.clock',
        replace: 'a.raw === b.raw && a.clock === b.clock',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/plan/storage-refusal.ts',
    ['test/unit/core/plan/storage-refusal.test.ts'],
    [
      {
        name: 'Ends a run because S3 refuses one object',
        find: 'const concernsObject = isOfRequest && ',
        replace: 'const concernsObject = status === undefined && ',
      },
      {
        name: 'Fails file after file while the bucket cannot be used',
        find: '!bucketCodes.has(code) && ',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/run/evaluate-run.ts',
    ['test/unit/core/run/evaluate-run.test.ts'],
    [
      {
        name: 'Reports a run as incomplete though all its workers failed',
        find: "  if (totals.transferred + totals.unchanged === 0) return { status: 'failed', cause: main };\n",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/run/run-totals.ts',
    ['test/unit/core/run/run-totals.test.ts'],
    [
      {
        name: 'Reports a run as succeeded though a directory could not be listed',
        find: 'failed + refused + notDisposed + incompleteDirectories > 0',
        replace: 'failed + refused + notDisposed > 0',
      },
      {
        name: 'Reports a run as succeeded though a file failed',
        find: 'failed + refused + notDisposed + incompleteDirectories > 0',
        replace: 'refused + notDisposed + incompleteDirectories > 0',
      },
      {
        name: 'Halts the run after one that disposed of its files',
        find: 'Math.max(0, totals.listed - totals.disposed - takenAway)',
        replace: 'totals.listed',
      },
    ],
  ),
];
