import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { listWholeDirectory } from '../../../../lambdas/ftps/listing/list-whole-directory.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { makeDirectories, remove } from '../../../../lambdas/ftps/session/commands.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const path = parseRemotePath;

describe('a session', () => {
  it('deletes a file', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/file', {});
    await using session = await openTo(partner);

    await remove(session, path('/file'));

    expect(await statFile(session, path('/file'))).toBeUndefined();
  });

  it('refuses to delete a file that does not exist', async () => {
    await using partner = await startEmbedded();
    await using session = await openTo(partner);

    await expect(remove(session, path('/file'))).rejects.toMatchObject({ kind: 'refused', path: '/file' });
  });

  it('creates the missing directories of a path, and accepts existing ones', async () => {
    await using partner = await startEmbedded();
    partner.tree.putDirectory('/archive');
    await using session = await openTo(partner);

    await makeDirectories(session, path('/archive/2026/11'));
    await makeDirectories(session, path('/archive/2026/11'));

    const listing = await listWholeDirectory(session, path('/archive/2026'), { maxEntries: 10 });
    expect(listing.subdirectories).toEqual(['/archive/2026/11']);
  });

  it('does not create a directory below a file', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/archive', {});
    await using session = await openTo(partner);

    await expect(makeDirectories(session, path('/archive/2026'))).rejects.toMatchObject({
      name: 'FtpsError',
    });
  });

  it('refuses a name that connection.encoding cannot encode before anything is sent', async () => {
    await using partner = await startEmbedded();
    const settings = { ...partner.settings, encoding: 'latin1' };
    await using session = await openTo({ ...partner, settings });

    await expect(remove(session, path('/日本'))).rejects.toMatchObject({ kind: 'name-refused' });

    expect(partner.server.log.some(({ command }) => command === 'DELE')).toBe(false);
  });
});
