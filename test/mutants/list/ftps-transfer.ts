import { type Mutant, mutantsOf } from '../mutant.ts';

const downloads = [
  'test/contract/ftps/transfer/download-faults.test.ts',
  'test/contract/ftps/transfer/downloads.test.ts',
] as const;
const unusedData = 'test/contract/ftps/listing/listing-commands.test.ts';
const ranges = [
  'test/contract/ftps/transfer/rest-faults.test.ts',
  'test/contract/ftps/transfer/ranges.test.ts',
] as const;
const uploads = [
  'test/contract/ftps/transfer/upload-faults.test.ts',
  'test/contract/ftps/transfer/uploads.test.ts',
  'test/contract/ftps/transfer/resume-upload.test.ts',
] as const;

/** What proves that a file was transferred whole. */
export const ftpsTransferMutants: readonly Mutant[] = [
  ...mutantsOf('lambdas/ftps/transfer/download.ts', downloads, [
    {
      name: 'Takes more bytes than SIZE reported',
      find: 'if (counter.bytes > sizeBytes)',
      replace: 'if (counter.bytes < 0)',
    },
    {
      name: 'Takes fewer bytes than SIZE reported as the whole file',
      find: 'if (counter.bytes !== sizeBytes) {',
      replace: 'if (counter.bytes < 0) {',
    },
    {
      name: 'Takes a broken data connection as the end of the file',
      find: '  if (dataError !== undefined) throw dataError;\n',
      replace: '',
    },
    {
      name: 'Takes a refusal of RETR as its end',
      find: '  if (!isPositive(reply)) throw readError(path, reply, before);\n',
      replace: '',
    },
    {
      name: 'Does not ask again for SIZE and MDTM after a download',
      find: '  expectSame(path, read, after);\n',
      replace: '',
    },
    {
      name: 'Discards what came of a file that is gone afterwards',
      find: "  if (isGone(read, after)) return 'taken-away';\n",
      replace: '',
    },
    {
      name: 'Does not compare MDTM before and after a download',
      find: '...(before.modified?.raw === after.modified?.raw',
      replace: '...(after.modified?.raw === after.modified?.raw',
    },
    {
      name: 'Does not compare SIZE before and after a download',
      find: '...(!isSizeTold || before.sizeBytes === sizeBytes',
      replace: '...(after.sizeBytes === after.sizeBytes',
    },
    {
      name: 'Downloads a file that is no longer the listed one',
      find: 'if (file.sizeBytes !== undefined && sizeBytes !== file.sizeBytes) {',
      replace: 'if (file.sizeBytes === -1) {',
    },
  ]),
  ...mutantsOf('lambdas/ftps/transfer/download-range.ts', ranges, [
    {
      name: 'Takes a range that goes beyond the end of the file',
      find: 'if (bytes > wantedBytes)',
      replace: 'if (bytes < 0)',
    },
    {
      name: 'Takes a range that ended early',
      find: "if (bytes === wantedBytes) return 'to-the-end';",
      replace: "if (bytes <= wantedBytes) return 'to-the-end';",
    },
    {
      name: 'Takes a refused REST as accepted',
      find: '  if (reply.code === 350) return;\n  throw restError',
      replace: '  if (reply.code > 0) return;\n  throw restError',
    },
    {
      name: 'Takes a broken data connection as the end of a range',
      find: '  if (dataError !== undefined) throw dataError;\n',
      replace: '',
    },
    {
      name: 'Takes a refusal of RETR as the end of a range',
      find: "  if (!isPositive(reply)) throw refusal('reading', path, reply);\n",
      replace: '',
    },
  ]),
  ...mutantsOf('lambdas/ftps/transfer/upload.ts', uploads, [
    {
      name: 'Takes a refused upload as stored',
      find: '    if (!isPositive(reply)) throw await writeError(session, path, reply);\n',
      replace: '',
    },
    {
      name: 'Takes a broken data connection as the end of an upload',
      find: '    if (dataError !== undefined) throw dataError;\n',
      replace: '',
    },
    {
      name: 'Takes a 226 before the last byte as success',
      find: '    if (!complete) throw earlyReplyError(path, reply, counter.bytes);\n',
      replace: '',
    },
    {
      name: 'Sends more bytes than the object has',
      find: 'if (counter.bytes > expectedBytes)',
      replace: 'if (counter.bytes < 0)',
    },
    {
      name: 'Ends an upload properly although its source ended early',
      find: 'if (counter.bytes < expectedBytes) {',
      replace: 'if (counter.bytes < 0) {',
    },
    {
      name: 'Writes from the first byte although the server refused REST',
      find: '    if (isAccepted) return;\n',
      replace: '    return;\n',
    },
  ]),
  ...mutantsOf(
    'lambdas/ftps/data/receive.ts',
    [...downloads, unusedData],
    [
      {
        name: 'Takes the end of a data connection before its TLS handshake as its proper end',
        find: 'this.isHandshaken ? this.endData(undefined) : this.failData(earlyCloseError())',
        replace: 'this.endData(undefined)',
      },
      {
        name: 'Takes the final reply before the data has ended',
        find: 'if (isPositive(reply) && (this.end === undefined || this.#isConsuming)) return undefined;',
        replace: 'if (isPositive(reply) && this.#isConsuming) return undefined;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ftps/transfer/server-hash.ts',
    ['test/contract/ftps/transfer/server-hash.test.ts'],
    [
      {
        name: 'Takes the hash of a range for that of the file',
        find: '/^213 (\\S+) 0-\\d+ ([0-9a-f]+)',
        replace: '/^213 (\\S+) \\d+-\\d+ ([0-9a-f]+)',
      },
      {
        name: 'Asks for the hash of a name that the server reads as a range',
        find: '  if (/\\s/.test(path)) return undefined;\n',
        replace: '',
      },
      {
        name: 'Takes the hash of another algorithm',
        find: '  if (found?.[1]?.toUpperCase() !== algorithms[algorithm].name) return undefined;\n',
        replace: '  if (found === null) return undefined;\n',
      },
    ],
  ),
];
