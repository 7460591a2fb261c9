import { runIdSchema } from '../../../../lambdas/contract/ids.ts';
import type { DeliveredVersion } from '../../../../lambdas/core/delivery/delivery-record.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import type { ReplayMark } from '../../../../lambdas/core/plan/replay-mark.ts';
import { readArrivals, recordArrival } from '../../../../lambdas/ledger/alerts/arrivals.ts';
import * as alerts from '../../../../lambdas/ledger/alerts/open-alerts.ts';
import { recordAuditEntry } from '../../../../lambdas/ledger/audit-log.ts';
import * as budget from '../../../../lambdas/ledger/connection/connection-budget.ts';
import * as slots from '../../../../lambdas/ledger/connection/connection-slots.ts';
import * as capabilities from '../../../../lambdas/ledger/connection/server-capabilities.ts';
import { recordRate } from '../../../../lambdas/ledger/connection/transfer-rate.ts';
import * as uploads from '../../../../lambdas/ledger/entries/big-uploads.ts';
import * as deliveries from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import * as deliveryLeases from '../../../../lambdas/ledger/entries/delivery-leases.ts';
import * as files from '../../../../lambdas/ledger/entries/file-entries.ts';
import { forgetEntry, markReplay } from '../../../../lambdas/ledger/entries/replay-marks.ts';
import type { FlowName } from '../../../../lambdas/ledger/keys.ts';
import { recordPause, removePause } from '../../../../lambdas/ledger/pauses.ts';
import { recordRunEnded } from '../../../../lambdas/ledger/runs/flow-state.ts';
import * as leases from '../../../../lambdas/ledger/runs/lease.ts';
import * as runs from '../../../../lambdas/ledger/runs/run-record.ts';
import type { Table } from '../../../../lambdas/ledger/table.ts';
import { runOf } from '../test-table.ts';
import { circuitCases } from './circuit-cases.ts';
import { now, type WriteCase } from './write-case.ts';

const relativePath = parseRelativePath('in/a.csv');
const entryOf = (flowName: FlowName) => ({ flowName, relativePath, fence: 2 });
const fingerprint = { sizeBytes: 100, modified: undefined, unique: 'u1' };
const transferred = {
  fingerprint,
  key: 'acme/a.csv' as never,
  sizeBytes: 100,
  sha256: undefined,
  crc32: 'qlWqVQ==',
  verifiedModified: undefined,
  isTimeFinal: false,
  doneFile: undefined,
  etag: '"etag"',
  versionId: 'v1',
  isReplaced: false,
  runId: 'run-1',
  transferredAt: now,
};
const recordFile = (table: Table, flow: FlowName) =>
  files.recordTransferredVersion(table, entryOf(flow), transferred);
const upload = {
  uploadId: 'upload-1',
  key: 'acme/a.csv',
  partBytes: 8,
  sizeBytes: 100,
  modifiedRaw: undefined,
  unique: undefined,
  now,
};
const delivered: DeliveredVersion = {
  versionId: 'v1',
  etag: '"etag"',
  sizeBytes: 100,
  sha256: undefined,
  path: '/out/a.csv',
  verification: 'size',
  doubt: undefined,
  modifiedAt: undefined,
  deliveredAt: now,
};
const mark: ReplayMark = { who: 'ann', reason: 'lost', at: now };
const lease = (flowName: FlowName) => ({ flowName, owner: 'execution-1', fence: 1 });
const takeLease = (table: Table, flowName: FlowName) =>
  leases.takeLease(table, { flowName, owner: 'execution-1', now, deadOwner: undefined });
