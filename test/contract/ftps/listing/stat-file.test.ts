import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const modified = new Date('2026-11-20T02:15:00Z');
const there = parseRemotePath('/in/ file ');

describe.each([
  ['SIZE and MDTM', {}],
  ['MLST, where SIZE is not known', { size: false }],
  ['MLST, where FEAT is not known either', { size: false, feat: false }],
  ['a listing by LIST', { size: false, mlsd: false }],
])('a look by %s', (_by, features) => {
  it('finds the size and the time of a file', async () => {
    await using partner = await startEmbedded({ features, now: () => new Date('2026-11-20T12:00:00Z') });
    partner.tree.put('/in/ file ', { content: '12345', modified }).put('/in/other', { content: 'x' });
    await using session = await openTo(partner);

    const observation = await statFile(session, there);

    expect(observation).toMatchObject({ sizeBytes: 5, modified: { wallClock: '2026-11-20T02:15:00' } });
  });

  it('finds no missing file', async () => {
    await using partner = await startEmbedded({ features });
    partner.tree.put('/in/other', { content: 'x' });
    await using session = await openTo(partner);

    const observation = await statFile(session, there);

    expect(observation).toBeUndefined();
    expect(session.lost).toBe(false);
  });

  it('finds no file in a missing directory', async () => {
    await using partner = await startEmbedded({ features });
    await using session = await openTo(partner);

    const observation = await statFile(session, there);

    expect(observation).toBeUndefined();
    expect(session.lost).toBe(false);
  });

  it('finds no file where a directory has the name', async () => {
    await using partner = await startEmbedded({ features });
    partner.tree.putDirectory('/in/ file ');
    await using session = await openTo(partner);

    const observation = await statFile(session, there);

    expect(observation).toBeUndefined();
  });
});

describe('statFile', () => {
  it.each([
    [501, 'Missing parameters'],
    [550, 'MLST: operation not supported'],
  ])('looks into the listing where MLST is offered and answers %i %s', async (code, text) => {
    await using partner = await startEmbedded({ features: { size: false } });
    partner.tree.put('/in/ file ', { content: '12345', modified });
    partner.server.fault({ on: 'MLST', do: { kind: 'reply', code, text } });
    await using session = await openTo(partner);

    const observation = await statFile(session, there);

    expect(observation).toMatchObject({ sizeBytes: 5 });
  });

  it('falls back where the server leaves out the size, as ftp-srv does for empty files', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/in/ file ', { content: '' });
    partner.server.fault({ on: 'SIZE', do: { kind: 'reply', code: 213, text: '' } });
    await using session = await openTo(partner);

    const observation = await statFile(session, there);

    expect(observation).toMatchObject({ sizeBytes: 0 });
  });

  it('does not take a listing with a line that was not understood as proof that a file is missing', async () => {
    await using partner = await startEmbedded({ features: { size: false, mlsd: false } });
    partner.tree.put('/in/other', {});
    partner.server.fault({ on: 'LIST', do: { kind: 'garbage-lines', lines: ['what is this'] } });
    await using session = await openTo(partner);

    await expect(statFile(session, there)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('fails where the server does not tell', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/in/ file ', {});
    partner.server.fault({ on: 'SIZE', do: { kind: 'reply', code: 450, text: 'Busy.' } });
    await using session = await openTo(partner);

    await expect(statFile(session, there)).rejects.toMatchObject({ kind: 'unavailable', replyCode: 450 });
  });
});
