import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FtpsErrorKind } from '../../../../lambdas/core/connection/ftps-error-kind.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { RenameUncertainError, rename } from '../../../../lambdas/ftps/session/rename.ts';
import type { FaultAction } from '../../../../testing/ftps-server/faults.ts';
import { type EmbeddedPartner, startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const staged = parseRemotePath('/.staged');
const target = parseRemotePath('/target');

let partner: EmbeddedPartner;

beforeAll(async () => {
  partner = await startEmbedded();
});

beforeEach(() => {
  partner.tree.put('/.staged', { content: 'new' });
});

afterEach(() => {
  partner.server.clearFaults();
  partner.tree.delete('/.staged').delete('/target');
});

afterAll(async () => {
  await partner[Symbol.asyncDispose]();
});

interface Loss {
  readonly title: string;
  readonly do: FaultAction;
  readonly kind: FtpsErrorKind;
  /** Where the file is afterwards. */
  readonly at: typeof staged;
}

const losses: readonly Loss[] = [
  {
    title: 'renames and closes the connection',
    do: { kind: 'cut-control', when: 'after' },
    kind: 'connection-lost',
    at: target,
  },
  {
    title: 'renames and resets the connection',
    do: { kind: 'cut-control', when: 'after', with: 'reset' },
    kind: 'connection-lost',
    at: target,
  },
  {
    title: 'closes the connection without renaming',
    do: { kind: 'cut-control', when: 'before' },
    kind: 'connection-lost',
    at: staged,
  },
  { title: 'stays silent', do: { kind: 'silence' }, kind: 'timeout', at: staged },
  {
    title: 'answers 421',
    do: { kind: 'reply', code: 421, text: 'Shutting down.' },
    kind: 'connection-lost',
    at: staged,
  },
];

describe('a rename', () => {
  it('moves a file to another directory, and keeps a space at the end of its name', async () => {
    await using moving = await startEmbedded();
    moving.tree.put('/from', { content: 'hello' }).putDirectory('/to');
    await using session = await openTo(moving);

    await rename(session, parseRemotePath('/from'), parseRemotePath('/to/there '));

    expect(moving.tree.bytesOf('/to/there ').toString()).toBe('hello');
  });

  it.each(losses)('is uncertain where the server $title', async ({ do: action, kind, at }) => {
    await using session = await openTo(partner, { timeouts: { replyMs: 200 } });
    partner.server.fault({ on: 'RNTO', do: action });

    const error = await rename(session, staged, target).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(RenameUncertainError);
    expect(error).toMatchObject({ kind, path: target, message: expect.stringContaining('not known') });
    expect(session.lost).toBe(true);
    await using next = await openTo(partner);
    expect(await statFile(next, at)).toMatchObject({ sizeBytes: 3 });
  });

  it('is not uncertain where the connection is lost before RNTO', async () => {
    await using session = await openTo(partner);
    partner.server.fault({ on: 'RNFR', do: { kind: 'cut-control', when: 'after' } });

    const error = await rename(session, staged, target).catch((reason: unknown) => reason);

    expect(error).not.toBeInstanceOf(RenameUncertainError);
    expect(error).toMatchObject({ kind: 'connection-lost', replyCode: undefined });
  });

  it.each([
    [550, 'refused'],
    [553, 'name-refused'],
    [450, 'unavailable'],
    [452, 'unavailable'],
  ])('fails with %i to RNTO as %s, and the session stays usable', async (code, kind) => {
    await using session = await openTo(partner);
    partner.server.fault({ on: 'RNTO', do: { kind: 'reply', code, text: 'No.' } });

    const error = await rename(session, staged, target).catch((reason: unknown) => reason);

    expect(error).not.toBeInstanceOf(RenameUncertainError);
    expect(error).toMatchObject({ kind, replyCode: code, path: target });
    expect(session.lost).toBe(false);
  });

  it('fails with 553 to RNTO as refused where the target exists', async () => {
    partner.tree.put('/target', { content: 'old' });
    await using session = await openTo(partner);
    partner.server.fault({ on: 'RNTO', do: { kind: 'reply', code: 553, text: 'File exists.' } });

    await expect(rename(session, staged, target)).rejects.toMatchObject({ kind: 'refused', replyCode: 553 });
  });

  it('fails where the server stored the file under another name, as Pure-FTPd does', async () => {
    const spaced = parseRemotePath('/target ');
    await using session = await openTo(partner);
    partner.server.fault({
      on: 'RNTO',
      do: { kind: 'reply', code: 250, text: 'File successfully renamed or moved' },
    });

    await expect(rename(session, staged, spaced)).rejects.toMatchObject({
      kind: 'name-refused',
      path: spaced,
    });
  });

  it.each([
    ['nothing', undefined],
    ['an older file', { content: 'older' }],
  ])('fails where the server confirms it and does nothing, with %s at the target', async (_, before) => {
    if (before !== undefined) partner.tree.put('/target', before);
    await using session = await openTo(partner);
    const confirmed = { kind: 'reply', code: 250, text: 'Rename successful.' } as const;
    partner.server.fault({ on: 'RNTO', do: confirmed });

    const error = await rename(session, staged, target).catch((reason: unknown) => reason);

    expect(error).not.toBeInstanceOf(RenameUncertainError);
    expect(error).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('the file is still at its old name'),
    });
    expect(partner.tree.bytesOf('/.staged').toString()).toBe('new');
    expect(session.lost).toBe(false);
  });

  it('succeeds where a reader takes the file away at once', async () => {
    await using session = await openTo(partner);
    const change = () => partner.tree.delete('/target');
    partner.server.fault({ on: 'SIZE', times: 1, do: { kind: 'beforehand', change } });

    await rename(session, staged, target);

    expect(session.lost).toBe(false);
  });

  it.each(['/target', '/target '])('to %j succeeds where the session is lost after its reply', async (to) => {
    await using session = await openTo(partner);
    partner.server.fault({ on: 'SIZE', do: { kind: 'cut-control', when: 'before', with: 'reset' } });

    await rename(session, staged, parseRemotePath(to));

    expect(partner.tree.bytesOf(to).toString()).toBe('new');
    expect(session.lost).toBe(true);
  });

  it('fails at a server that replaces no file, and both files stay', async () => {
    await using keeping = await startEmbedded({ features: { renameReplaces: false } });
    keeping.tree.put('/.staged', { content: 'new' }).put('/target', { content: 'old' });
    await using session = await openTo(keeping);

    await expect(rename(session, staged, target)).rejects.toMatchObject({ kind: 'refused', replyCode: 550 });

    expect(keeping.tree.bytesOf('/target').toString()).toBe('old');
    expect(keeping.tree.bytesOf('/.staged').toString()).toBe('new');
  });

  it('of a missing file fails at RNFR', async () => {
    partner.tree.delete('/.staged');
    await using session = await openTo(partner);

    await expect(rename(session, staged, target)).rejects.toMatchObject({
      kind: 'refused',
      replyCode: 550,
      path: staged,
    });
  });
});
