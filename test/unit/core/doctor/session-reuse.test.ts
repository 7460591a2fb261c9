import { expect, test } from 'vitest';
import type { Level } from '../../../../lambdas/core/doctor/finding.ts';
import {
  evaluateSessionReuse,
  type ListingTry,
  sessionReuseTrait,
} from '../../../../lambdas/core/doctor/transfers.ts';

const resumes: ListingTry = { resumed: true, answer: 'accepted' };
const accepted: ListingTry = { resumed: false, answer: 'accepted' };

function refusedWith(refused: string, resumed?: boolean): ListingTry {
  return { resumed, answer: { refused } };
}

const empty = refusedWith('550 No files found');
const busy = refusedWith('450 Busy, try later');
const wrongType = refusedWith('501 LIST command invalid with TYPE binary');
const unsaid = refusedWith('425 Unable to build data connection: Operation not permitted', false);
const vsftpd = refusedWith('522 SSL connection failed: session reuse required', false);
const filezilla = refusedWith('425 TLS session of data connection not resumed.', false);

test.each<[string, readonly ListingTry[], readonly ListingTry[], string | undefined, Level]>([
  ['it is not required and works', [resumes], [accepted], 'not required, works', 'ok'],
  ['it is not required and does not work', [accepted], [accepted], 'not required, does not work', 'warning'],
  ['only a new session is refused, twice', [resumes, resumes], [unsaid, unsaid], 'required, works', 'ok'],
  ['vsftpd says so', [resumes, resumes], [vsftpd, vsftpd], 'required, works', 'ok'],
  ['it is required and does not work', [vsftpd], [vsftpd], 'required, does not work', 'error'],
  ['FileZilla requires what does not work', [filezilla], [filezilla], 'required, does not work', 'error'],
  ['an empty directory is refused', [empty], [empty], undefined, 'warning'],
  ['LIST is refused in TYPE I', [wrongType], [wrongType], undefined, 'warning'],
  ['the server is busy', [busy], [busy], undefined, 'warning'],
  ['the server gets busy between', [resumes, busy], [busy, busy], undefined, 'warning'],
  ['the server is busy once', [resumes, resumes], [busy, accepted], 'not required, works', 'ok'],
  ['a new session was refused only once', [resumes], [busy], undefined, 'warning'],
  ['a new session is accepted after the server was busy', [busy], [accepted], undefined, 'warning'],
  ['ProFTPD requires what does not work', [unsaid], [unsaid], undefined, 'warning'],
])('Session reuse, where %s', (_, offered, withNewSession, trait, level) => {
  const facts = { command: 'MLSD', directory: '/out', offered, withNewSession };

  const { level: found } = evaluateSessionReuse(facts);

  expect(sessionReuseTrait(facts)).toBe(trait);
  expect(found).toBe(level);
});

test('Shows both replies where nothing can be concluded, and suggests no change to TLS', () => {
  const facts = { command: 'MLSD', directory: '/out', offered: [empty], withNewSession: [busy] };

  const { found, means, advice } = evaluateSessionReuse(facts);

  expect(found).toMatch(/^not known; MLSD of \/out .*: 550 No files found; .*: 450 Busy, try later$/);
  expect(`${means} ${advice}`).not.toMatch(/require_ssl_reuse|mend|Every listing/);
});
