import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { FaultRule } from '../support/ftps-server/faults.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { amendText, startTestStage } from '../support/stage/test-stage.ts';

/**
 * The worker's 15 minutes become 55 seconds, of which the last 20 are for saving: what waits for less than 35 ends by its own
 * timeout, and the rest with the time of the invocation.
 */
const hasty = amendText('"Timeout":900', '"Timeout":55');

const flows = { files: { direction: 'push', overwrite: 'replace' } };

/** A partner whose server falls silent once, with a file there that is to be replaced. */
async function fallingSilent(name: string, rule: FaultRule) {
  const partner = await startTestPartner(name, { flows });
  partner.tree.put('/files/a.bin', { content: 'before' });
  partner.server.fault({ times: 1, ...rule });
  return partner;
}

const small = Buffer.from('ours');
/** More than all the buffers between a worker and its server hold. */
const large = Buffer.alloc(24_000_000, 'ours ');

const silences = [
  {
    title: 'in the TLS handshake',
    partner: await fallingSilent('stalling', { on: 'AUTH', do: { kind: 'stall-handshake' } }),
    content: small,
    renames: 1,
  },
  {
    title: 'after 150, amid the bytes',
    partner: await fallingSilent('choking', { on: 'STOR', do: { kind: 'stall-data', afterBytes: 100_000 } }),
    content: large,
    renames: 1,
  },
  {
    title: 'before 226',
    partner: await fallingSilent('hanging', { on: 'STOR', do: { kind: 'no-final-reply' } }),
    content: small,
    renames: 1,
  },
  {
    title: 'after RNTO',
    partner: await fallingSilent('brooding', { on: 'RNTO', do: { kind: 'silence' } }),
    content: small,
    // The first one was not done, or the second would not be needed.
    renames: 2,
  },
];

const { dataFolder, queues, push } = await startTestStage(
  silences.map(({ partner }) => partner),
  { amend: hasty, waitScale: 0.0005 },
);

beforeAll(async () => {
  await Promise.all(silences.map(({ partner, content }) => push(partner.name).put('a.bin', content)));
  await queues.quiet();
});

test.for(silences)(
  'A server that falls silent $title is given up by its worker, and gets the file later, once',
  async ({ partner: { name, server, tree }, content, renames }) => {
    const { delivered } = await push(name).record('a.bin');

    expect(server.log.filter(({ command }) => command === 'RNTO')).toHaveLength(renames);
    expect(delivered).toMatchObject({ sizeBytes: content.length, doubt: undefined });
    expect(tree.bytesOf('/files/a.bin').equals(content)).toBe(true);
    expect([...(await tree.list('/files'))].map(({ name }) => name)).toEqual(['a.bin']);
  },
);

test('Each worker has ended by itself, after the timeout that it was to wait for', () => {
  const ends = ['no login within 30 s', 'no reply within 30 s', 'The invocation has run out of time.'];

  const counts = ends.map((end) => failures().filter((message) => message.includes(end)).length);

  expect(counts).toEqual([1, 1, 2]);
  expect(failures()).toHaveLength(silences.length);
});

test('Nothing of it is a dead letter, or left in attention', async () => {
  const attention = await Promise.all(silences.map(({ partner }) => push(partner.name).attention()));

  expect(attention).toEqual([{}, {}, {}, {}]);
  expect(await queues.count('pushDeadLetters')).toBe(0);
});

/** Why tries failed, as the workers themselves say: one that is killed at its timeout says nothing. */
function failures(): readonly string[] {
  const log = readFileSync(join(dataFolder, 'logs', 'ftps-sync-local-push-file.log'), 'utf8');
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => z.object({ level: z.string(), message: z.string() }).parse(JSON.parse(line)))
    .filter(({ level }) => level === 'ERROR')
    .map(({ message }) => message);
}
