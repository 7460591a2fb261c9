import { expect, it } from 'vitest';
import { hiddenVersion, type KeyVersions } from '../../../../lambdas/core/delivery/hidden-version.ts';

const version = (versionId: string, etag = '"e"') => ({
  versionId,
  etag,
  modifiedAt: undefined,
  sizeBytes: 5,
});
const [v1, v2, v3] = [version('v1'), version('v2'), version('v3')];

it.each<[string, KeyVersions, string | undefined]>([
  ['the deleted version is the delivered one', { versions: [v1], state: 'deleted' }, undefined],
  ['a version of the same bytes came before the deletion', { versions: [v2, v1], state: 'deleted' }, 'v2'],
  ['two came before it', { versions: [v3, v2, v1], state: 'deleted' }, 'v3'],
  ['a version came after it', { versions: [v2, v1], state: 'current' }, undefined],
  [
    'an operator has deleted a version of other bytes',
    { versions: [version('v2', '"f"'), v1], state: 'deleted' },
    undefined,
  ],
  ['the delivered version is no longer there', { versions: [v2], state: 'deleted' }, undefined],
  ['nothing is there', { versions: [], state: 'deleted' }, undefined],
])('if %s, the deletion of v1 hides: %s', (_, versions, expected) => {
  expect(hiddenVersion(versions, v1)?.versionId).toBe(expected);
});
