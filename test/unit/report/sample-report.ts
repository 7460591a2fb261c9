import type { FullReport, ReportDetails } from '../../../lambdas/contract/documents/full-report.ts';
import { flowIdSchema, partnerIdSchema, runIdSchema } from '../../../lambdas/contract/ids.ts';

const startedAt = '2026-11-20T02:15:00.000Z';

/** Text of a hostile partner, for file names and replies. */
export const hostileText = `"><script>document.title='owned'</script><img src=x onerror=alert(1)>' onload='1</style></pre>\u202egpj.exe`;

const details: ReportDetails = {
  endedAt: '2026-11-20T02:19:12.000Z',
  planned: { new: 118, changed: 4, 'failed-before': 2 },
  skipped: { unchanged: 9873, excluded: 12, [hostileText]: 1 },
  held: { 'min-age-not-reached': 1, 'done-file-missing': 204 },
  refused: { 'unicode-duplicate': 1 },
  failed: { denied: 1, 'wrong-size': 1 },
  heldFiles: Array.from({ length: 100 }, (_, index) => ({
    path: `/outgoing/invoices/2026/11/settlement-of-the-northern-branch-office-${index}.dat`,
    sizeBytes: 1000 * 2 ** (index % 20),
    reason: 'done-file-missing',
  })),
  refusedFiles: [{ path: '/outgoing/invoices/Bu\u0308ro.csv', reason: 'unicode-duplicate' }],
  failedFiles: [
    {
      path: `/outgoing/invoices/${hostileText}`,
      sizeBytes: 4096,
      error: 'denied',
      message: `RETR ${hostileText} was answered with 550 ${hostileText}. Ask the partner to allow reading it.`,
      at: '2026-11-20T02:16:30.000Z',
      failedBefore: true,
      transcript: [`> RETR ${hostileText}`, `< 550 ${hostileText}`],
    },
    {
      path: `/outgoing/${'a-name-without-a-place-to-break-it-at'.repeat(6)}.csv`,
      error: 'wrong-size',
      message: 'SIZE answered 4,096 bytes, but 1,024 arrived.',
      failedBefore: false,
      transcript: [],
    },
  ],
  notDisposedFiles: [
    { path: '/outgoing/invoices/7.csv', reason: 'DELE was answered with 550 Permission denied.' },
  ],
  unreadDirectories: [
    { path: '/outgoing/invoices/2026', reason: `a line could not be read with certainty: ${hostileText}` },
  ],
  slowestFiles: [
    { path: '/outgoing/invoices/large.dat', sizeBytes: 20_000_000_000, seconds: 190.4 },
    { path: '/outgoing/invoices/small.csv', sizeBytes: 0, seconds: 0 },
  ],
  throughput: {
    secondsPerSpan: 5,
    spans: Array.from({ length: 51 }, (_, index) => ({ files: index % 4, bytes: (index % 7) * 50_000_000 })),
  },
  previous: {
    run: runIdSchema.parse('20261119T021500Z-0a1b2c3d'),
    status: 'succeeded',
    startedAt: '2026-11-19T02:15:00.000Z',
    seconds: 201.5,
    listed: 10_100,
    transferred: 96,
    planned: { new: 96 },
    held: 205,
    refused: 0,
    failed: 0,
    bytes: 9_000_000_000,
  },
};

/** A run with every section that a page can have, and with file names and replies that try to break it. */
export const sampleReport: FullReport = {
  partner: partnerIdSchema.parse('acme'),
  flow: flowIdSchema.parse('invoices'),
  run: runIdSchema.parse('20261120T021500Z-1f3a9c04'),
  mode: 'run',
  status: 'incomplete',
  startedAt,
  seconds: 252,
  listed: 10_216,
  transferred: 122,
  skipped: 9886,
  held: 205,
  refused: 1,
  failed: 2,
  notReached: 0,
  bytes: 20_488_000_000,
  disposed: 121,
  notDisposed: 1,
  incompleteDirectories: 1,
  cause: { error: 'connection-lost', message: `1 worker failed. ${hostileText}` },
  details,
};

/** A first run that found nothing to do. */
export const quietReport: FullReport = {
  ...sampleReport,
  ...{ status: 'succeeded', listed: 0, transferred: 0, skipped: 0, held: 0, refused: 0, failed: 0, bytes: 0 },
  ...{ disposed: 0, notDisposed: 0, incompleteDirectories: 0, cause: undefined },
  details: {
    ...details,
    ...{ planned: {}, skipped: {}, held: {}, refused: {}, failed: {}, heldFiles: [], refusedFiles: [] },
    ...{
      failedFiles: [],
      notDisposedFiles: [],
      unreadDirectories: [],
      slowestFiles: [],
      previous: undefined,
    },
    throughput: { secondsPerSpan: 5, spans: [{ files: 0, bytes: 0 }] },
  },
};
