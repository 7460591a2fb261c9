import { DeleteObjectCommand, GetObjectTaggingCommand, PutObjectTaggingCommand } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Delivery } from '../../../lambdas/contract/delivery.ts';
import {
  readDelivery,
  recordDeliveryFailure,
  recordRenaming,
} from '../../../lambdas/ledger/delivery-entries.ts';
import { PartnerSessions } from '../../../lambdas/push/partner-sessions.ts';
import { type PushEnd, pushFile } from '../../../lambdas/push/push-file.ts';
import { currentObject } from '../../../lambdas/s3/read-object.ts';
import { deliveryPaths } from '../../../lambdas/sync/delivery-path.ts';
import { startTestPartner, type TestPartner, testPassword } from '../../support/stage/test-partner.ts';
import { connectionSystems, endless } from '../../support/test-connections.ts';
import { type TestFlow, usePushStage } from './push-stage.ts';

const stage = usePushStage();
const now = () => new Date();
const hourMs = 60 * 60_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * hourMs);

interface Scene {
  readonly partner: TestPartner;
  readonly flow: TestFlow;
}

/** A partner with the directory /in, and a flow that delivers there. */
async function scene(
  settings: Readonly<Record<string, unknown>> = {},
  server: Parameters<typeof startTestPartner>[1] = {},
): Promise<Scene> {
  const partner = await startTestPartner('acme', { flows: { in: { direction: 'push' } }, ...server });
  const { connection } = z.object({ connection: z.looseObject({}) }).parse(partner.document);
  return { partner, flow: stage.flow(settings, connection) };
}

/** The delivery of the newest version of an object. */
async function deliveryOf({ name, prefix }: TestFlow, below: string): Promise<Delivery> {
  const key = `${prefix}${below}`;
  const { versionId = '', sizeBytes = 0 } = (await currentObject(stage.outbox, key)) ?? {};
  return { ...name, key, versionId, sizeBytes };
}