const slotOf = ({ partner }: FlowName, name = 'worker-1') => ({ partner, number: 0, holder: name });
const takeSlot = (table: Table, flow: FlowName) => slots.takeSlot(table, slotOf(flow), now);
const progress = { step: 'transfer-batch', files: 0, filesTotal: 10, bytes: 0, bytesTotal: 100 };
const addition = (writer: string) => ({ writer, number: 1, files: 1, bytes: 10 });
const startProgress = async (table: Table, flow: FlowName) => {
  await runs.recordRunStarted(table, runOf(flow, 1));
  await runs.recordProgress(table, runOf(flow, 1), progress);
};
const reportOf = (flow: FlowName) => ({
  ...{ partner: flow.partner, flow: flow.flow, run: runIdSchema.parse(runOf(flow, 1).runId) },
  ...{ mode: 'run' as const, status: 'failed' as const, startedAt: now.toISOString(), seconds: 1 },
  ...{ listed: 0, transferred: 0, skipped: 0, held: 0, refused: 0, failed: 0, notReached: 0, bytes: 0 },
  ...{ disposed: 0, notDisposed: 0, incompleteDirectories: 0 },
});
const alert = {
  id: 'run',
  subject: 'run 1',
  error: 'run-failed',
  message: 'no',
  need: 'person',
  at: now,
} as const;
const arrivalOf = (etag: string) => ({
  key: 'daily',
  date: '2026-11-20',
  path: 'in/a.csv',
  version: { etag, sizeBytes: 1, at: now },
  content: etag,
});
const emptyArrivalOf = (etag: string) => ({ ...arrivalOf(etag), content: undefined });

const connectionCases: readonly WriteCase[] = [
  {
    name: 'takeSlot',
    write: takeSlot,
    meanwhile: (table, flow) => slots.takeSlot(table, slotOf(flow, 'worker-2'), now),
  },
  { name: 'renewSlot', before: takeSlot, write: (table, flow) => slots.renewSlot(table, slotOf(flow), now) },
  {
    name: 'releaseSlot',
    before: takeSlot,
    write: (table, flow) => slots.releaseSlot(table, slotOf(flow), 7),
  },
  {
    name: 'recordLoweredLimit',
    write: (table, { partner }) =>
      budget.recordLoweredLimit(table, partner, { to: 1, refusedAtMs: 7, refusals: 1 }),
  },
  { name: 'requestSlot', write: (table, { partner }) => budget.requestSlot(table, partner, 7) },
  {
    name: 'recordCapabilities',
    write: (table, { partner }) =>
      capabilities.recordCapabilities(table, partner, { server: 'a:21', restUpTo: 7, at: now }),
  },
  { name: 'dropCapabilities', write: (table, { partner }) => capabilities.dropCapabilities(table, partner) },
  {
    name: 'recordKnownServer',
    write: (table, { partner }) =>
      capabilities.recordKnownServer(table, partner, {
        ...{ server: 'a:21', seenAt: now, traits: {}, expiresAt: undefined },
      }),
  },
  {
    name: 'claimExpiryNotice',
    write: (table, { partner }) => capabilities.claimExpiryNotice(table, partner, { now, everyMs: 1000 }),
    meanwhile: (table, { partner }) => capabilities.claimExpiryNotice(table, partner, { now, everyMs: 1000 }),
  },
  {
    name: 'releaseExpiryNotice',
    before: async (table, { partner }) =>
      void (await capabilities.claimExpiryNotice(table, partner, { now, everyMs: 1000 })),
    write: (table, { partner }) => capabilities.releaseExpiryNotice(table, partner, now),
  },
  {
    name: 'recordRate',
    write: (table, { partner }) => recordRate(table, partner, { files: 9, bytes: 1_000_000, seconds: 60 }),
  },
];

const entryCases: readonly WriteCase[] = [
  { name: 'recordTransferredVersion', write: recordFile },
  {
    name: 'recordListedLook',
    before: recordFile,
    write: (table, flow) =>
      files.recordListedLook(table, entryOf(flow), { look: fingerprint, doneFile: undefined }),
  },
  {
    name: 'recordReplaced',
    before: recordFile,
    write: (table, flow) => files.recordReplaced(table, entryOf(flow)),
  },
  {
    name: 'recordObservation',
    write: (table, flow) => {
      const observation = { fingerprint, firstSeenAt: now, runs: 2, lastRunId: 'run-1' };
      return files.recordObservation(table, entryOf(flow), observation);
    },
  },
  {
    name: 'recordFileError',
    write: (table, flow) => {
      const lastError = { fingerprint, error: 'timeout', message: 'no', attempts: 1, failedAt: now };
      return files.recordFileError(table, entryOf(flow), lastError);
    },
  },
  { name: 'markReplay', before: recordFile, write: (table, flow) => markReplay(table, entryOf(flow), mark) },
  { name: 'forgetEntry', before: recordFile, write: (table, flow) => forgetEntry(table, entryOf(flow)) },
  { name: 'recordBigUpload', write: (table, flow) => uploads.recordBigUpload(table, entryOf(flow), upload) },
  {
    name: 'forgetBigUpload',
    before: (table, flow) => uploads.recordBigUpload(table, entryOf(flow), upload),
    write: (table, flow) => uploads.forgetBigUpload(table, entryOf(flow)),
  },
];

