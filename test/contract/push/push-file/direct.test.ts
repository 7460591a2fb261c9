import { describe, expect, it, onTestFinished } from 'vitest';
import type { Delivery } from '../../../../lambdas/contract/events/delivery.ts';
import { openTable } from '../../../../lambdas/ledger/table.ts';
import type { FaultRule } from '../../../../testing/ftps-server/faults.ts';
import { sha256 } from '../../../support/sha256.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const direct = { delivery: 'direct' };
const withCompanions = { ...direct, doneFile: '{name}.done', checksumFile: 'sha256' };
const content = 'ours, and all of it\n';
const notImplemented = { kind: 'reply', code: 502, text: 'command not implemented' } as const;

const start = (settings: Readonly<Record<string, unknown>> = direct) =>
  DeliveryFixture.start(stage, { settings });

const argumentsOf = ({ partner: { server } }: DeliveryFixture, verb: string) =>
  server.log.filter(({ command }) => command === verb).map(({ argument }) => argument);

const textAt = ({ partner: { tree } }: DeliveryFixture, path: string) => tree.bytesOf(path).toString();

describe('a server that cannot rename', () => {
  it.each([
    ['RNFR', 502, 'command not implemented'],
    ['RNTO', 502, 'command not implemented'],
    ['RNFR', 550, 'Permission denied'],
  ])('is said to need delivery: direct (%s: %i %s), and keeps no upload', async (on, code, text) => {
    const fixture = await start({});
    fixture.partner.server.fault({ on, do: { kind: 'reply', code, text } });

    const end = await fixture.push(await fixture.put('a.csv', content));

    expect([end, await fixture.names()]).toEqual(['refused', []]);
    expect((await fixture.record('a.csv')).lastError?.message).toContain('set delivery: direct');
  });

  it('gets file, checksum and marker under their names, in this order', async () => {
    const fixture = await start(withCompanions);
    for (const on of ['RNFR', 'RNTO']) fixture.partner.server.fault({ on, do: notImplemented });

    const end = await fixture.push(await fixture.put('a.csv', content));

    expect(end).toBe('delivered');
    expect(argumentsOf(fixture, 'STOR')).toEqual(['/in/a.csv', '/in/a.csv.sha256', '/in/a.csv.done']);
    expect(textAt(fixture, '/in/a.csv')).toBe(content);
    const { delivered, staged } = await fixture.record('a.csv');
    expect([delivered?.verification, staged]).toEqual(['size', []]);
  });
});

describe('the file of somebody else', () => {
  it.each([direct, {}])('is unchanged, and nothing is uploaded (%j)', async (settings) => {
    const fixture = await start(settings);
    fixture.partner.tree.put('/in/a.csv', { content: 'theirs' });

    const end = await fixture.push(await fixture.put('a.csv', content));

    expect([end, textAt(fixture, '/in/a.csv')]).toEqual(['refused', 'theirs']);
    expect(argumentsOf(fixture, 'STOR')).toEqual([]);
  });

  it.each([
    ['larger than what we sent', { content: `${content}, and more` }],
    ['of another day', { content: 'ours', modified: new Date('2026-11-20T02:15:00Z') }],
  ])('%s is not taken for what a lost try has left', async (_, theirs) => {
    const fixture = await start();
    const delivery = await fixture.put('a.csv', content);
    fixture.partner.server.fault({ on: 'STOR', times: 1, do: { kind: 'cut-control', when: 'before' } });
    await fixture.push(delivery).catch(() => 'lost');
    fixture.partner.tree.put('/in/a.csv', theirs);

    const end = await fixture.push(delivery);

    const { lastError } = await fixture.record('a.csv');
    expect([end, textAt(fixture, '/in/a.csv')]).toEqual(['refused', theirs.content]);
    expect(lastError?.message).toContain('not shown to be its own');
  });
});

/** Delivers with a fault, and then once more. @returns how the first try ended. */
async function deliverTwice(fixture: DeliveryFixture, name: string, delivery: Delivery, kill = {}) {
  const first = await fixture.push(delivery, {}, kill).catch(() => 'lost' as const);
  fixture.partner.server.clearFaults();
  const recorded = (await fixture.record(name)).delivered?.versionId;
  const names = await fixture.names();
  const isWhole = names.includes(name) && textAt(fixture, `/in/${name}`) === content;
  const sentBefore = argumentsOf(fixture, 'STOR').length;
  const isMarked = names.includes(`${name}.done`);

  const second = await fixture.push(delivery).catch((error: unknown) => String(error));

  const sentAgain = argumentsOf(fixture, 'STOR').slice(sentBefore);
  const end = recorded === delivery.versionId ? 'already-delivered' : 'delivered';
  expect.soft([name, second]).toEqual([name, end]);
  expect.soft(isMarked && !isWhole, `${name}: a marker beside a part`).toBe(false);
  expect.soft(isWhole && sentAgain.includes(`/in/${name}`), `${name}: sent twice`).toBe(false);
  expect.soft(textAt(fixture, `/in/${name}`)).toBe(content);
  expect.soft(textAt(fixture, `/in/${name}.sha256`)).toBe(`${sha256(content)}  ${name}\n`);
  expect.soft(await fixture.names()).toContain(`${name}.done`);
  expect.soft((await fixture.record(name)).delivered?.versionId).toBe(delivery.versionId);
  return first;
}

