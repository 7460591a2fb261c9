import { type Mutant, mutantsOf } from '../mutant.ts';

const folder = 'test/contract/push/push-file';
const companions = `${folder}/companion-files.test.ts`;
const pushFile = `${folder}/push-file.test.ts`;
const unconfirmed = `${folder}/unconfirmed-rename.test.ts`;
const superseded = `${folder}/superseded.test.ts`;
const beforeRename = `${folder}/before-rename.test.ts`;

/** The steps of a delivery, in their order. */
export const pushMutants: readonly Mutant[] = [
  ...mutantsOf(
    `lambdas/push/push-file/push-file.ts`,
    [unconfirmed, superseded, `${folder}/failure-events.test.ts`],
    [
      {
        name: 'Keeps the mark of a rename that the server refused',
        find: "const renaming = isRefused ? 'none' : 'unchanged';",
        replace: "const renaming = isRefused ? 'unchanged' : 'unchanged';",
      },
      {
        name: 'Removes the mark of a rename whose reply was lost',
        find: 'held.isRenameOpen && !(error instanceof RenameUncertainError);',
        replace: 'held.isRenameOpen;',
      },
      {
        name: 'Does not ask right before the rename whether the version is current',
        find: "(await findCurrent(context))?.versionId === versionId ? 'current' : 'outdated',",
        replace: "'current',",
      },
      {
        name: 'Publishes no event of a refused delivery',
        find: "  await dependencies.events.publishFailed(delivery, { outcome: 'refused', error, message });\n",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/put-in-place.ts',
    [superseded, unconfirmed, pushFile],
    [
      {
        name: 'Renames without having recorded that it will',
        find: '  await recordRename({ before: step.before, staged: step.staged, staging: paths.staging });\n',
        replace: '',
      },
      {
        name: 'Renames over a file beside its old marker',
        find: 'of [paths.done, paths.checksum]',
        replace: 'of [paths.checksum]',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/write-in-place.ts',
    [`${folder}/direct.test.ts`],
    [
      {
        name: 'Writes under the final name before the ledger knows it',
        find: '  await options.recordWrite({ before: step.before, isBeforeOurs: step.isBeforeOurs });\n',
        replace: '',
      },
      {
        name: 'Leaves a part that the server has refused under the final name',
        find: 'else if (await isRemoved(session, target)) await options.recordNotRenamed();',
        replace: 'else await options.recordNotRenamed();',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/check-upload.ts',
    [`${folder}/drop-box.test.ts`, `${folder}/direct.test.ts`],
    [
      {
        name: 'Takes a file that nobody may look at for a missing one',
        find: "  if (check.kind === 'missing' || verify === 'none') return undefined;\n",
        replace: "  if (check.kind !== 'exists') return undefined;\n",
      },
      {
        name: 'Takes a file that a reader has taken at once for one that never arrived',
        find: "  if (check.kind === 'missing' && !isFinalName) return undefined;\n",
        replace: "  if (check.kind === 'missing') return undefined;\n",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/dispose-object.ts',
    [`${folder}/after-delete.test.ts`],
    [
      {
        name: 'Deletes a newer version of the same bytes',
        find: 'if ((await currentObject(outbox, key))?.versionId === versionId) await deleteCurrent',
        replace: 'await deleteCurrent',
      },
      {
        name: 'Leaves a version undelivered that a deletion has hidden',
        find: 'if (hidden === undefined) return held.recordDisposed();',
        replace: 'if (hidden !== null) return held.recordDisposed();',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/held-delivery.ts',
    [beforeRename],
    [
      {
        name: 'Changes something at the partner after its time is over',
        find: 'if (this.#request.deadline.remainingMs() > 0) return;',
        replace: 'if (this.#request.deadline.remainingMs() > -1) return;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/verify-staged.ts',
    [beforeRename],
    [
      {
        name: 'Does not compare the server’s hash of an upload',
        find: 'if (hash.hex === own.hex(hash.algorithm)) return',
        replace: "if (hash.hex !== '') return",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/stage-object.ts',
    [beforeRename],
    [
      {
        name: 'Does not compare the size of an upload',
        find: 'if (!isInPlace({ offset, sentBytes, sizeBytes, stagedBefore, stagedAfter })) {',
        replace: 'if (stagedAfter === -1) {',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/sweep-staging.ts',
    [pushFile],
    [
      {
        name: 'Deletes files of others beside a delivery',
        find: 'if (isAbandoned && isStagingName(stagingName, baseName(path)))',
        replace: 'if (isAbandoned)',
      },
      {
        name: 'Deletes the staging files that other deliveries write',
        find: 'if (isAbandoned && isStagingName(stagingName, baseName(path)))',
        replace: 'if (isStagingName(stagingName, baseName(path)))',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/companion-files.ts',
    [pushFile, companions],
    [
      {
        name: 'Writes no done file',
        find: "  if (done !== undefined) await writeCompanion(session, { staging, path: done, text: '', ...options });\n",
        replace: '',
      },
      {
        name: 'Does not compare the size of a checksum file',
        find: '  if (staged?.sizeBytes === bytes.length) return;\n',
        replace: '  if (staged !== null) return;\n',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/find-delivered.ts',
    ['test/contract/push/reconcile/reconcile.test.ts'],
    [
      {
        name: 'Reconcile compares ETags instead of versions',
        find: 'if (current?.versionId === record.delivered?.versionId) delivered.add(key);',
        replace: 'if (current?.etag === record.delivered?.etag) delivered.add(key);',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/s3/object-versions.ts',
    [`${folder}/after-delete.test.ts`, pushFile],
    [
      {
        name: 'Reads the current version instead of the one to deliver',
        find: 'const request = { Bucket: bucket.name, Key: key, VersionId: versionId, ...Range };',
        replace: 'const request = { Bucket: bucket.name, Key: key, ...Range };',
      },
      {
        name: 'Deletes an object that was replaced during its delivery',
        find: 'new DeleteObjectCommand({ Bucket: bucket.name, Key: key, IfMatch: etag })',
        replace: 'new DeleteObjectCommand({ Bucket: bucket.name, Key: key })',
      },
      {
        name: 'Removes the other tags of an object',
        find: 'const Tagging = { TagSet: [...others, tag] };',
        replace: 'const Tagging = { TagSet: [tag] };',
      },
    ],
  ),
];