const leasedOf = (flowName: FlowName) => ({ flowName, relativePath, attempt: 't1' });
const deliveryLease = { attempt: 't1', message: 'm1', now, until: new Date(now.getTime() + 900_000) };
const stagedAs = (path: string) => ({ staging: { path, versionId: 'v1' } });
const takeDelivery = (table: Table, flow: FlowName) =>
  deliveryLeases.takeDelivery(table, entryOf(flow), { ...deliveryLease, ...stagedAs('/out/.a.1.part') });
/** By a redelivery of the message, which is not told whether the try before it has ended. */
const takeNextDelivery = (table: Table, flow: FlowName) =>
  deliveryLeases.takeDelivery(table, entryOf(flow), {
    ...{ ...deliveryLease, attempt: 't2' },
    ...stagedAs('/out/.a.2.part'),
  });

const deliveryCases: readonly WriteCase[] = [
  {
    name: 'claimEvent',
    write: (table, flow) =>
      deliveries.claimEvent(table, entryOf(flow), { sequencer: '0055AED6DC', versionId: 'v1' }),
    meanwhile: (table, flow) =>
      deliveries.claimEvent(table, entryOf(flow), { sequencer: '0055AED600', versionId: 'v0' }),
  },
  {
    name: 'takeDelivery',
    write: takeDelivery,
  },
  {
    name: 'recordRenaming',
    before: takeDelivery,
    write: (table, flow) =>
      deliveries.recordRenaming(table, leasedOf(flow), {
        ...{ versionId: 'v1', at: now, staging: '/out/.a.part', before: undefined, staged: undefined },
      }),
  },
  {
    name: 'recordUpload',
    before: takeDelivery,
    write: (table, flow) =>
      deliveries.recordUpload(table, leasedOf(flow), {
        ...{ versionId: 'v1', staging: '/out/.a.part', reachedBytes: 7, stalledInvocations: 0 },
        ...{ closedBytes: undefined, restart: undefined, append: undefined },
      }),
  },
  {
    name: 'recordDelivered',
    before: takeDelivery,
    write: (table, flow) => deliveries.recordDelivered(table, leasedOf(flow), delivered),
    meanwhile: takeNextDelivery,
  },
  {
    name: 'recordNotRenamed',
    before: takeDelivery,
    write: (table, flow) => deliveries.recordNotRenamed(table, leasedOf(flow)),
  },
  {
    name: 'recordDisposing',
    before: takeDelivery,
    write: (table, flow) =>
      deliveries.recordDisposing(table, leasedOf(flow), { versionId: 'v1', etag: '"etag"' }),
  },
  {
    name: 'recordDisposed',
    before: takeDelivery,
    write: (table, flow) => deliveries.recordDisposed(table, leasedOf(flow)),
    meanwhile: takeNextDelivery,
  },
  {
    name: 'recordNothingToDeliver',
    before: takeDelivery,
    write: (table, flow) => deliveries.recordNothingToDeliver(table, leasedOf(flow)),
    meanwhile: takeNextDelivery,
  },
  {
    name: 'releaseDelivery',
    before: takeDelivery,
    write: (table, flow) => deliveries.releaseDelivery(table, leasedOf(flow), []),
    meanwhile: takeNextDelivery,
  },
  {
    name: 'recordTooSmall',
    before: takeDelivery,
    meanwhile: takeNextDelivery,
    write: (table, flow) =>
      deliveries.recordTooSmall(table, leasedOf(flow), {
        ...{ versionId: 'v1', sizeBytes: 0, at: now },
      }),
  },
  {
    name: 'recordDeliveryError',
    before: takeDelivery,
    meanwhile: takeNextDelivery,
    write: (table, flow) =>
      deliveries.recordDeliveryError(table, leasedOf(flow), {
        ...{ versionId: 'v1', error: 'timeout', message: 'no', tries: 1, failedAt: now },
      }),
  },
];

