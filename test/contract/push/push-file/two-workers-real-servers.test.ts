import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { deliverySchema } from '../../../../lambdas/contract/events/delivery.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import { readDelivery } from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import { PartnerSessions } from '../../../../lambdas/push/push-file/partner-sessions.ts';
import { pushFile } from '../../../../lambdas/push/push-file/push-file.ts';
import { currentObject } from '../../../../lambdas/s3/object-versions.ts';
import { availableServers } from '../../../support/real-servers/available-servers.ts';
import { connectionDependencies, endless } from '../../../support/test-connections.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const { ready } = await availableServers();

it.each(ready)('A version with two messages is never seen in part, on $name', async (program) => {
  const server = await program.start({ security: 'explicit' });
  onTestFinished(() => server.close());
  const folder = join(server.root, 'in');
  await mkdir(folder);
  await chown(folder, server.owner.uid, server.owner.gid);
  const { host, port, authorityPem: ca, user, password } = server;
  const connection = { host, port, security: 'explicit', secret: 's', tls: { ca }, maxConnections: 4 };
  const flow = stage.flow({ remote: '/in', overwrite: 'replace' }, connection);
  const bytes = randomBytes(24 * 1024 * 1024);
  const key = `${flow.prefix}big.bin`;
  await stage.put(key, bytes);
  const { versionId = '', sizeBytes = 0 } = (await currentObject(stage.outbox, key)) ?? {};
  const body = deliverySchema.parse({ ...flow.name, key, versionId, sizeBytes });
  const push = async (id: string) => {
    const deadline = endless();
    const login = connectionDependencies(stage.table(), { user, password }, { deadline });
    await using sessions = new PartnerSessions(login);
    return await pushFile(
      { id, body, received: 1 },
      {
        table: stage.table(),
        outbox: stage.outbox,
        pushQueue: stage.pushQueue,
        readPartner: async () => flow.partner,
        sessions,
        now: () => new Date(),
        deadline,
        events: { publishFailed: async () => {} },
      },
    ).catch((error: unknown) => (error instanceof Error ? error.name : String(error)));
  };
  const target = join(folder, 'big.bin');
  const seen: string[] = [];
  const look = async () => {
    if (existsSync(target)) seen.push((await readFile(target)).equals(bytes) ? 'whole' : 'a part');
  };

  const first = push('first');
  await waitUntil({
    what: 'the first worker has begun',
    check: async () => (await readdir(folder)).length > 0,
  });
  const others = await Promise.all([push('second'), push('third'), look()]);
  const end = await first;
  await look();
  const again = await push('second');
  await look();

  expect(seen.filter((each) => each !== 'whole')).toEqual([]);
  expect([end, again]).toEqual(['delivered', 'already-delivered']);
  expect(others.filter((each) => each === 'delivered')).toEqual([]);
  expect(await readdir(folder)).toEqual(['big.bin']);
  const record = { flowName: flow.name, relativePath: parseRelativePath('big.bin') };
  expect((await readDelivery(stage.table(), record)).delivered?.doubt).toBeUndefined();
});
