import { type Mutant, mutantsOf } from '../mutant.ts';

/** What keeps one file apart from all others, at the partner, in the bucket and in the ledger. */
export const pathMutants: readonly Mutant[] = [
  ...mutantsOf(
    'lambdas/core/path/remote-path.ts',
    ['test/unit/core/path/remote-path.test.ts'],
    [
      {
        name: 'Takes a name that leads out of its directory',
        find: "  if (name === '.' || name === '..') return 'dot-component';\n",
        replace: '',
      },
      {
        name: 'Takes a listed name with a slash',
        find: "  if (name.includes('/')) return 'slash-in-name';\n",
        replace: '',
      },
      {
        name: 'Takes a listed name with a line break',
        find: "return hasControlCharacter(name) ? 'control-character' : undefined;",
        replace: 'return undefined;',
      },
      {
        name: 'Takes a name that could not be decoded',
        find: "if (name.includes('\\uFFFD') || !name.isWellFormed()) return 'invalid-encoding';",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/path/relative-path.ts',
    ['test/unit/core/path/relative-path.test.ts'],
    [
      {
        name: 'Takes a directory whose name only begins like the flow’s as a part of the flow',
        find: "return directory === '/' ? '/' :",
        replace: "return directory !== '' ? directory :",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/path/object-key.ts',
    ['test/unit/core/path/object-key.test.ts'],
    [
      {
        name: 'Counts the characters of a key instead of its bytes',
        find: 'Buffer.byteLength(key) <= maxKeyBytes',
        replace: 'key.length <= maxKeyBytes',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/path/archive-path.ts',
    ['test/unit/core/path/archive-path.test.ts'],
    [
      {
        name: 'Moves files of one name in two directories to one path',
        find: 'const below = pathBelow(source.remote, source.path);',
        replace: 'const below = baseName(source.path);',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/path/selection.ts',
    ['test/unit/core/path/selection.test.ts'],
    [
      {
        name: 'Transfers a file that the flow excludes',
        find: "    if (excluded(relativePath)) return 'excluded';\n",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/path/path-order.ts',
    ['test/unit/core/path/path-order.test.ts'],
    [
      {
        name: 'Sorts names by UTF-16 units, unlike DynamoDB',
        find: 'return rank(left) - rank(right);',
        replace: 'return left - right;',
      },
      {
        name: 'Gives a name that looks like a hash the record of another file',
        find: " && !text.startsWith('~')",
        replace: '',
      },
    ],
  ),
];
