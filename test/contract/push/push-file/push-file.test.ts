import { DeleteObjectCommand, GetObjectTaggingCommand, PutObjectTaggingCommand } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Delivery } from '../../../../lambdas/contract/events/delivery.ts';
import type { StagedFile } from '../../../../lambdas/core/delivery/delivery-lease.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import {
  readDelivery,
  recordDeliveryError,
  recordRenaming,
} from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import { PartnerSessions } from '../../../../lambdas/push/push-file/partner-sessions.ts';
import { type PushEnd, pushFile } from '../../../../lambdas/push/push-file/push-file.ts';
import { currentObject } from '../../../../lambdas/s3/object-versions.ts';
import { startTestPartner, type TestPartner, testPassword } from '../../../support/partner/test-partner.ts';
import { connectionDependencies, endless } from '../../../support/test-connections.ts';
import { type TestFlow, usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const now = () => new Date();
const hourMs = 60 * 60_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * hourMs);

interface Scene {
  readonly partner: TestPartner;
  readonly flow: TestFlow;
}

/** A partner with the directory /in, and a flow that delivers there. */
async function fixture(
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
  const opened = new PartnerSessions(connectionDependencies(stage.table(), { user: 'ann', password }));
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

function push({ flow }: Scene, delivery: Delivery, open = sessions()): Promise<PushEnd> {
  return pushFile(
    { id: delivery.versionId, body: delivery, received: 1 },
    {
      table: stage.table(),
      outbox: stage.outbox,
      pushQueue: stage.pushQueue,
      readPartner: async () => flow.partner,
      sessions: open,
      now,
      deadline: endless(),
      events: { publishFailed: async () => {} },
    },
  );
}

async function recordOf(flow: TestFlow, relativePath: string) {
  return readDelivery(stage.table(), { flowName: flow.name, relativePath: parseRelativePath(relativePath) });
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
  /** Leaves the fixture in the state after RNTO was sent: recorded, and without the staging file. */
  async function inDoubt(
    there: { readonly content: string; readonly modified: Date } | undefined,
    before: { readonly sizeBytes: number; readonly modified: string | undefined } | undefined,
  ): Promise<Scene & { readonly delivery: Delivery }> {
    const { partner, flow } = await fixture({ remote: '/in', overwrite: 'replace' });
    await stage.put(`${flow.prefix}a.csv`, 'newer');
    const delivery = await deliveryOf(flow, 'a.csv');
    if (there !== undefined) partner.tree.put('/in/a.csv', there);
    const name = { flowName: flow.name, relativePath: parseRelativePath('a.csv') };
    await recordRenaming(stage.table(), name, {
      versionId: delivery.versionId,
      at: now(),
      staging: undefined,
      before,
      staged: undefined,
    });
    return { partner, flow, delivery };
  }

  const old = new Date('2026-11-19T12:00:00Z');
  const oldRaw = '20261119120000';

  it('has happened if a file of its size is where nothing was: nothing is sent', async () => {
    const found = await inDoubt({ content: 'newer', modified: now() }, undefined);

    const end = await push(found, found.delivery);

    const { delivered } = await recordOf(found.flow, 'a.csv');
    expect(end).toBe('delivered');
    expect(delivered).toMatchObject({ verification: 'inferred', doubt: undefined });
    expect(commandsOf(found.partner, 'STOR', 'RNTO')).toEqual([]);
  });

  it('has happened if the file there is newer than the one before', async () => {
    const found = await inDoubt({ content: 'newer', modified: now() }, { sizeBytes: 5, modified: oldRaw });

    await push(found, found.delivery);

    expect(commandsOf(found.partner, 'STOR')).toEqual([]);
  });

  it('is unknown if the file there is the one before: the new one is sent, and the doubt is recorded', async () => {
    const found = await inDoubt({ content: 'older', modified: old }, { sizeBytes: 5, modified: oldRaw });

    await push(found, found.delivery);

    const { delivered } = await recordOf(found.flow, 'a.csv');
    expect(found.partner.tree.bytesOf('/in/a.csv').toString()).toBe('newer');
    expect(delivered).toMatchObject({ verification: 'size', doubt: 'possible-duplicate' });
  });

  it('is unknown if nothing is at either name', async () => {
    const found = await inDoubt(undefined, undefined);

    await push(found, found.delivery);

    const { delivered } = await recordOf(found.flow, 'a.csv');
    expect(found.partner.tree.bytesOf('/in/a.csv').toString()).toBe('newer');
    expect(delivered?.doubt).toBe('possible-duplicate');
  });

  it('of another version is ignored', async () => {
    const found = await inDoubt({ content: 'older', modified: old }, undefined);
    await stage.put(`${found.flow.prefix}a.csv`, 'third');

    await push(found, await deliveryOf(found.flow, 'a.csv'));

    const { delivered } = await recordOf(found.flow, 'a.csv');
    expect(found.partner.tree.bytesOf('/in/a.csv').toString()).toBe('third');
    expect(delivered?.doubt).toBeUndefined();
  });
});

