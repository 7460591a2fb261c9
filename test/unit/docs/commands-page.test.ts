import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentNames } from '../../../cli/documents/command-documents.ts';
import type { DeliveryPathError } from '../../../lambdas/core/delivery/delivery-path.ts';
import type { DeliveryVerification } from '../../../lambdas/core/delivery/delivery-record.ts';
import type { HoldReason } from '../../../lambdas/core/plan/check-settled.ts';
import type { Verification } from '../../../lambdas/core/plan/outcome.ts';
import type { RefuseReason, SkipReason, TransferReason } from '../../../lambdas/core/plan/plan.ts';
import { projectRoot } from '../../infra/stage.ts';

type Word = TransferReason | SkipReason | HoldReason | RefuseReason | DeliveryPathError;

/** A word that is added to one of the types does not compile until it is here; then it needs a row. */
const words: Readonly<Record<Word | Verification | DeliveryVerification, true>> = {
  new: true,
  changed: true,
  'failed-before': true,
  'key-changed': true,
  replay: true,
  'times-shifted': true,
  unchanged: true,
  excluded: true,
  'not-included': true,
  'done-file': true,
  'change-ignored': true,
  'already-recorded': true,
  adopted: true,
  'no-object': true,
  'size-differs': true,
  'newer-at-partner': true,
  'size-unknown': true,
  link: true,
  special: true,
  'done-file-missing': true,
  'done-file-outdated': true,
  'done-file-used': true,
  'done-file-time-unknown': true,
  'min-age-not-reached': true,
  'modified-time-unknown': true,
  'modified-time-in-future': true,
  'unchanged-listings-not-reached': true,
  empty: true,
  relative: true,
  'dot-component': true,
  'slash-in-name': true,
  'control-character': true,
  'invalid-encoding': true,
  'key-too-long': true,
  'file-too-large': true,
  'unicode-duplicate': true,
  'not-recordable': true,
  'object-refused': true,
  'outside-prefix': true,
  'reserved-name': true,
  'name-too-long': true,
  'size+mtime': true,
  'size+hash': true,
  size: true,
  crc32: true,
  inferred: true,
  listing: true,
  none: true,
};
/** Words of the CLI itself (cli/deliveries/run-push.ts). */
const pushWords = ['not-selected', 'too-small', 'delivered', 'queued'];

const page = readFileSync(join(projectRoot, 'docs/commands.md'), 'utf8');

test.each([...Object.keys(words), ...pushWords])('The table of reasons explains %s', (word) => {
  const rows = page
    .split('\n')
    .filter((line) => /^\| (transfer|dispose|skipped|held|refused|transferred) \|/.test(line));

  expect(rows.some((row) => row.includes(`\`${word}\``))).toBe(true);
});

test('The page links the schema of each command', () => {
  for (const name of documentNames) expect(page).toContain(`(json/${name.replace(' ', '-')}.schema.json)`);
});