function sessions(password = testPassword): PartnerSessions {
  const opened = new PartnerSessions(connectionSystems(stage.table(), { user: 'ann', password }));
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

function push({ flow }: Scene, delivery: Delivery, open = sessions()): Promise<PushEnd> {
  return pushFile(
    { body: delivery, received: 1 },
    {
      table: stage.table(),
      outbox: stage.outbox,
      readPartner: async () => flow.partner,
      sessions: open,
      now,
      deadline: endless(),
      tellFailed: async () => {},
    },
  );
}

async function recordOf(flow: TestFlow, relativePath: string) {
  return readDelivery(stage.table(), { flowName: flow.name, relativePath });
}

/** The staging name of a version of an object. */
function stagingOf({ partner }: TestFlow, key: string, versionId: string): string {
  const [flow] = partner.flows;
  if (flow?.direction !== 'push') throw new Error('the flow is no push');
  const { prefix, remote, stagingName } = flow;
  const paths = deliveryPaths(
    { prefix, remote, stagingName, doneFile: undefined, checksumFile: undefined },
    { key, versionId },
  );
  if (typeof paths === 'string') throw new Error(paths);
  return paths.staging;
}

function has({ tree }: TestPartner, path: string): boolean {
  try {
    return tree.bytesOf(path).length >= 0;
  } catch {
    return false;
  }
}

const commandsOf = ({ server }: TestPartner, ...verbs: readonly string[]) =>
  server.log.map(({ command }) => command).filter((command) => verbs.includes(command));

describe('a rename without a reply', () => {
  /** Leaves the scene as it is once RNTO was sent: recorded, and the staging file not there any more. */
  async function inDoubt(
    there: { readonly content: string; readonly modified: Date } | undefined,
    before: { readonly sizeBytes: number; readonly modified: string | undefined } | undefined,
  ): Promise<Scene & { readonly delivery: Delivery }> {
    const { partner, flow } = await scene({ remote: '/in', overwrite: 'replace' });
    await stage.put(`${flow.prefix}a.csv`, 'newer');
    const delivery = await deliveryOf(flow, 'a.csv');
    if (there !== undefined) partner.tree.put('/in/a.csv', there);
    const name = { flowName: flow.name, relativePath: 'a.csv' };
    await recordRenaming(stage.table(), name, { versionId: delivery.versionId, at: now(), before });
    return { partner, flow, delivery };
  }

  const old = new Date('2026-11-19T12:00:00Z');
  const oldRaw = '20261119120000';

  it('is settled by looking where a file of its size is where nothing was: nothing is sent', async () => {
    const found = await inDoubt({ content: 'newer', modified: now() }, undefined);

    const end = await push(found, found.delivery);

    const { delivered } = await recordOf(found.flow, 'a.csv');
    expect(end).toBe('delivered');
    expect(delivered).toMatchObject({ verification: 'looked', doubt: undefined });
    expect(commandsOf(found.partner, 'STOR', 'RNTO')).toEqual([]);
  });

  it('is settled by looking where the file there is younger than the one before', async () => {
    const found = await inDoubt({ content: 'newer', modified: now() }, { sizeBytes: 5, modified: oldRaw });

    await push(found, found.delivery);

    expect(commandsOf(found.partner, 'STOR')).toEqual([]);
  });

  it('is not believed where the file there is the one before: the new one is sent, and the doubt recorded', async () => {
    const found = await inDoubt({ content: 'older', modified: old }, { sizeBytes: 5, modified: oldRaw });

    await push(found, found.delivery);

    const { delivered } = await recordOf(found.flow, 'a.csv');
    expect(found.partner.tree.bytesOf('/in/a.csv').toString()).toBe('newer');
    expect(delivered).toMatchObject({ verification: 'size', doubt: 'perhaps-twice' });
  });

  it('is not believed where nothing is at either name', async () => {
    const found = await inDoubt(undefined, undefined);

    await push(found, found.delivery);

    const { delivered } = await recordOf(found.flow, 'a.csv');
    expect(found.partner.tree.bytesOf('/in/a.csv').toString()).toBe('newer');
    expect(delivered?.doubt).toBe('perhaps-twice');
  });

  it('of another version says nothing of this one', async () => {
    const found = await inDoubt({ content: 'older', modified: old }, undefined);
    await stage.put(`${found.flow.prefix}a.csv`, 'third');

    await push(found, await deliveryOf(found.flow, 'a.csv'));

    const { delivered } = await recordOf(found.flow, 'a.csv');
    expect(found.partner.tree.bytesOf('/in/a.csv').toString()).toBe('third');
    expect(delivered?.doubt).toBeUndefined();
  });
});

describe('a file over an older one', () => {
  it('has the old marker taken away before it is renamed, and a new one written after', async () => {
    const found = await scene({ remote: '/in', overwrite: 'replace', doneFile: '{name}.done' });
    found.partner.tree.put('/in/a.csv', { content: 'older' }).put('/in/a.csv.done', { content: '' });
    await stage.put(`${found.flow.prefix}a.csv`, 'newer');

    await push(found, await deliveryOf(found.flow, 'a.csv'));

    expect(commandsOf(found.partner, 'DELE', 'RNTO', 'STOR')).toEqual(['STOR', 'DELE', 'RNTO', 'STOR']);
    expect(has(found.partner, '/in/a.csv.done')).toBe(true);
  });

  it('arrives with delete-first also where the partner takes the old one away meanwhile', async () => {
    const features = { renameReplaces: false };
    const found = await scene({ remote: '/in', overwrite: 'delete-first' }, { server: { features } });
    found.partner.tree.put('/in/a.csv', { content: 'older' });
    await stage.put(`${found.flow.prefix}a.csv`, 'newer');
    const change = () => found.partner.tree.delete('/in/a.csv');
    found.partner.server.fault({ on: 'DELE', do: { kind: 'beforehand', change } });

    const end = await push(found, await deliveryOf(found.flow, 'a.csv'));

    expect(end).toBe('delivered');
    expect(found.partner.tree.bytesOf('/in/a.csv').toString()).toBe('newer');
  });
});

describe('what tries have left', () => {
  /** A delivery of an object that failed before, so that it is swept after. */
  async function sweepWith(place: (found: Scene) => void): Promise<Scene> {
    const found = await scene({ remote: '/in' });
    place(found);
    await stage.put(`${found.flow.prefix}a.csv`, 'bytes');
    const failure = { versionId: 'v0', fault: 'timeout', message: 'silent', tries: 1, failedAt: now() };
    await recordDeliveryFailure(stage.table(), { flowName: found.flow.name, relativePath: 'a.csv' }, failure);
    await push(found, await deliveryOf(found.flow, 'a.csv'));
    return found;
  }

  it.each([
    ['a staging file of two days ago', '.b.csv.0123456789abcdef.part', 48, 'goes'],
    ['a staging file of an hour ago', '.b.csv.0123456789abcdef.part', 1, 'stays'],
    ['a staging file of almost a day ago', '.b.csv.0123456789abcdef.part', 23, 'stays'],
    ['an old file of somebody else', 'b.csv', 48, 'stays'],
    ['an old file of almost such a name', '.b.csv.0123456789ABCDEF.part', 48, 'stays'],
    ['an old hidden file', '.b.csv.part', 48, 'stays'],
  ])('%s: it %s', async (_, name, hours, expected) => {
    const { partner } = await sweepWith(({ partner: { tree } }) => {
      tree.put(`/in/${name}`, { content: 'x', modified: hoursAgo(hours) });
    });

    expect(has(partner, `/in/${name}`) ? 'stays' : 'goes').toBe(expected);
  });

  it('for an older version of the object goes, however young', async () => {
    const { partner } = await sweepWith(({ partner: { tree }, flow }) => {
      tree.put(stagingOf(flow, `${flow.prefix}a.csv`, 'v0'), { content: 'half' });
    });

    expect(commandsOf(partner, 'DELE')).toEqual(['DELE']);
    expect(has(partner, '/in/a.csv')).toBe(true);
  });

  it('stays where the server cannot delete it, and the delivery is done all the same', async () => {
    const found = await sweepWith(({ partner }) => {
      partner.tree.put('/in/.b.csv.0123456789abcdef.part', { content: 'x', modified: hoursAgo(48) });
      partner.server.fault({ on: 'DELE', do: { kind: 'reply', code: 550, text: 'No.' } });
    });

    const record = await recordOf(found.flow, 'a.csv');
    expect([record.delivered === undefined, record.failure]).toEqual([false, undefined]);
  });

  it('is not looked for where nothing had failed', async () => {
    const found = await scene({ remote: '/in' });
    await stage.put(`${found.flow.prefix}a.csv`);

    await push(found, await deliveryOf(found.flow, 'a.csv'));

    expect(commandsOf(found.partner, 'MLSD', 'LIST', 'DELE')).toEqual([]);
  });
});

describe('an object that is deleted before it is delivered', () => {
  it('needs nobody any more, though a try had failed', async () => {
    const found = await scene({ remote: '/in' });
    await stage.put(`${found.flow.prefix}a.csv`);
    const delivery = await deliveryOf(found.flow, 'a.csv');
    const { versionId, key: Key } = delivery;
    const failure = { versionId, fault: 'timeout', message: 'silent', tries: 1, failedAt: now() };
    await recordDeliveryFailure(stage.table(), { flowName: found.flow.name, relativePath: 'a.csv' }, failure);
    await stage.outbox.client.send(new DeleteObjectCommand({ Bucket: stage.outbox.name, Key }));

    const end = await push(found, delivery);

    expect(end).toBe('object-gone');
    expect(await stage.issues(found.flow)).toEqual([]);
  });
});

describe('a login that is refused', () => {
  it('is tried once in an invocation, however many deliveries it has', async () => {
    const found = await scene({ remote: '/in' });
    await stage.put(`${found.flow.prefix}a.csv`);
    await stage.put(`${found.flow.prefix}b.csv`);
    const open = sessions('wrong');

    const failing = [];
    for (const below of ['a.csv', 'b.csv']) {
      failing.push(
        await push(found, await deliveryOf(found.flow, below), open).catch((error: unknown) => error),
      );
    }

    expect(failing.map(String)).toEqual([expect.stringContaining('530'), expect.stringContaining('530')]);
    expect(commandsOf(found.partner, 'PASS')).toEqual(['PASS']);
    const issues = await stage.issues(found.flow);
    expect(issues.map(({ fault }) => fault)).toEqual(['login-refused', 'login-refused']);
  });
});

describe('a delivered object', () => {
  it('gets its tag beside those it has', async () => {
    const found = await scene({ remote: '/in', keep: 'tag' });
    await stage.put(`${found.flow.prefix}a.csv`);
    const delivery = await deliveryOf(found.flow, 'a.csv');
    const object = { Bucket: stage.outbox.name, Key: delivery.key, VersionId: delivery.versionId };
    const Tagging = { TagSet: [{ Key: 'cost-centre', Value: '42' }] };
    await stage.outbox.client.send(new PutObjectTaggingCommand({ ...object, Tagging }));

    await push(found, delivery);
    await push(found, delivery);

    const { TagSet } = await stage.outbox.client.send(new GetObjectTaggingCommand(object));
    expect(TagSet?.map(({ Key }) => Key).sort()).toEqual(['cost-centre', 'ftps-sync:delivered']);
  });
});

describe('a message of a flow', () => {
  it('that has another prefix now changes nothing', async () => {
    const found = await scene({ remote: '/in' });
    const delivery = { ...found.flow.name, key: 'other/a.csv', versionId: 'v1', sizeBytes: 1 };

    const end = await push(found, delivery);

    expect(end).toBe('no-flow');
    expect(await stage.issues(found.flow)).toEqual([]);
  });
});
