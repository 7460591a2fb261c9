import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readPartnerFiles, readTheseFiles } from '../../../lambdas/contract/read-partner-file.ts';
import { partnerYaml, readFolder } from './partner-folder.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const privateKey = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n';
const withAuthority = partnerYaml({ more: '  tls: { ca: acme-ca.pem }' });

describe('a fault', () => {
  it('names file, line, column and key', async () => {
    const { shown } = await readFolder({ 'acme.yaml': partnerYaml({ security: '  security: explizit' }) });

    expect(shown).toEqual([
      'acme.yaml:4:3 connection.security Invalid option: expected one of "explicit"|"implicit"',
    ]);
  });

  it('of a key that is missing stands where the key belongs', async () => {
    const { shown } = await readFolder({ 'acme.yaml': partnerYaml({ remote: '' }) });

    expect(shown).toEqual(['acme.yaml:7:5 flows[0].remote is missing']);
  });

  it('does not hide another: all of them are told at once', async () => {
    const yaml = partnerYaml({
      host: '',
      more: '  verify: false\n  timeZone: Europe/Roma',
      rest: [
        '    schedule: { cron: "bad", timeZone: Nowhere }',
        '    after: { move: /outgoing/invoices/done }',
        '  - name: invoices',
        '    direction: pull',
        '    remote: /outgoing/more',
        '    prefix: acme/',
      ].join('\n'),
    });

    const { shown } = await readFolder({ 'other.yaml': yaml });

    expect(shown.map((line) => line.split(' ')[1])).toEqual(
      expect.arrayContaining([
        'connection.host',
        'connection.verify',
        'connection.timeZone',
        'flows[0].schedule.cron',
        'flows[0].schedule.timeZone',
        'flows[0].after.move',
        'flows[1].name',
        'flows[1].prefix',
        'partner',
      ]),
    );
    expect(new Set(shown).size).toBe(shown.length);
  });

  it('in one file leaves the others readable', async () => {
    const { partners, shown } = await readFolder({
      'acme.yaml': partnerYaml(),
      'bad.yaml': 'partner: [',
    });

    expect(partners.map(({ partner }) => partner)).toEqual(['acme']);
    expect(shown.join('\n')).toContain('bad.yaml:');
  });
});

describe('a file that is no partner file', () => {
  it.each([
    ['not YAML', 'partner: acme\n  host: "unclosed', 'is no YAML'],
    ['a key given twice', 'partner: acme\npartner: acme\n', 'is no YAML: Map keys must be unique'],
    ['two documents', 'partner: acme\n---\npartner: other\n', 'is no YAML'],
    ['empty', '', 'is empty'],
    ['comments alone', '# nothing yet\n', 'is empty'],
    ['a list', '- partner: acme\n', 'expected object'],
    ['text', 'acme', 'expected object'],
    ['aliases that stand for far too much', aliases(), 'is no YAML'],
  ])('%s', async (_, content, said) => {
    const { partners, shown } = await readFolder({ 'acme.yaml': content });

    expect(partners).toEqual([]);
    expect(shown.join('\n')).toContain(said);
  });

  it('names the line of a YAML error', async () => {
    const { shown } = await readFolder({ 'acme.yaml': 'partner: acme\nflows: [\n' });

    expect(shown[0]).toMatch(/^acme\.yaml:[23]:\d+ {2}is no YAML/);
  });

  it('may be missing altogether', async () => {
    const { faults } = await readTheseFiles([join(tmpdir(), 'no-such-folder', 'acme.yaml')]);

    expect(faults.map(({ message }) => message)).toEqual(['cannot be read']);
  });
});

it('a folder that is missing is named, with the option that names another', async () => {
  const folder = join(tmpdir(), 'no-such-folder');

  const reading = readPartnerFiles(folder);

  await expect(reading).rejects.toThrow(/no-such-folder.*--partners/);
});

it('a folder without partner files has no partners and no faults', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'partner-files-'));
  onTestFinished(() => rm(folder, { recursive: true }));

  const read = await readPartnerFiles(folder);

  expect(read).toEqual({ partners: [], faults: [] });
});

