import { describe, expect, it } from 'vitest';
import { lookAt } from '../../../lambdas/ftps/look-at.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { startEmbedded } from './embedded-partner.ts';
import { openTo } from './test-partner.ts';

const modified = new Date('2026-11-20T02:15:00Z');
const there = parseRemotePath('/in/ file ');

describe.each([
  ['SIZE and MDTM', {}],
  ['MLST, where SIZE is not known', { size: false }],
  ['MLST, where FEAT is not known either', { size: false, feat: false }],
  ['a listing by LIST', { size: false, mlsd: false }],
])('a look by %s', (_by, features) => {
  it('sees the size and the time of a file', async () => {
    await using partner = await startEmbedded({ features, now: () => new Date('2026-11-20T12:00:00Z') });
    partner.tree.put('/in/ file ', { content: '12345', modified }).put('/in/other', { content: 'x' });
    await using session = await openTo(partner);

    const sighting = await lookAt(session, there);

    expect(sighting).toMatchObject({ sizeBytes: 5, modified: { wallClock: '2026-11-20T02:15:00' } });
  });

  it('sees that there is no such file', async () => {
    await using partner = await startEmbedded({ features });
    partner.tree.put('/in/other', { content: 'x' });
    await using session = await openTo(partner);

    const sighting = await lookAt(session, there);

    expect(sighting).toBeUndefined();
    expect(session.lost).toBe(false);
  });

  it('sees no file where there is no directory', async () => {
    await using partner = await startEmbedded({ features });
    await using session = await openTo(partner);

    const sighting = await lookAt(session, there);

    expect(sighting).toBeUndefined();
    expect(session.lost).toBe(false);
  });

  it('sees no file where a directory has the name', async () => {
    await using partner = await startEmbedded({ features });
    partner.tree.putDirectory('/in/ file ');
    await using session = await openTo(partner);

    const sighting = await lookAt(session, there);

    expect(sighting).toBeUndefined();
  });
});

describe('a look', () => {
  it('is not content with a size that the server leaves out, as ftp-srv does for empty files', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/in/ file ', { content: '' });
    partner.server.fault({ on: 'SIZE', do: { kind: 'reply', code: 213, text: '' } });
    await using session = await openTo(partner);

    const sighting = await lookAt(session, there);

    expect(sighting).toMatchObject({ sizeBytes: 0 });
  });

  it('takes a listing with a line not understood for no proof that a file is not there', async () => {
    await using partner = await startEmbedded({ features: { size: false, mlsd: false } });
    partner.tree.put('/in/other', {});
    partner.server.fault({ on: 'LIST', do: { kind: 'garbage-lines', lines: ['what is this'] } });
    await using session = await openTo(partner);

    await expect(lookAt(session, there)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('fails where the server does not tell', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/in/ file ', {});
    partner.server.fault({ on: 'SIZE', do: { kind: 'reply', code: 450, text: 'Busy.' } });
    await using session = await openTo(partner);

    await expect(lookAt(session, there)).rejects.toMatchObject({ kind: 'unavailable', replyCode: 450 });
  });
});
