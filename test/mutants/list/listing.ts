import { type Mutant, mutantsOf } from '../mutant.ts';

const listings = ['test/contract/ftps/listing/listing-faults.test.ts'] as const;
const commands = ['test/contract/ftps/listing/listing-commands.test.ts'] as const;
const facts = ['test/contract/ftps/listing/missing-facts.test.ts'] as const;
const answers = ['test/unit/core/listing/listing-answer.test.ts'] as const;
const emptyTexts = ['test/unit/core/listing/empty-directory-texts.test.ts'] as const;
const directories = ['test/unit/ftps/listing/agreement/directories.test.ts'] as const;
const ages = ['test/unit/core/listing/zone-samples.test.ts'] as const;
const zones = ['test/unit/core/listing/server-zone.test.ts', ...ages] as const;

/** What proves that a listing is whole, and how old a listed file is. */
export const listingMutants: readonly Mutant[] = [
  ...mutantsOf('lambdas/ftps/data/close-notify.ts', listings, [
    {
      name: 'Takes a bare FIN for close_notify',
      find: 'this.#isProven = !this.#hasFinPassed;',
      replace: 'this.#isProven = true;',
    },
  ]),
  ...mutantsOf('lambdas/ftps/listing/collect-listing.ts', listings, [
    {
      name: 'Takes a listing for whole that ends in the middle of a line',
      find: "if (lines.rest !== '') {",
      replace: "if (lines.rest === 'x') {",
    },
    {
      name: 'Does not list again after a bare FIN',
      find: "if (proveListing(first, undefined) === 'whole') return listed;",
      replace: 'return listed;',
    },
    {
      name: 'Takes a listing for whole that the server says it truncated',
      find: "if (isTruncated(reply)) collector.addError({ kind: 'truncated-by-server', reply: reply.shown });",
      replace: '',
    },
  ]),
  ...mutantsOf('lambdas/ftps/listing/collect-listing.ts', commands, [
    {
      name: 'Takes one data connection that was closed before TLS for an empty directory',
      find: 'if (first.received.dataError === undefined || request.wasUnused === true) return first;',
      replace: 'return first;',
    },
  ]),
  ...mutantsOf('lambdas/ftps/listing/fact-asker.ts', facts, [
    {
      name: 'Does not ask for the time of a file that its listing leaves out',
      find: "if (line.kind !== 'file' || !MissingFacts.concern(line.file)) return true;",
      replace: "if (line.kind === 'file' || line.kind !== 'file') return true;",
    },
  ]),
  ...mutantsOf('lambdas/ftps/listing/listing-type.ts', commands, [
    {
      name: 'Reads files with TYPE A after a listing',
      find: 'if (!this.#isAscii || lost) return;',
      replace: 'if (this !== undefined || lost) return;',
    },
  ]),
  ...mutantsOf('lambdas/core/listing/listing-answer.ts', answers, [
    {
      name: 'Takes a cut before the first line of LIST -a for a server without -a',
      find: "if (answer.isCut || answer.entries > 0 || command === 'LIST') return 'take';",
      replace: "if (answer.entries > 0 || command === 'LIST') return 'take';",
    },
    {
      name: 'Believes MLSD that shows nothing and was never seen to work',
      find: "(command === 'MLSD' && isKnownToWork)",
      replace: "command === 'MLSD'",
    },
  ]),
  ...mutantsOf('lambdas/core/listing/empty-directory-texts.ts', emptyTexts, [
    {
      name: 'Takes a directory that may not be read for an empty one',
      find: '!refusing.test(line) && emptyDirectoryTexts',
      replace: 'emptyDirectoryTexts',
    },
  ]),
  ...mutantsOf('lambdas/ftps/listing/agreement/agreement.ts', directories, [
    {
      name: 'Takes the padding of a year for the beginning of a name',
      find: "if (counts.single === 0) return { kind: 'entry', entry: without(1) };",
      replace: "if (counts.single === 0) return { kind: 'entry', entry };",
    },
    {
      name: 'Takes a blank that belongs to a name for padding, beside lines with one',
      find: 'if (blanks.count === 1 || counts.single > 0)',
      replace: 'if (blanks.count === 1)',
    },
    {
      name: 'Takes the month for the first number of each date',
      find: 'return shown.length === 1 ? shown[0] : undefined;',
      replace: "return 'mdy';",
    },
    {
      name: 'Takes names of paths in several directories',
      find: 'return this.#parents.size > 1 || isBelow ? entry',
      replace: 'return isBelow ? entry',
    },
  ]),
  ...mutantsOf('lambdas/ftps/listing/agreement/listing-reader.ts', directories, [
    {
      name: 'Takes the entries of subdirectories for those of the directory',
      find: 'if (line.length > maxLineBytes || this.#isElsewhere) {',
      replace: 'if (line.length > maxLineBytes) {',
    },
    {
      name: 'Holds undecided lines without a bound',
      find: 'if (this.#held.length >= maxHeldLines) this.#settle();',
      replace: '',
    },
  ]),
  ...mutantsOf(
    'lambdas/ftps/listing/agreement/answers.ts',
    ['test/contract/ftps/listing/undecided-lines.test.ts'],
    [
      {
        name: 'Takes a name with a blank that a server cuts off',
        find: 'if (first.sizeBytes === second.sizeBytes) return without;',
        replace: 'if (first.sizeBytes === second.sizeBytes) return asItStands;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/listing/listing-proof.ts',
    ['test/unit/core/listing/listing-proof.test.ts'],
    [
      {
        name: 'Takes two listings of as many names for the same',
        find: 'if (first.digest === second.digest && first.entries === second.entries)',
        replace: 'if (first.entries === second.entries)',
      },
    ],
  ),
  ...mutantsOf('lambdas/core/listing/server-zone.ts', zones, [
    {
      name: 'Reads MLSD in the zone of LIST, at a server that is right',
      find: "zone.kind === 'iana' && zone.of === 'all'",
      replace: "zone.kind === 'iana'",
    },
    {
      name: 'Takes the offset of other files for that of a file in another season',
      find: 'Math.min(...zone.offsets) - maxSeasonMinutes;',
      replace: 'Math.min(...zone.offsets);',
    },
    {
      name: 'Takes the easternmost of the measured offsets, which makes files older',
      find: 'Math.min(...zone.offsets) - maxSeasonMinutes;',
      replace: 'Math.max(...zone.offsets) - maxSeasonMinutes;',
    },
    {
      name: 'Takes a server without a measured zone to be in UTC',
      find: 'Number.isFinite(westernmost) ? westernmost : westernmostMinutes;',
      replace: 'Number.isFinite(westernmost) ? westernmost : 0;',
    },
  ]),
  ...mutantsOf('lambdas/core/listing/zone-samples.ts', ages, [
    {
      name: 'Measures the zone with the oldest files',
      find: 'return left < right ? 1 : -1;',
      replace: 'return left < right ? -1 : 1;',
    },
    {
      name: 'Lets a file of the far future take the place of a sample',
      find: 'if (modified.wallClock < this.#earliest || modified.wallClock > this.#latest) return;',
      replace: 'if (modified.wallClock < this.#earliest) return;',
    },
  ]),
  ...mutantsOf(
    'lambdas/ftps/listing/measure-zone.ts',
    ['test/contract/ftps/listing/measure-zone.test.ts'],
    [
      {
        name: 'Does not ask young files for their own MDTM',
        find: 'samples.slice(firstSamples).filter((sample) => isAgeUncertain(sample, zone, options));',
        replace:
          'samples.slice(firstSamples).filter((sample) => isAgeUncertain(sample, zone, options) && false);',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/plan/check-settled.ts',
    ['test/unit/core/plan/check-settled.test.ts'],
    [
      {
        name: 'Does not wait until a file has its minimum age',
        find: "if (!isInFuture(file, zone, now)) return 'min-age-not-reached';",
        replace: 'if (!isInFuture(file, zone, now)) return undefined;',
      },
      {
        name: 'Takes a file of unknown age in its first run',
        find: "return ageMs(firstSeenAt) >= minAgeMs ? undefined : 'modified-time-unknown';",
        replace: 'return undefined;',
      },
      {
        name: 'Keeps the time of the first sight of another version',
        find: 'if (before === undefined || !sameVersion(before.fingerprint, now)) {',
        replace: 'if (before === undefined) {',
      },
    ],
  ),
];
