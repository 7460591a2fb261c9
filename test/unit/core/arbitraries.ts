import fc from 'fast-check';
import { toFingerprint } from '../../../lambdas/core/listing/fingerprint.ts';
import type { RemoteFile } from '../../../lambdas/core/listing/remote-file.ts';
import { parseRemotePath } from '../../../lambdas/core/path/remote-path.ts';
import { file, listed, listedDay, utc } from './fixtures.ts';

/** Parts of names that are hard to handle, and all kinds of letters between them. */
const piece = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    '\0',
    '\r\n',
    '\n',
    ' ',
    '%2e',
    '\u2028',
    '~',
    '#',
    'e\u0301',
    '\u00e9',
    '\uFFFD',
    '\uD800',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.string({ maxLength: 4 }),
);

export const anyName = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));

/** Texts that are often similar to a path. */
export const anyText = fc
  .tuple(fc.constantFrom('/', '', '/in/'), fc.array(anyName, { maxLength: 4 }))
  .map(([start, names]) => `${start}${names.join('/')}`);

/** Valid names as servers and people write them. */
const goodName = fc
  .array(fc.constantFrom('a', 'b', 'é', 'e\u0301', ' ', '.', '%', '~', '#', '\u2028', '😀'), {
    minLength: 1,
    maxLength: 5,
  })
  .map((letters) => `x${letters.join('')}`);

export const goodPath = fc
  .array(goodName, { minLength: 1, maxLength: 3 })
  .map((names) => parseRemotePath(`/in/${names.join('/')}`));

const time = fc.constantFrom(
  undefined,
  utc('2026-11-19T12:00'),
  utc('2026-11-19T12:00:30'),
  utc('2026-11-19T11:00'),
  listed('2026-11-19T12:00'),
  listed('2026-11-19T13:00'),
  listed('2026-11-19T13:07'),
  listedDay('2026-11-19'),
  listedDay('2026-11-20'),
  { ...listed('2026-11-19T12:00'), wallClock: 'no date' },
);

function fileAt(path: string): fc.Arbitrary<RemoteFile> {
  const size = fc.constantFrom(undefined, 0, 100, 101);
  const unique = fc.constantFrom(undefined, 'u1', 'u2');
  return fc.record({ size, at: time, unique }).map((facts) => file(path, facts));
}

export const anyFingerprint = fileAt('/in/a').map(toFingerprint);

/** Files of one directory with unique names. */
export const directoryFiles = fc
  .uniqueArray(goodName, { maxLength: 6 })
  .chain((names) => fc.tuple(...names.map((name) => fileAt(`/in/${name}`))));
