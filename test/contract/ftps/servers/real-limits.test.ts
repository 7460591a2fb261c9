import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { rename } from '../../../../lambdas/ftps/session/rename.ts';
import { upload } from '../../../../lambdas/ftps/transfer/upload.ts';
import { type AvailableServer, availableServers } from '../../../support/real-servers/available-servers.ts';
import type { ServerName } from '../../../support/real-servers/real-server.ts';
import { distinctBytes, openTo, type TestPartner } from '../test-partner.ts';
import { inChunks } from '../transfer/sources.ts';
import { startReal } from './real-partner.ts';

const large = distinctBytes(6_000_000);
const path = parseRemotePath('/file');
const { ready, absent } = await availableServers();

interface RefusingServer {
  readonly name: ServerName;
  readonly program: AvailableServer | undefined;
}

function refusing(name: ServerName): RefusingServer {
  const program = ready.find((each) => each.name === name);
  if (program === undefined) {
    const reason = absent.find((each) => each.name === name)?.reason;
    process.stdout.write(`Skipped: what ${name} refuses: ${reason}.\n`);
  }
  return { name, program };
}

function start({ name, program }: RefusingServer, settings: readonly string[]): Promise<TestPartner> {
  if (program === undefined) throw new Error(`${name} is not here`);
  return startReal(program, { security: 'explicit', settings });
}

const proftpd = refusing('proftpd');
const pureftpd = refusing('pure-ftpd');

describe.skipIf(pureftpd.program === undefined)('Pure-FTPd with a quota of 1 MB', () => {
  const quota = ['-n', '1000:1'];

  it('refuses an upload beyond it, and the session stays usable', async () => {
    await using partner = await start(pureftpd, quota);
    await using session = await openTo(partner);

    await expect(
      upload(session, path, inChunks(large), { mode: 'store', expectedBytes: large.length }),
    ).rejects.toMatchObject({ name: 'FtpsError', kind: 'no-space', replyCode: 552 });

    expect(session.lost).toBe(false);
    await statFile(session, path);
  });
});

describe.skipIf(proftpd.program === undefined)('ProFTPD with a limit of 1 MB for a file', () => {
  it('refuses an upload beyond it, and the session stays usable', async () => {
    await using partner = await start(proftpd, ['MaxStoreFileSize 1 Mb']);
    await using session = await openTo(partner);

    await expect(
      upload(session, path, inChunks(large), { mode: 'store', expectedBytes: large.length }),
    ).rejects.toMatchObject({ name: 'FtpsError', kind: 'no-space', replyCode: 552 });

    expect(session.lost).toBe(false);
    await statFile(session, path);
  });
});

describe.skipIf(proftpd.program === undefined)('ProFTPD that does not overwrite', () => {
  const keep = ['<Directory />', 'AllowOverwrite off', '</Directory>'];

  it('refuses to rename over an existing file, and both stay', async () => {
    await using partner = await start(proftpd, keep);
    await partner.putFile('/file', 'old');
    await partner.putFile('/.staged', 'new');
    await using session = await openTo(partner);

    await expect(rename(session, parseRemotePath('/.staged'), path)).rejects.toMatchObject({
      kind: 'refused',
      replyCode: 550,
    });

    expect(session.lost).toBe(false);
    expect((await partner.readFile('/file')).toString()).toBe('old');
    expect((await partner.readFile('/.staged')).toString()).toBe('new');
  });

  it('refuses to overwrite a file', async () => {
    await using partner = await start(proftpd, keep);
    await partner.putFile('/file', 'old');
    await using session = await openTo(partner);

    await expect(
      upload(session, path, inChunks(large), { mode: 'store', expectedBytes: large.length }),
    ).rejects.toMatchObject({ kind: 'denied', replyCode: 550 });

    expect((await partner.readFile('/file')).toString()).toBe('old');
  });
});