describe('a file that replaces an older one', () => {
  it('has the old marker deleted before the rename, and a new one written after it', async () => {
    const found = await fixture({ remote: '/in', overwrite: 'replace', doneFile: '{name}.done' });
    found.partner.tree.put('/in/a.csv', { content: 'older' }).put('/in/a.csv.done', { content: '' });
    await stage.put(`${found.flow.prefix}a.csv`, 'newer');

    await push(found, await deliveryOf(found.flow, 'a.csv'));

    expect(commandsOf(found.partner, 'DELE', 'RNTO', 'STOR')).toEqual([
      'STOR',
      'DELE',
      'RNTO',
      'STOR',
      'RNTO',
    ]);
    expect(has(found.partner, '/in/a.csv.done')).toBe(true);
  });

  it('is delivered with delete-first even if the partner removes the old one meanwhile', async () => {
    const features = { renameReplaces: false };
    const found = await fixture({ remote: '/in', overwrite: 'delete-first' }, { server: { features } });
    found.partner.tree.put('/in/a.csv', { content: 'older' });
    await stage.put(`${found.flow.prefix}a.csv`, 'newer');
    const change = () => found.partner.tree.delete('/in/a.csv');
    found.partner.server.fault({ on: 'DELE', do: { kind: 'beforehand', change } });

    const end = await push(found, await deliveryOf(found.flow, 'a.csv'));

    expect(end).toBe('delivered');
    expect(found.partner.tree.bytesOf('/in/a.csv').toString()).toBe('newer');
  });
});

describe('what failed tries have left', () => {
  /** A delivery of an object that failed before, so that a sweep follows. */
  async function sweepWith(
    place: (found: Scene) => void,
    staged: readonly StagedFile[] = [],
  ): Promise<Scene> {
    const found = await fixture({ remote: '/in' });
    place(found);
    await stage.put(`${found.flow.prefix}a.csv`, 'bytes');
    const lastError = { versionId: 'v0', error: 'timeout', message: 'silent', tries: 1, failedAt: now() };
    await recordDeliveryError(
      stage.table(),
      { flowName: found.flow.name, relativePath: parseRelativePath('a.csv') },
      lastError,
      { renaming: 'unchanged', staged },
    );
    await push(found, await deliveryOf(found.flow, 'a.csv'));
    return found;
  }

  it.each([
    ['a staging file of two days ago', '.b.csv.0123456789abcdef.part', 48, 'goes'],
    ['a staging file of an hour ago', '.b.csv.0123456789abcdef.part', 1, 'stays'],
    ['a staging file of almost a day ago', '.b.csv.0123456789abcdef.part', 23, 'stays'],
    ['an old file of another system', 'b.csv', 48, 'stays'],
    ['an old file with almost such a name', '.b.csv.0123456789ABCDEF.part', 48, 'stays'],
    ['an old hidden file', '.b.csv.part', 48, 'stays'],
  ])('%s: it %s', async (_, name, hours, expected) => {
    const { partner } = await sweepWith(({ partner: { tree } }) => {
      tree.put(`/in/${name}`, { content: 'x', modified: hoursAgo(hours) });
    });

    expect(has(partner, `/in/${name}`) ? 'stays' : 'goes').toBe(expected);
  });

  it('of the object itself is deleted at any age, by its name in the ledger alone', async () => {
    const staged = { path: '/in/.a.csv.0123456789abcdef.part', versionId: 'v0' };
    const { partner } = await sweepWith(
      ({ partner: { tree } }) => {
        tree
          .put(staged.path, { content: 'half' })
          .put('/in/.a.csv.0123456789abcdee.part', { content: 'half' });
      },
      [staged],
    );

    expect(commandsOf(partner, 'DELE')).toEqual(['DELE']);
    expect(has(partner, staged.path)).toBe(false);
    expect(has(partner, '/in/.a.csv.0123456789abcdee.part')).toBe(true);
    expect(has(partner, '/in/a.csv')).toBe(true);
  });

  it('is kept if the server cannot delete it, and the delivery succeeds nevertheless', async () => {
    const found = await sweepWith(({ partner }) => {
      partner.tree.put('/in/.b.csv.0123456789abcdef.part', { content: 'x', modified: hoursAgo(48) });
      partner.server.fault({ on: 'DELE', do: { kind: 'reply', code: 550, text: 'No.' } });
    });

    const record = await recordOf(found.flow, 'a.csv');
    expect([record.delivered === undefined, record.lastError]).toEqual([false, undefined]);
  });

  it('is not searched for if nothing had failed', async () => {
    const found = await fixture({ remote: '/in' });
    await stage.put(`${found.flow.prefix}a.csv`);

    await push(found, await deliveryOf(found.flow, 'a.csv'));

    expect(commandsOf(found.partner, 'MLSD', 'LIST', 'DELE')).toEqual([]);
  });
});

describe('an object that is deleted before it is delivered', () => {
  it('needs no operator any more, although a try had failed', async () => {
    const found = await fixture({ remote: '/in' });
    await stage.put(`${found.flow.prefix}a.csv`);
    const delivery = await deliveryOf(found.flow, 'a.csv');
    const { versionId, key: Key } = delivery;
    const lastError = { versionId, error: 'timeout', message: 'silent', tries: 1, failedAt: now() };
    await recordDeliveryError(
      stage.table(),
      { flowName: found.flow.name, relativePath: parseRelativePath('a.csv') },
      lastError,
    );
    await stage.outbox.client.send(new DeleteObjectCommand({ Bucket: stage.outbox.name, Key }));

    const end = await push(found, delivery);

    expect(end).toBe('object-deleted');
    expect(await stage.issues(found.flow)).toEqual([]);
  });
});

describe('a refused login', () => {
  it('is tried once in an invocation, however many deliveries it has', async () => {
    const found = await fixture({ remote: '/in' });
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
    expect(issues.map(({ error: fault }) => fault)).toEqual(['login-refused', 'login-refused']);
  });
});

describe('a delivered object', () => {
  it('keeps its other tags when it is tagged', async () => {
    const found = await fixture({ remote: '/in', after: 'tag' });
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
  it('whose prefix has changed does nothing', async () => {
    const found = await fixture({ remote: '/in' });
    const delivery = { ...found.flow.name, key: 'other/a.csv', versionId: 'v1', sizeBytes: 1 };

    const end = await push(found, delivery);

    expect(end).toBe('not-in-flow');
    expect(await stage.issues(found.flow)).toEqual([]);
  });
});
