import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RenameInDoubt, rename } from '../../../lambdas/ftps/commands.ts';
import { lookAt } from '../../../lambdas/ftps/look-at.ts';
import type { FtpsFault } from '../../../lambdas/sync/ftps-fault.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import type { FaultAction } from '../../support/ftps-server/faults.ts';
import { type EmbeddedPartner, startEmbedded } from './embedded-partner.ts';
import { openTo } from './test-partner.ts';

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
  readonly kind: FtpsFault;
  /** Where the file is afterwards. */
  readonly at: typeof staged;
}

const losses: readonly Loss[] = [
  {
    title: 'does it and drops the connection',
    do: { kind: 'cut-control', when: 'after' },
    kind: 'connection-lost',
    at: target,
  },
  {
    title: 'does it and resets the connection',
    do: { kind: 'cut-control', when: 'after', with: 'reset' },
    kind: 'connection-lost',
    at: target,
  },
  {
    title: 'drops the connection instead',
    do: { kind: 'cut-control', when: 'before' },
    kind: 'connection-lost',
    at: staged,
  },
  { title: 'says nothing', do: { kind: 'silence' }, kind: 'timeout', at: staged },
  {
    title: 'says 421',
    do: { kind: 'reply', code: 421, text: 'Shutting down.' },
    kind: 'connection-lost',
    at: staged,
  },
];

describe('a rename', () => {
  it.each(losses)('is in doubt where the server $title', async ({ do: action, kind, at }) => {
    await using session = await openTo(partner, { timeouts: { replyMs: 200 } });
    partner.server.fault({ on: 'RNTO', do: action });

    const error = await rename(session, staged, target).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(RenameInDoubt);
    expect(error).toMatchObject({ kind, path: target, message: expect.stringContaining('not known') });
    expect(session.lost).toBe(true);
    await using next = await openTo(partner);
    expect(await lookAt(next, at)).toMatchObject({ sizeBytes: 3 });
  });

  it('is in no doubt where the connection was lost before RNTO was sent', async () => {
    await using session = await openTo(partner);
    partner.server.fault({ on: 'RNFR', do: { kind: 'cut-control', when: 'after' } });

    const error = await rename(session, staged, target).catch((reason: unknown) => reason);

    expect(error).not.toBeInstanceOf(RenameInDoubt);
    expect(error).toMatchObject({ kind: 'connection-lost', replyCode: undefined });
  });

  it.each([
    [550, 'refused'],
    [553, 'name-refused'],
    [450, 'unavailable'],
    [452, 'unavailable'],
  ])('is refused by %i to RNTO as %s, and the session lives', async (code, kind) => {
    await using session = await openTo(partner);
    partner.server.fault({ on: 'RNTO', do: { kind: 'reply', code, text: 'No.' } });

    const error = await rename(session, staged, target).catch((reason: unknown) => reason);

    expect(error).not.toBeInstanceOf(RenameInDoubt);
    expect(error).toMatchObject({ kind, replyCode: code, path: target });
    expect(session.lost).toBe(false);
  });

  it('is refused by 553 to RNTO as refused, where the target is there', async () => {
    partner.tree.put('/target', { content: 'old' });
    await using session = await openTo(partner);
    partner.server.fault({ on: 'RNTO', do: { kind: 'reply', code: 553, text: 'File exists.' } });

    await expect(rename(session, staged, target)).rejects.toMatchObject({ kind: 'refused', replyCode: 553 });
  });

  it('is refused by a server that replaces nothing, and both files stay', async () => {
    await using keeping = await startEmbedded({ features: { renameReplaces: false } });
    keeping.tree.put('/.staged', { content: 'new' }).put('/target', { content: 'old' });
    await using session = await openTo(keeping);

    await expect(rename(session, staged, target)).rejects.toMatchObject({ kind: 'refused', replyCode: 550 });

    expect(keeping.tree.bytesOf('/target').toString()).toBe('old');
    expect(keeping.tree.bytesOf('/.staged').toString()).toBe('new');
  });

  it('of a file that is not there is refused at RNFR', async () => {
    partner.tree.delete('/.staged');
    await using session = await openTo(partner);

    await expect(rename(session, staged, target)).rejects.toMatchObject({
      kind: 'refused',
      replyCode: 550,
      path: staged,
    });
  });
});
