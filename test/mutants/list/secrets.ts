import { type Mutant, mutantsOf } from '../mutant.ts';

/** Where a secret may end, and how long an old one is used. */
export const secretMutants: readonly Mutant[] = [
  ...mutantsOf(
    'lambdas/ftps/control/transcript.ts',
    ['test/unit/ftps/control/transcript.test.ts'],
    [
      {
        name: 'Puts what ACCT and SITE were given into reports',
        find: '(?:PASS|ACCT|SITE)',
        replace: '(?:PASS)',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/partners/secret-cache.ts',
    ['test/unit/partners/secret-cache.test.ts'],
    [
      {
        name: 'Logs in with a secret that was deleted',
        find: '    this.#cached.delete(secretName);\n',
        replace: '',
      },
      {
        name: 'Logs in with the old password for as long as the partner takes it',
        find: ' && this.#now() < cached.atMs + maxAgeMs)',
        replace: ')',
      },
    ],
  ),
];