const runCases: readonly WriteCase[] = [
  {
    name: 'takeLease',
    write: takeLease,
    meanwhile: (table, flow) =>
      leases.takeLease(table, { flowName: flow, owner: 'execution-2', now, deadOwner: undefined }),
  },
  {
    name: 'renewLease',
    before: takeLease,
    write: (table, flow) => leases.renewLease(table, lease(flow), now),
  },
  {
    name: 'releaseLease',
    before: takeLease,
    write: (table, flow) => leases.releaseLease(table, lease(flow)),
  },
  {
    name: 'recordFilesRemaining',
    before: takeLease,
    write: (table, flow) => leases.recordFilesRemaining(table, lease(flow), 7),
  },
  {
    name: 'recordRunEnded',
    write: (table, flow) => recordRunEnded(table, flow, { startedAt: now, end: 'good' }),
  },
  { name: 'recordRunStarted', write: (table, flow) => runs.recordRunStarted(table, runOf(flow, 1)) },
  { name: 'recordProgress', write: startProgress },
  {
    name: 'addProgress',
    before: startProgress,
    write: (table, flow) => runs.addProgress(table, runOf(flow, 1), addition('one')),
    meanwhile: (table, flow) => runs.addProgress(table, runOf(flow, 1), addition('two')),
  },
  {
    name: 'endAdditions',
    before: async (table, flow) => {
      await startProgress(table, flow);
      await runs.addProgress(table, runOf(flow, 1), addition('one'));
    },
    write: (table, flow) => runs.endAdditions(table, runOf(flow, 1), 'one'),
  },
  {
    name: 'recordRunFinished',
    before: startProgress,
    write: (table, flow) => runs.recordRunFinished(table, runOf(flow, 1), reportOf(flow)),
  },
  {
    name: 'recordRunStopped',
    before: startProgress,
    write: (table, flow) => runs.recordRunStopped(table, reportOf(flow)),
    meanwhile: (table, flow) => runs.recordRunStopped(table, reportOf(flow)),
  },
];

const operationCases: readonly WriteCase[] = [
  { name: 'openAlert', write: (table, flow) => alerts.openAlert(table, flow, alert) },
  {
    name: 'closeAlert',
    before: (table, flow) => alerts.openAlert(table, flow, alert),
    write: (table, flow) => alerts.closeAlert(table, flow, 'run'),
  },
  {
    name: 'startMonitoring',
    write: (table, flow) => alerts.startMonitoring(table, flow, 'daily', now),
    meanwhile: (table, flow) => alerts.startMonitoring(table, flow, 'daily', new Date(0)),
  },
  {
    name: 'moveMonitoringStart',
    write: (table, flow) => alerts.moveMonitoringStart(table, flow, 'daily', now),
  },
  {
    name: 'recordArrival',
    write: async (table, flow) => {
      await recordArrival(table, flow, arrivalOf('v1'));
      return [...(await readArrivals(table, flow, { key: 'daily', date: '2026-11-20' }))];
    },
  },
  {
    name: 'recordArrival',
    situation: 'of a version that has been replaced meanwhile',
    write: (table, flow) => recordArrival(table, flow, emptyArrivalOf('v1')),
    meanwhile: (table, flow) => recordArrival(table, flow, emptyArrivalOf('v2')),
  },
  {
    name: 'recordPause',
    write: (table, flow) =>
      recordPause(table, flow.partner, { flow: flow.flow, at: now.toISOString(), who: 'ann', reason: 'no' }),
  },
  {
    name: 'removePause',
    before: (table, flow) =>
      recordPause(table, flow.partner, { flow: flow.flow, at: now.toISOString(), who: 'ann', reason: 'no' }),
    write: (table, flow) => removePause(table, flow.partner, flow.flow),
  },
  {
    name: 'recordAuditEntry',
    write: (table, flow) =>
      recordAuditEntry(table, {
        ...{ kind: 'pause', partner: flow.partner, at: now.toISOString(), who: 'ann', reason: 'no' },
      }),
  },
];

/** Each write of the ledger. */
export const writeCases: readonly WriteCase[] = [
  ...connectionCases,
  ...circuitCases,
  ...entryCases,
  ...deliveryCases,
  ...runCases,
  ...operationCases,
];
