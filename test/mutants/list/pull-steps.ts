import { type Mutant, mutantsOf } from '../mutant.ts';

const twoRuns = 'test/contract/pull/transfer-batch/two-runs.test.ts';
const orderRule = 'test/contract/pull/transfer-batch/order-rule.test.ts';
const refusedObject = 'test/contract/pull/transfer-batch/refused-object.test.ts';
const replaced = 'test/contract/pull/dispose-files/replaced-file.test.ts';
const finish = ['test/contract/pull/finish-run/finish-run.test.ts'] as const;
const lease = ['test/contract/pull/lease-of-steps.test.ts'] as const;
const bigFiles = ['test/contract/pull/big-files/complete-big-file.test.ts'] as const;

/** A step that does not renew the lease of its run. */
const withoutLease = (step: string, file: string, find: string) =>
  mutantsOf(file, lease, [{ name: `${step} does not renew the lease of its run`, find, replace: '' }]);

/** The steps of a pull, in their order. */
export const pullStepMutants: readonly Mutant[] = [
  ...mutantsOf(
    'lambdas/pull/start-run/start-run.ts',
    ['test/contract/pull/start-run/start-run.test.ts'],
    [
      {
        name: 'Takes the lease of an execution that runs',
        find: ' || (await dependencies.isRunning(answer.owner))) return answer;',
        replace: ') return answer;',
      },
      {
        name: 'Begins a run of a paused flow',
        find: "input.mode === 'plan' ? undefined : await findPause(dependencies.table, input);",
        replace: 'undefined;',
      },
    ],
  ),
  ...withoutLease(
    'ListRemote',
    'lambdas/pull/list-remote/list-remote.ts',
    "if (run.mode === 'run') await renewLease(dependencies.table, leaseOf(run), dependencies.now());",
  ),
  ...withoutLease(
    'PlanRun',
    'lambdas/pull/plan-run/plan-run.ts',
    "if (run.mode === 'run') await renewLease(table, leaseOf(run), dependencies.now());",
  ),
  ...withoutLease(
    'TransferBatch',
    'lambdas/pull/transfer-batch/transfer-batch.ts',
    'await renewLease(table, leaseOf(run), now());',
  ),
  ...withoutLease(
    'BigFiles',
    'lambdas/pull/big-files/big-files.ts',
    'await renewLease(table, leaseOf(run), now());',
  ),
  ...withoutLease(
    'TransferSlice',
    'lambdas/pull/transfer-slice/transfer-slice.ts',
    'await renewLease(table, leaseOf(run), now());',
  ),
  ...withoutLease(
    'DisposeFiles',
    'lambdas/pull/dispose-files/dispose-files.ts',
    'await renewLease(table, leaseOf(run), dependencies.now());',
  ),
  ...mutantsOf(
    'lambdas/pull/plan-run/adopt-existing-objects.ts',
    ['test/contract/pull/plan-run/adopt-existing-objects.test.ts'],
    [
      {
        name: 'Records adopted objects in a dry run',
        find: "reason === 'adopted' && run.mode === 'run') {",
        replace: "reason === 'adopted') {",
      },
      {
        name: 'Records an object as the file that is not',
        find: "reason === 'adopted' && run.mode === 'run') {",
        replace: "run.mode === 'run') {",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/pull/transfer-file/record-outcome.ts',
    [twoRuns],
    [
      {
        name: 'Records no version in place of the object that it replaced',
        find: 'object.replacedEtag]',
        replace: 'undefined]',
      },
      {
        name: 'Records no version in place of the one that it planned with',
        find: '[transferredBefore?.etag, ',
        replace: '[undefined, ',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/pull/transfer-file/transfer-file.ts',
    [refusedObject, orderRule],
    [
      {
        name: 'Records a file before its object is committed',
        find: 'const published = await writer.commit();',
        replace:
          "writer.commit().catch(() => undefined);\n    const published = { etag: '', versionId: undefined, sizeBytes: file.sizeBytes ?? 0, sha256: undefined, crc32: undefined };",
      },
      {
        name: 'Publishes a file that is not the listed one',
        find: 'if (!matchesListing(toFingerprint(file), modified)) throw changedSinceListing(file, done);',
        replace: '',
      },
      {
        name: 'Takes the key of a file that was never transferred for free',
        find: "if (!(error instanceof StorageError && error.kind === 'conflict')) throw error;",
        replace: 'throw error;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/pull/transfer-file/transfer-file.ts',
    ['test/flow/pull/clock-change.test.ts'],
    [
      {
        name: 'Takes a file whose time moved like a clock as unchanged, with any bytes',
        find: 'const isKnown = mayBeKnown && writer.sha256() === transferredBefore?.sha256;',
        replace: 'const isKnown = mayBeKnown && transferredBefore !== undefined;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/pull/transfer-file/object-ownership.ts',
    [orderRule],
    [
      {
        name: 'Overwrites an object of others',
        find: "  if (owner === 'foreign' && !isRecorded) throw new ForeignObjectError(key);\n",
        replace: '',
      },
      {
        name: 'Overwrites an object that others have put over a recorded one',
        find: ' && object.etag === transferredBefore.etag;',
        replace: ';',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/pull/transfer-file/adopt-object.ts',
    [replaced],
    [
      {
        name: 'Adopts an object without asking the partner',
        find: '  if (found !== undefined) {\n',
        replace: "  if (found === undefined && file.path === '//') {\n",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/pull/transfer-file/compare-with-transferred.ts',
    [orderRule],
    [
      {
        name: 'Takes a file of the same size as unchanged',
        find: ' &&\n    found.modified?.raw === transferredBefore.modified.raw;',
        replace: ';',
      },
    ],
  ),
  ...mutantsOf('lambdas/pull/big-files/complete-big-file.ts', bigFiles, [
    {
      name: 'Takes any CRC-32 of the server for that of the parts',
      find: "return hash.hex === ourHex ? 'equal' : { serverHex: hash.hex, ourHex };",
      replace: "return 'equal';",
    },
    {
      name: 'Overwrites an object of others with a big file',
      find: '    throw new ForeignObjectError(key);\n',
      replace: '    await forgetBigUpload(table, fileEntry(scope, file.path));\n',
    },
  ]),
  ...mutantsOf(
    'lambdas/pull/dispose-files/dispose-file.ts',
    [replaced, orderRule],
    [
      {
        name: 'Replaces an archived file',
        find: 'const target = isOccupied ? alternativeArchivePath(wanted, runId) : wanted;',
        replace: 'const target = wanted;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/pull/dispose-files/dispose-files.ts',
    [replaced, orderRule],
    [
      {
        name: 'Forgets that a file was replaced',
        find: '    await recordReplaced(table, entry);',
        replace: '',
      },
    ],
  ),
  ...mutantsOf('lambdas/pull/finish-run/finish-run.ts', finish, [
    {
      name: 'Does not count the files of a worker that was lost',
      find: 'failed: failed + (needsOutcomes ? without : 0),',
      replace: 'failed,',
    },
    {
      name: 'Reports a run as succeeded that failed in a step',
      find: "  if (failure !== undefined) return { status: 'failed', cause: failure };\n",
      replace: '',
    },
    {
      name: 'Reports a halted run as succeeded',
      find: '  if (plan?.halted !== undefined) {\n    const { reason',
      replace: '  if (plan?.halted !== undefined && plan.listed < 0) {\n    const { reason',
    },
  ]),
  ...mutantsOf('lambdas/pull/finish-run/end-flow.ts', finish, [
    {
      name: 'Keeps the lease of a run that has ended',
      find: '    () => releaseLease(table, lease),\n',
      replace: '    async () => undefined,\n',
    },
    {
      name: 'Compares the next listing with an incomplete one',
      find: ' && incompleteDirectories === 0) {',
      replace: ') {',
    },
  ]),
  ...mutantsOf(
    'lambdas/pull/end-execution/end-execution.ts',
    ['test/unit/pull/end-execution/end-execution.test.ts'],
    [
      {
        name: 'Fails a redriven execution again instead of starting a run',
        find: '  if (redriveCount > run.redriveCount) return {};\n',
        replace: '',
      },
      {
        name: 'Ends the execution of a failed run as succeeded',
        find: '  throw new RunFailedError(',
        replace: '  if (flow !== undefined) return {};\n  throw new RunFailedError(',
      },
    ],
  ),
];
