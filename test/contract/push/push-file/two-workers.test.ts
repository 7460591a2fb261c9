import { describe, expect, it, vi } from 'vitest';
import type { Delivery } from '../../../../lambdas/contract/events/delivery.ts';
import { openTable } from '../../../../lambdas/ledger/table.ts';
import { DeliveryBusyError } from '../../../../lambdas/push/push-file/held-delivery.ts';
import { openBucket } from '../../../../lambdas/s3/bucket.ts';
import { sha256 } from '../../../support/sha256.ts';
import { endless } from '../../../support/test-connections.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const settings = { overwrite: 'replace', doneFile: '{name}.done', checksumFile: 'sha256' };

it('A version with two messages is uploaded by one worker, and the other one waits', async () => {
  const fixture = await DeliveryFixture.start(stage, { settings });
  const delivery = await fixture.put('a.csv', 'ours'.repeat(50_000));
  let second: unknown;
  const change = async () => {
    second = await fixture.push(delivery, {}, { message: 'second' }).catch((error: unknown) => error);
  };
  fixture.partner.server.fault({
    on: 'STOR',
    path: /\.part$/,
    times: 1,
    do: { kind: 'meanwhile', afterBytes: 1_000, change },
  });

  const first = await fixture.push(delivery);
  const third = await fixture.push(delivery, {}, { message: 'second' });

  expect([first, second, third]).toEqual(['delivered', expect.any(DeliveryBusyError), 'already-delivered']);
  const renames = fixture.partner.server.log.filter(({ command }) => command === 'RNTO');
  const targets = ['/in/a.csv', '/in/a.csv.sha256', '/in/a.csv.done'];
  expect(renames.map(({ argument }) => argument)).toEqual(targets);
});

it('A message that comes again after its worker was lost has the object at once', async () => {
  const fixture = await DeliveryFixture.start(stage, { settings });
  const delivery = await fixture.put('a.csv', 'ours');
  const lost = new Error('the function is killed');
  const table = openTable(stage.table().name);
  // The first write of the try succeeds: the lease. All others, and its release, are lost.
  let writes = 0;
  table.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        if (commandName.startsWith('Update') && writes++ > 0) throw lost;
        return next(args);
      },
    { step: 'initialize' },
  );
  const killed = await fixture.push(delivery, {}, { table }).catch((error: unknown) => error);

  const other = await fixture.push(delivery, {}, { message: 'second' }).catch((error: unknown) => error);
  const again = await fixture.push(delivery);

  expect([killed, other, again]).toEqual([lost, expect.any(DeliveryBusyError), 'delivered']);
  expect(await fixture.names()).toEqual(['a.csv', 'a.csv.done', 'a.csv.sha256']);
});

/**
 * The commands of a delivery, which may be on their way for as long as the worker sleeps. The deletion of a
 * companion file has no name of its own that another worker could take away (docs/push.md).
 */
const commands = [
  { on: 'CWD' },
  { on: 'SIZE' },
  { on: 'MDTM' },
  { on: 'STOR' },
  { on: 'RNFR' },
  { on: 'RNTO' },
];

interface Sleep {
  /** The worker sleeps at its n-th moment: before or after a request to the ledger or S3, or at a command. */
  readonly before: number;
  /** What happens meanwhile, after its lease is over. */
  readonly meanwhile: (fixture: DeliveryFixture, delivery: Delivery) => Promise<unknown>;
}

