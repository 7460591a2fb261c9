import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Delivery, deliverySchema } from '../../../../lambdas/contract/events/delivery.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import { readDelivery } from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import { PartnerSessions } from '../../../../lambdas/push/push-file/partner-sessions.ts';
import { type PushEnd, pushFile } from '../../../../lambdas/push/push-file/push-file.ts';
import { currentObject } from '../../../../lambdas/s3/object-versions.ts';
import { realPartner } from '../../../support/real-partner/real-partner.ts';
import { type AvailableServer, availableServers } from '../../../support/real-servers/available-servers.ts';
import type { RealServer, ServerName } from '../../../support/real-servers/real-server.ts';
import { connectionDependencies, endless } from '../../../support/test-connections.ts';
import { type TestFlow, usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const { ready, absent } = await availableServers();
for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: names that ${name} refuses: ${reason}.\n`);
  it.skip(`what ${name} refuses is tested where it is present (${reason})`);
}

interface Scene {
  readonly server: RealServer;
  readonly flow: TestFlow;
  readonly sessions: PartnerSessions;
}

/** A flow to a server with these settings, and the sessions of one invocation. */
async function fixture(
  program: AvailableServer,
  settings: readonly string[],
  flowSettings: Readonly<Record<string, unknown>> = {},
): Promise<Scene> {
  const server = await program.start({ security: 'explicit', settings });
  const { document } = realPartner(server, { maxConnections: 1, direction: 'push' });
  const { connection } = z.object({ connection: z.looseObject({}) }).parse(document);
  const sessions = new PartnerSessions(connectionDependencies(stage.table(), server));
  onTestFinished(async () => {
    await sessions[Symbol.asyncDispose]();
    await server.close();
  });
  return { server, sessions, flow: stage.flow(flowSettings, connection) };
}

/** Puts an object and delivers it with the next message of the invocation. */
async function deliver({ flow, sessions }: Scene, below: string, text = below): Promise<PushEnd> {
  const key = `${flow.prefix}${below}`;
  await stage.put(key, text);
  const { versionId, sizeBytes } = (await currentObject(stage.outbox, key)) ?? {};
  const delivery: Delivery = deliverySchema.parse({ ...flow.name, key, versionId, sizeBytes });
  return pushFile(
    { id: delivery.versionId, body: delivery, received: 1 },
    {
      table: stage.table(),
      outbox: stage.outbox,
      pushQueue: stage.pushQueue,
      readPartner: async () => flow.partner,
      sessions,
      now: () => new Date(),
      deadline: endless(),
      events: { publishFailed: async () => {} },
    },
  );
}

/** All files at the partner, hidden ones included. */
function filesAt({ server }: Scene): string[] {
  const entries = readdirSync(server.root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

/** A name that each server refuses, with which settings, and its reply. */
const refusals: Readonly<Record<ServerName, { settings: string[]; refused: string; replyCode: number }>> = {
  // The staging name is accepted: only RNTO contains the name that the server denies.
  vsftpd: { settings: ['deny_file={*.exe}'], refused: 'setup.exe', replyCode: 550 },
  proftpd: { settings: ['PathDenyFilter "\\.exe$"'], refused: 'setup.exe', replyCode: 550 },
  // It never accepts a backslash in a name, so STOR is refused already.
  'pure-ftpd': { settings: [], refused: 'back\\slash.csv', replyCode: 553 },
};

describe.each(ready)('A name that $name refuses', (program) => {
  const { settings, refused, replyCode } = refusals[program.name];

  it('fails for good, is listed, leaves nothing behind, and the others continue', async () => {
    const found = await fixture(program, settings);

    const ends = [];
    for (const below of ['a.csv', refused, 'b.csv']) ends.push(await deliver(found, below));

    expect(ends).toEqual(['delivered', 'refused', 'delivered']);
    expect(filesAt(found)).toEqual(['a.csv', 'b.csv']);
    const { lastError, delivered } = await readDelivery(stage.table(), {
      flowName: found.flow.name,
      relativePath: parseRelativePath(refused),
    });
    expect(delivered).toBeUndefined();
    expect(lastError?.message).toContain(`the server answered ${replyCode}`);
    const issues = await stage.issues(found.flow);
    expect(issues.map(({ path, error }) => [path, error])).toEqual([[refused, lastError?.error]]);
  });
});

describe.each(ready)('A long name at $name', (program) => {
  it.each([
    ['of 255 bytes', 'x'.repeat(255)],
    ['of 255 bytes in UTF-8', `${'é'.repeat(127)}x`],
  ])('%s is delivered, though name and version do not fit into one staging name', async (_, name) => {
    const found = await fixture(program, []);

    const end = await deliver(found, name);

    expect(end).toBe('delivered');
    expect(filesAt(found)).toEqual([name]);
  });

  it('of 256 bytes is refused before the server is asked', async () => {
    const found = await fixture(program, []);

    const end = await deliver(found, 'x'.repeat(256));

    const [issue] = await stage.issues(found.flow);
    expect([end, issue?.error]).toEqual(['refused', 'name-too-long']);
  });
});

describe.each(ready.filter(({ name }) => name === 'pure-ftpd'))(
  '$name that takes no hidden names',
  (program) => {
    const settings = ['--prohibitdotfileswrite'];

    it('refuses the usual staging name, and the message says so', async () => {
      const found = await fixture(program, settings);

      const end = await deliver(found, 'a.csv');

      const { lastError } = await readDelivery(stage.table(), {
        flowName: found.flow.name,
        relativePath: parseRelativePath('a.csv'),
      });
      expect(end).toBe('refused');
      expect(lastError).toMatchObject({
        error: 'name-refused',
        message: expect.stringContaining('/.a.csv.'),
      });
    });

    it('accepts everything under a staging name that is not hidden', async () => {
      const found = await fixture(program, settings, { stagingName: '{name}.{version}.part' });

      const end = await deliver(found, 'a.csv');

      expect(end).toBe('delivered');
      expect(filesAt(found)).toEqual(['a.csv']);
    });
  },
);

/** Settings that refuse a file of more than a megabyte. */
const limits: Partial<Record<ServerName, readonly string[]>> = {
  proftpd: ['MaxStoreFileSize 1 Mb'],
  'pure-ftpd': ['-n', '1000:1'],
};

describe.each(ready.filter(({ name }) => name in limits))('A file too large for $name', (program) => {
  it('is refused and leaves nothing behind, and a smaller one continues', async () => {
    const found = await fixture(program, limits[program.name] ?? []);

    const ends = [
      await deliver(found, 'large.bin', 'x'.repeat(6_000_000)),
      await deliver(found, 'small.csv'),
    ];

    expect(ends).toEqual(['refused', 'delivered']);
    expect(filesAt(found).filter((name) => name !== '.ftpquota')).toEqual(['small.csv']);
  });
});