describe('after an interruption', () => {
  it.each<[string, Pick<FaultRule, 'on' | 'do'>]>([
    ...['CWD', 'SIZE', 'MDTM', 'STOR'].flatMap((on): [string, Pick<FaultRule, 'on' | 'do'>][] => [
      [`before ${on}`, { on, do: { kind: 'cut-control', when: 'before', with: 'reset' } }],
      [`after ${on}`, { on, do: { kind: 'cut-control', when: 'after', with: 'reset' } }],
    ]),
    ['amid the bytes', { on: 'STOR', do: { kind: 'cut-data', afterBytes: 5, with: 'reset', code: 426 } }],
    ['with a full disk', { on: 'STOR', do: { kind: 'final-reply', code: 452, text: 'Disk full.' } }],
  ])('%s, at any such command, the file is whole, of one upload, and recorded', async (_, fault) => {
    const fixture = await start(withCompanions);
    for (let after = 0; after < 40; after++) {
      const name = `${after}.csv`;
      const delivery = await fixture.put(name, content);
      fixture.partner.server.fault({ ...fault, after, times: 1 });
      if ((await deliverTwice(fixture, name, delivery)) === 'delivered') return;
    }
    expect.unreachable('no delivery came to its end');
  });

  it('of the function, before and after each of its writes to the ledger, the same holds', async () => {
    const fixture = await start(withCompanions);
    for (let lastWrite = 1; lastWrite < 20; lastWrite++) {
      for (const when of ['before', 'after'] as const) {
        const name = `${lastWrite}-${when}.csv`;
        const delivery = await fixture.put(name, content);
        const table = openTable(stage.table().name);
        onTestFinished(() => table.client.destroy());
        let writes = 0;
        table.client.middlewareStack.add(
          (next, { commandName = '' }) =>
            async (args) => {
              if (commandName.startsWith('Update')) writes += 1;
              if (writes > lastWrite || (writes === lastWrite && when === 'before'))
                throw new Error('the function is killed');
              const answer = await next(args);
              if (writes === lastWrite) throw new Error('the function is killed');
              return answer;
            },
          { step: 'initialize' },
        );
        await deliverTwice(fixture, name, delivery, { table });
        if (writes < lastWrite) return;
      }
    }
    expect.unreachable('no delivery came to its end');
  });
});

/** Leaves five bytes under the final name, and no session that could look at or delete them. */
async function pushAPart(fixture: DeliveryFixture, delivery: Delivery): Promise<void> {
  const { server } = fixture.partner;
  server.fault({ on: 'STOR', times: 1, do: { kind: 'cut-data', afterBytes: 5, with: 'reset' } });
  server.fault({ on: 'SIZE', after: 1, times: 1, do: { kind: 'cut-control', when: 'before' } });
  await fixture.push(delivery).catch(() => 'lost');
}

describe('a part under the final name', () => {
  it('is deleted at once where the server refuses the rest for good', async () => {
    const fixture = await DeliveryFixture.start(stage, {
      settings: direct,
      server: { quotaBytes: 10 },
    });

    const end = await fixture.push(await fixture.put('a.csv', content));

    expect([end, await fixture.names()]).toEqual(['refused', []]);
  });

  it('of an older version is replaced by the newer one, also with overwrite: refuse', async () => {
    const fixture = await start();
    const older = await fixture.put('a.csv', content);
    await pushAPart(fixture, older);
    expect(textAt(fixture, '/in/a.csv')).toBe(content.slice(0, 5));

    const end = await fixture.push(await fixture.put('a.csv', 'the newer one'));

    expect([end, textAt(fixture, '/in/a.csv')]).toEqual(['delivered', 'the newer one']);
  });

  it('is deleted where the object is deleted before another try', async () => {
    const fixture = await start();
    const delivery = await fixture.put('a.csv', content);
    await pushAPart(fixture, delivery);
    await fixture.delete('a.csv');

    const end = await fixture.push(delivery);

    expect([end, await fixture.names()]).toEqual(['object-deleted', []]);
  });

  it('that a reader took at once is neither sent again nor believed', async () => {
    const fixture = await start();
    const delivery = await fixture.put('a.csv', content);
    const change = () => fixture.partner.tree.delete('/in/a.csv');
    fixture.partner.server.fault({ on: 'SIZE', after: 1, times: 1, do: { kind: 'beforehand', change } });

    const end = await fixture.push(delivery);

    const { lastError } = await fixture.record('a.csv');
    expect([end, lastError?.error]).toEqual(['refused', 'cannot-verify']);
    expect(lastError?.message).toContain('a reader took it at once');
  });
});
