import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import { openIssues } from '../../../lambdas/ledger/alerts/attention.ts';
import { openAlert } from '../../../lambdas/ledger/alerts/open-alerts.ts';
import { type AlertScope, type FlowName, unscoped } from '../../../lambdas/ledger/keys.ts';
import { type MonitorDependencies, monitor } from '../../../lambdas/monitor/monitor.ts';
import { PartnerError } from '../../../lambdas/partners/partner-error.ts';
import { openQueue } from '../../../lambdas/queues/queue.ts';
import { queueUrl } from '../../../local/sqs/queue-address.ts';
import { newFlow, useTable } from '../ledger/test-table.ts';
import { type QueueService, queueNamed, startQueues } from '../push/queue-service.ts';

const ledger = useTable();
const monday = new Date('2026-11-16T00:00:00Z');
const friday = new Date('2026-11-20T12:00:00Z');
const deadLetters = queueNamed('dead-letters');
let served: QueueService;

beforeAll(async () => {
  served = await startQueues([deadLetters], () => new Date());
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', served.url);
});

afterAll(() => served.stop());

/** A partner with a flow that is due every day. */
function scheduled(name: FlowName, partner: string) {
  return partnerFileSchema.parse({
    partner,
    connection: { host: 'ftps.acme.example', security: 'explicit', secret: 'acme' },
    flows: [
      {
        name: name.flow,
        direction: 'pull',
        remote: '/in',
        prefix: `${partner}/${name.flow}/`,
        settled: { minAge: '0s' },
        schedule: { cron: '0 3 * * ? *', timeZone: 'UTC' },
      },
    ],
  });
}

/** Lets the table refuse every request about this partition. */
function refusePartition(text: string): void {
  const { middlewareStack } = ledger.table.client;
  middlewareStack.add(
    (next) => async (request) => {
      if (JSON.stringify(request.input).includes(text)) throw new Error('The table refuses this item.');
      return await next(request);
    },
    { step: 'initialize', name: 'refusing', priority: 'high' },
  );
  onTestFinished(() => void middlewareStack.remove('refusing'));
}

interface Recorded {
  readonly logged: string[];
  readonly stage: Record<string, number>[];
}

/** A partner whose file another version has deployed. */
function toUnreadable(partner: string) {
  return { partner, error: new PartnerError('partner-invalid', `Cannot read ${partner}. Deploy again.`) };
}

/** One check of two partners at that time. */
async function check(
  partners: ReturnType<typeof scheduled>[],
  at: Date,
  recorded: Recorded,
  unreadable: readonly string[] = [],
) {
  const queue = openQueue(queueUrl(served.url, deadLetters.name));
  const dependencies: MonitorDependencies = {
    table: ledger.table,
    readAllPartners: async () => ({ partners, unreadable: unreadable.map(toUnreadable) }),
    deadLetters: { schedule: queue, ingest: queue, push: queue },
    executionEnd: async () => undefined,
    async *failedReconciles() {},
    meter: { recordForStage: (values) => void recorded.stage.push(values), recordForPartner: () => {} },
    publishEvent: async () => {},
    now: () => at,
    log: {
      error: (message, { error = '' } = {}) => void recorded.logged.push(`${error} ${message}`.trim()),
    },
  };
  return await monitor(dependencies);
}

it('The failed check of one flow stops no other one, is logged, and fails the monitor in the end', async () => {
  const [one, two] = [newFlow(), newFlow()];
  const partners = [scheduled(one, 'acme'), scheduled(two, 'bolt')];
  const recorded: Recorded = { logged: [], stage: [] };
  await check(partners, monday, recorded);
  refusePartition(`A#acme#${one.flow}`);

  const checked = check(partners, friday, recorded);

  await expect(checked).rejects.toThrow(`These checks failed: acme/${one.flow}.`);
  const open = (await Array.fromAsync(openIssues(ledger.table))).map(({ flow, error }) => [flow, error]);
  expect(open).toContainEqual([two.flow, 'run-overdue']);
  expect(recorded.logged).toEqual([expect.stringContaining(`The check of acme/${one.flow} failed`)]);
  expect(recorded.stage.at(-1)).toMatchObject({ RunsOverdue: 1 });
});

it('The failed check of one partner stops no other one', async () => {
  const [one, two] = [newFlow(), newFlow()];
  const partners = [scheduled(one, 'acme'), scheduled(two, 'bolt')];
  const recorded: Recorded = { logged: [], stage: [] };
  await check(partners, monday, recorded);
  refusePartition('P#acme');

  const checked = check(partners, friday, recorded);

  await expect(checked).rejects.toThrow('These checks failed: acme.');
  const open = (await Array.fromAsync(openIssues(ledger.table))).map(({ flow, error }) => [flow, error]);
  expect(open).toContainEqual([two.flow, 'run-overdue']);
});

it('A partner whose file cannot be read is in attention and in the log until it can be, and its alerts stay', async () => {
  const [one, two] = [newFlow(), newFlow()];
  const [acme, bolt] = [scheduled(one, 'corp'), scheduled(two, 'dyne')];
  const recorded: Recorded = { logged: [], stage: [] };
  const open = async () =>
    (await Array.fromAsync(openIssues(ledger.table)))
      .filter(({ partner }) => partner === 'corp' || partner === 'dyne')
      .map(({ partner, flow, error }) => `${partner} ${flow} ${error}`)
      .toSorted();
  await check([acme, bolt], monday, recorded);
  const { partner } = acme;
  const circuit = { id: 'monitor-circuit', subject: 'host', error: 'circuit-open', message: '' };
  const scope: AlertScope = { partner, flow: unscoped };
  await openAlert(ledger.table, scope, { ...circuit, need: 'person', at: monday });

  const checked = check([bolt], friday, recorded, ['corp']);

  await expect(checked).rejects.toThrow('These checks failed: corp.');
  expect(await open()).toEqual([
    'corp - circuit-open',
    'corp - partner-invalid',
    `dyne ${two.flow} run-overdue`,
  ]);
  expect(recorded.logged).toEqual([expect.stringMatching(/^partner-invalid The check of corp failed/)]);
  await check([acme, bolt], friday, recorded);
  expect(await open()).toEqual([`corp ${one.flow} run-overdue`, `dyne ${two.flow} run-overdue`]);
});
