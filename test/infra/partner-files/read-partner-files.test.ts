import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readPartnerFiles, readPartnerFolder } from '../../../infra/partner-files/read-partner-files.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

/** Writes the files, by path, into a temporary folder that is removed with the test. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'partner-files-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

function partnerYaml(partner: string): string {
  return `
partner: ${partner}
connection:
  host: ftps.${partner}.example
  security: explicit
  secret: ftps-sync/${partner}
  tls: { ca: ca.pem }
flows:
  - name: invoices
    direction: pull
    remote: /outgoing
    prefix: ${partner}/invoices/
    expect:
      - { pattern: '*.csv', by: '06:00', timeZone: Europe/Rome, holidays: calendars/italy.txt }
`;
}

describe('a folder of partner files', () => {
  it('is read in the order of names, and other files are ignored', async () => {
    const folder = await folderWith({
      'zeta.yaml': partnerYaml('zeta'),
      'acme.yml': partnerYaml('acme'),
      'ca.pem': certificate,
      'calendars/italy.txt': '2026-12-25\n',
      'README.md': '# Partners',
    });

    const { partners, errors } = await readPartnerFolder(folder);

    expect(errors).toEqual([]);
    expect(partners.map(({ partner }) => partner)).toEqual(['acme', 'zeta']);
  });

  it('without partner files has no partners and no errors', async () => {
    const read = await readPartnerFolder(await folderWith({}));

    expect(read).toEqual({ partners: [], errors: [] });
  });

  it('that does not exist is named in the error, with the option for another one', async () => {
    const reading = readPartnerFolder(join(tmpdir(), 'no-such-folder'));

    await expect(reading).rejects.toThrow(/no-such-folder.*--partners/);
  });
});

describe('a partner file', () => {
  it('has its CA and its holidays read from its own folder', async () => {
    const folder = await folderWith({
      'one/acme.yaml': partnerYaml('acme'),
      'one/ca.pem': certificate,
      'one/calendars/italy.txt': '2026-12-25\n',
      'two/zeta.yaml': partnerYaml('zeta'),
      'two/ca.pem': `${certificate}${certificate}`,
      'two/calendars/italy.txt': '2026-08-15\n',
    });

    const files = ['one/acme.yaml', 'two/zeta.yaml'].map((file) => join(folder, file));
    const { partners, errors } = await readPartnerFiles(files);

    expect(errors).toEqual([]);
    expect(partners.map(({ connection }) => connection.tls.ca)).toEqual([
      certificate,
      `${certificate}${certificate}`,
    ]);
    expect(partners.map(({ flows }) => flows[0])).toMatchObject([
      { expect: [{ holidays: ['2026-12-25'] }] },
      { expect: [{ holidays: ['2026-08-15'] }] },
    ]);
  });

  it('that refers to files that do not exist has an error for each of them', async () => {
    const folder = await folderWith({ 'acme.yaml': partnerYaml('acme') });

    const { errors } = await readPartnerFiles([join(folder, 'acme.yaml')]);

    expect(errors.map(({ key, message }) => `${key} ${message}`)).toEqual([
      "connection.tls.ca names the file ca.pem, which cannot be read; put it in the partner file's folder",
      "flows[0].expect[0].holidays names the file calendars/italy.txt, which cannot be read; put it in the partner file's folder",
    ]);
  });

  it('that does not exist has an error', async () => {
    const { errors } = await readPartnerFiles([join(tmpdir(), 'no-such-folder', 'acme.yaml')]);

    expect(errors.map(({ message }) => message)).toEqual([
      'cannot be read; check the path and its permissions',
    ]);
  });
});
