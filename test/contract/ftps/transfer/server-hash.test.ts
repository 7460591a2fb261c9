import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import {
  type HashAlgorithm,
  offeredHashes,
  requestHash,
} from '../../../../lambdas/ftps/transfer/server-hash.ts';
import type { HashCommand } from '../../../../testing/ftps-server/options.ts';
import { availableServers } from '../../../support/real-servers/available-servers.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { startReal } from '../servers/real-partner.ts';
import { distinctBytes, openTo, type TestPartner } from '../test-partner.ts';

const content = distinctBytes(100_000);
const algorithms: readonly HashAlgorithm[] = ['sha256', 'sha1', 'md5', 'crc32'];
const file = parseRemotePath('/file');

const expected = {
  sha256: createHash('sha256').update(content).digest('hex'),
  sha1: createHash('sha1').update(content).digest('hex'),
  md5: createHash('md5').update(content).digest('hex'),
  crc32: crc32(content).toString(16).padStart(8, '0'),
};

async function offering(...hashes: readonly HashCommand[]) {
  const partner = await startEmbedded({ features: { hashes } });
  partner.tree.put('/file', { content });
  return partner;
}

describe('the hash that a server computes', () => {
  it.each(algorithms)('comes from HASH as %s', async (algorithm) => {
    await using partner = await offering('HASH');
    await using session = await openTo(partner);

    const hash = await requestHash(session, file, [algorithm]);

    expect(hash).toEqual({ algorithm, hex: expected[algorithm] });
  });

  it.each([
    ['XSHA256', 'sha256'],
    ['XSHA1', 'sha1'],
    ['XMD5', 'md5'],
    ['XCRC', 'crc32'],
  ] as const)('comes from %s as %s', async (command, algorithm) => {
    await using partner = await offering(command);
    await using session = await openTo(partner);

    const hash = await requestHash(session, file);

    expect(hash).toEqual({ algorithm, hex: expected[algorithm] });
    expect(offeredHashes(session.capabilities)).toEqual([algorithm]);
  });

  it('is the first wanted one that the server offers', async () => {
    await using partner = await offering('XMD5', 'XCRC');
    await using session = await openTo(partner);

    const hash = await requestHash(session, file, ['sha256', 'crc32', 'md5']);

    expect(hash?.algorithm).toBe('crc32');
  });

  it('comes from another command where the first one is refused', async () => {
    await using partner = await offering('HASH', 'XSHA256');
    partner.server.fault({ on: 'HASH', do: { kind: 'reply', code: 504, text: 'Not now.' } });
    await using session = await openTo(partner);

    const hash = await requestHash(session, file, ['sha256']);

    expect(hash?.hex).toBe(expected.sha256);
  });

  it.each([
    ['is not offered', []],
    ['is refused', ['HASH']],
  ] as const)('is undefined where it %s', async (_why, hashes) => {
    await using partner = await offering(...hashes);
    partner.server.fault({ on: 'HASH', do: { kind: 'reply', code: 556, text: 'Not for this file.' } });
    await using session = await openTo(partner);

    const hash = await requestHash(session, file);

    expect(hash).toBeUndefined();
    expect(session.lost).toBe(false);
  });

  it.each([
    `SHA-256 0-100000 ${'0'.repeat(63)} /file`,
    `SHA-256 5-100000 ${'0'.repeat(64)} /file`,
    `SHA3-256 0-100000 ${'0'.repeat(64)} /file`,
    `SHA-1 0-100000 ${'0'.repeat(40)} /file`,
    'SHA-256',
    '',
  ])('is undefined where HASH answers "%s"', async (text) => {
    await using partner = await offering('HASH');
    partner.server.fault({ on: 'HASH', do: { kind: 'reply', code: 213, text } });
    await using session = await openTo(partner);

    const hash = await requestHash(session, file, ['sha256']);

    expect(hash).toBeUndefined();
  });

  it('has the leading zeros that a server leaves out of a CRC', async () => {
    await using partner = await offering('XCRC');
    partner.server.fault({ on: 'XCRC', do: { kind: 'reply', code: 250, text: 'A0B' } });
    await using session = await openTo(partner);

    const hash = await requestHash(session, file);

    expect(hash).toEqual({ algorithm: 'crc32', hex: '00000a0b' });
  });

  it('is not requested with a vendor command where the name could be read as a range', async () => {
    await using partner = await offering('XCRC');
    partner.tree.put('/file 0 5', { content });
    await using session = await openTo(partner);

    const hash = await requestHash(session, parseRemotePath('/file 0 5'));

    expect(hash).toBeUndefined();
    expect(partner.server.log.some(({ command }) => command === 'XCRC')).toBe(false);
  });

  it('may take as long as a final reply, after which the session is gone', async () => {
    await using partner = await offering('HASH');
    partner.server.fault({ on: 'HASH', do: { kind: 'silence' } });
    await using session = await openTo(partner, { timeouts: { replyMs: 2_000, finalReplyMs: 100 } });

    await expect(requestHash(session, file)).rejects.toMatchObject({ kind: 'timeout', path: file });

    expect(session.lost).toBe(true);
  });
});

const { ready, absent } = await availableServers();
const proftpd = ready.find(({ name }) => name === 'proftpd');
if (proftpd === undefined) {
  const reason = absent.find(({ name }) => name === 'proftpd')?.reason;
  process.stdout.write(`Skipped: hashes by ProFTPD: ${reason}.\n`);
}

describe.skipIf(proftpd === undefined)('mod_digest of ProFTPD', () => {
  const start = async (): Promise<TestPartner> => {
    if (proftpd === undefined) throw new Error('ProFTPD is not here');
    const settings = ['LoadModule mod_digest.c', 'DigestEngine on', 'DigestAlgorithms all'];
    const partner = await startReal(proftpd, { security: 'explicit', settings });
    await partner.putFile('/file', content);
    await partner.putFile('/a b  "c" 0 5', content);
    return partner;
  };

  it('has every hash with HASH', async () => {
    await using partner = await start();
    await using session = await openTo(partner);

    const hashes = [];
    for (const algorithm of algorithms) hashes.push(await requestHash(session, file, [algorithm]));

    expect(offeredHashes(session.capabilities)).toEqual(algorithms);
    expect(hashes).toEqual(algorithms.map((algorithm) => ({ algorithm, hex: expected[algorithm] })));
  });

  it.each(['XSHA256', 'XSHA1', 'XMD5', 'XCRC'])('has the same with %s', async (command) => {
    await using partner = await start();
    await using session = await openTo(partner);
    const features = new Map([[command, '']]);

    const hash = await requestHash({ ...session, capabilities: { ...session.capabilities, features } }, file);

    expect(hash?.hex).toBe(hash && expected[hash.algorithm]);
    expect(hash).toBeDefined();
  });

  it('has the hash of a file with an awkward name', async () => {
    await using partner = await start();
    await using session = await openTo(partner);

    const hash = await requestHash(session, parseRemotePath('/a b  "c" 0 5'));

    expect(hash).toEqual({ algorithm: 'sha256', hex: expected.sha256 });
  });

  it('has none for a missing file', async () => {
    await using partner = await start();
    await using session = await openTo(partner);

    const hash = await requestHash(session, parseRemotePath('/missing'));

    expect(hash).toBeUndefined();
    expect(session.lost).toBe(false);
  });
});