/** Delivers with a worker that sleeps past its lease. @returns whether it has come so far. */
async function pushAsleep(fixture: DeliveryFixture, delivery: Delivery, { before, meanwhile }: Sleep) {
  const time = { passedMs: 0 };
  let moments = 0;
  let isAsleep = false;
  const moment = async () => {
    if (isAsleep) return;
    moments += 1;
    if (moments !== before) return;
    isAsleep = true;
    time.passedMs = sleepMs;
    await meanwhile(fixture, delivery);
  };
  const around = async <T>(request: () => Promise<T>): Promise<T> => {
    await moment();
    const answer = await request();
    await moment();
    return answer;
  };
  const [table, outbox] = [openTable(stage.table().name), openBucket(stage.outbox.name)];
  const options = { step: 'initialize' } as const;
  table.client.middlewareStack.add((next) => (args) => around(() => next(args)), options);
  outbox.client.middlewareStack.add((next) => (args) => around(() => next(args)), options);
  for (const command of commands) {
    fixture.partner.server.fault({ ...command, do: { kind: 'beforehand', change: moment } });
  }
  const deadline = { ...endless(), remainingMs: () => 900_000 - time.passedMs };
  await fixture.push(delivery, {}, { table, outbox, deadline }).catch(() => 'lost');
  fixture.partner.server.clearFaults();
  return moments >= before;
}

/** Counts the renames to the target from now on that the server carries out. */
function countRenames({ partner: { tree } }: DeliveryFixture): () => number {
  const rename = vi.spyOn(tree, 'rename');
  return () =>
    rename.mock.settledResults.filter(
      ({ type }, index) => type === 'fulfilled' && String(rename.mock.calls[index]?.[1]).endsWith('/a.csv'),
    ).length;
}

/** Longer than a lease. */
const sleepMs = 1_000_000;
const later = () => new Date(Date.now() + sleepMs);

interface Meanwhile extends Pick<Sleep, 'meanwhile'> {
  readonly what: string;
  readonly content: string;
  readonly mostRenames: number;
}

const meanwhiles: readonly Meanwhile[] = [
  {
    what: 'the same version',
    content: 'ours',
    mostRenames: 1,
    meanwhile: (fixture, delivery) => fixture.push(delivery, {}, { message: 'second', now: later }),
  },
  {
    what: 'a newer version',
    content: 'newer!',
    mostRenames: 2,
    meanwhile: async (fixture) =>
      fixture.push(await fixture.put('a.csv', 'newer!'), {}, { message: 'newer', now: later }),
  },
];

describe.each(meanwhiles)('A worker that sleeps past its lease while another one delivers $what', (other) => {
  it('changes nothing when it wakes, wherever it slept', async () => {
    let slept = 0;
    for (let before = 1; ; before++) {
      const fixture = await DeliveryFixture.start(stage, { settings });
      const delivery = await fixture.put('a.csv', 'ours');
      for (const name of ['a.csv', 'a.csv.done', 'a.csv.sha256']) {
        fixture.partner.tree.put(`/in/${name}`, {
          content: 'old',
          modified: new Date('2026-11-20T02:15:00Z'),
        });
      }
      const ends: unknown[] = [];
      const meanwhile: Sleep['meanwhile'] = async (...args) => ends.push(await other.meanwhile(...args));
      const renames = countRenames(fixture);

      if (!(await pushAsleep(fixture, delivery, { before, meanwhile }))) break;
      slept += 1;
      await fixture.push(delivery);

      const { delivered, lastError } = await fixture.record('a.csv');
      const { tree } = fixture.partner;
      const shown = {
        before,
        content: tree.bytesOf('/in/a.csv').toString(),
        checksum: tree.bytesOf('/in/a.csv.sha256').toString(),
        names: await fixture.names(),
        delivered: delivered?.sizeBytes,
        lastError,
      };
      expect(shown).toEqual({
        before,
        content: other.content,
        checksum: `${sha256(other.content)}  a.csv\n`,
        names: ['a.csv', 'a.csv.done', 'a.csv.sha256'],
        delivered: other.content.length,
        lastError: undefined,
      });
      // The same version is put in place once, and an older one at most before the newer one.
      expect(renames(), `renames after sleeping at moment ${before}`).toBeLessThanOrEqual(other.mostRenames);
    }
    expect(slept).toBeGreaterThan(25);
  });
});