describe('what cannot stand beside another', () => {
  const otherFlow = (prefix: string) =>
    `  - name: orders\n    direction: pull\n    remote: /orders\n    prefix: ${prefix}`;

  it('is a prefix inside another one of the same partner', async () => {
    const { shown } = await readFolder({
      'acme.yaml': partnerYaml({ rest: otherFlow('acme/invoices/2026/') }),
    });

    expect(shown).toEqual([
      'acme.yaml:14:5 flows[1].prefix acme/invoices/2026/ overlaps acme/invoices/ of acme/invoices; give each flow its own prefix',
    ]);
  });

  it('is the same prefix in another file', async () => {
    const { shown } = await readFolder({
      'acme.yaml': partnerYaml(),
      'zeta.yaml': partnerYaml({ partner: 'partner: zeta' }),
    });

    expect(shown).toEqual([
      'zeta.yaml:10:5 flows[0].prefix acme/invoices/ overlaps acme/invoices/ of acme/invoices; give each flow its own prefix',
    ]);
  });

  it('is a prefix around one of a file that has other faults', async () => {
    const { shown } = await readFolder({
      'acme.yaml': partnerYaml({ host: '' }),
      'zeta.yaml': partnerYaml({ partner: 'partner: zeta', prefix: '    prefix: acme/' }),
    });

    expect(shown.join('\n')).toContain('zeta.yaml:10:5 flows[0].prefix acme/ overlaps acme/invoices/');
  });

  it('is not a prefix that only begins with the same letters', async () => {
    const { shown } = await readFolder({
      'acme.yaml': partnerYaml({ rest: otherFlow('acme/invoices-old/') }),
    });

    expect(shown).toEqual([]);
  });

  it('is a flow of the same name', async () => {
    const { shown } = await readFolder({
      'acme.yaml': partnerYaml({ rest: otherFlow('acme/orders/').replace('orders', 'invoices') }),
    });

    expect(shown.join('\n')).toContain("flows[1].name 'invoices' is the name of an earlier flow");
  });

  it('is an archive inside the remote directory of another flow', async () => {
    const { shown } = await readFolder({
      'acme.yaml': partnerYaml({
        rest: `    after: { move: "/orders/old/{yyyy}" }\n${otherFlow('acme/orders/')}`,
      }),
    });

    expect(shown.join('\n')).toContain('flows[0].after.move lies inside remote /orders of the flow orders');
  });

  it('is a partner of two files', async () => {
    const { shown } = await readFolder({
      'acme.yaml': partnerYaml(),
      'acme.yml': partnerYaml({ prefix: '    prefix: other/' }),
    });

    expect(shown.join('\n')).toContain("partner 'acme' is the partner of another file too");
  });

  it('is a partner and a file of another name', async () => {
    const { shown } = await readFolder({ 'acme-old.yaml': partnerYaml() });

    expect(shown).toEqual([
      "acme-old.yaml:1:1 partner is 'acme', but the file is named acme-old.yaml; make them the same",
    ]);
  });
});

describe('the authority to trust', () => {
  it('travels as text, since a function has no folder', async () => {
    const { partners, shown } = await readFolder({ 'acme.yaml': withAuthority, 'acme-ca.pem': certificate });

    expect(shown).toEqual([]);
    expect(partners[0]?.connection.tls.ca).toBe(certificate);
  });

  it.each([
    ['missing', {}, 'names the file acme-ca.pem, which cannot be read'],
    ['no PEM', { 'acme-ca.pem': 'DER?' }, 'names the file acme-ca.pem, which holds no PEM certificate'],
    [
      'a certificate with its private key',
      { 'acme-ca.pem': certificate + privateKey },
      'names the file acme-ca.pem, which holds a private key',
    ],
  ])('is a fault where the file is %s', async (_, files, said) => {
    const { shown } = await readFolder({ 'acme.yaml': withAuthority, ...files });

    expect(shown.join('\n')).toContain(`connection.tls.ca ${said}`);
  });

  it('is never a private key, and the key is in no message', async () => {
    const { partners, shown } = await readFolder({
      'acme.yaml': withAuthority,
      'acme-ca.pem': certificate + privateKey,
    });

    expect(JSON.stringify({ partners, shown })).not.toContain('MIIE');
  });
});

/** Each level is ten of the one before: a few lines that would fill the memory. */
function aliases(): string {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const inner = level === 0 ? 'x' : Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ');
    return `l${level}: &l${level} [${inner}]`;
  });
  return levels.join('\n');
}
