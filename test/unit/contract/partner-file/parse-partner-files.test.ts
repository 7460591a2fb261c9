import { describe, expect, it } from 'vitest';
import { parseFolder, partnerYaml } from './partner-folder.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const privateKey = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n';
const withAuthority = partnerYaml({ more: '  tls: { ca: acme-ca.pem }' });

describe('an error', () => {
  it('names file, line, column and key', () => {
    const { shown } = parseFolder({ 'acme.yaml': partnerYaml({ security: '  security: explizit' }) });

    expect(shown).toEqual([
      'acme.yaml:4:3 connection.security must be explicit or implicit; did you mean explicit?',
    ]);
  });

  it('of a missing key is at the enclosing key', () => {
    const { shown } = parseFolder({ 'acme.yaml': partnerYaml({ remote: '' }) });

    expect(shown).toEqual(['acme.yaml:7:5 flows[0].remote is missing']);
  });

  it('does not hide other errors', () => {
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

    const { shown } = parseFolder({ 'other.yaml': yaml });

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

  it('in one file does not affect other files', () => {
    const { partners, shown } = parseFolder({
      'acme.yaml': partnerYaml(),
      'bad.yaml': 'partner: [',
    });

    expect(partners.map(({ partner }) => partner)).toEqual(['acme']);
    expect(shown.join('\n')).toContain('bad.yaml:');
  });
});

describe('a file that is not a partner file', () => {
  it.each([
    ['not YAML', 'partner: acme\n  host: "unclosed', 'is not valid YAML'],
    [
      'a key given twice',
      'partner: acme\npartner: acme\n',
      'is not valid YAML: the key is given twice; remove one',
    ],
    ['two documents', 'partner: acme\n---\npartner: other\n', 'is not valid YAML'],
    ['empty', '', 'is empty'],
    ['comments only', '# nothing yet\n', 'is empty'],
    ['a list', '- partner: acme\n', 'must be a map of settings'],
    ['text', 'acme', 'must be a map of settings'],
    ['aliases that expand to too much', aliases(), 'is not valid YAML'],
  ])('%s', (_, content, said) => {
    const { partners, shown } = parseFolder({ 'acme.yaml': content });

    expect(partners).toEqual([]);
    expect(shown.join('\n')).toContain(said);
  });

  it('names the line of a YAML error', () => {
    const { shown } = parseFolder({ 'acme.yaml': 'partner: acme\nflows: [\n' });

    expect(shown[0]).toMatch(/^acme\.yaml:[23]:\d+ {2}is not valid YAML/);
  });
});

describe('a conflict', () => {
  const otherFlow = (prefix: string) =>
    `  - name: orders\n    direction: pull\n    remote: /orders\n    prefix: ${prefix}`;

  it('is a prefix inside another one of the same partner', () => {
    const { shown } = parseFolder({
      'acme.yaml': partnerYaml({ rest: otherFlow('acme/invoices/2026/') }),
    });

    expect(shown).toEqual([
      'acme.yaml:14:5 flows[1].prefix acme/invoices/2026/ overlaps acme/invoices/ of acme/invoices; give each flow its own prefix',
    ]);
  });

  it('is the same prefix in another file', () => {
    const { shown } = parseFolder({
      'acme.yaml': partnerYaml(),
      'zeta.yaml': partnerYaml({ partner: 'partner: zeta' }),
    });

    expect(shown).toEqual([
      'zeta.yaml:10:5 flows[0].prefix acme/invoices/ overlaps acme/invoices/ of acme/invoices; give each flow its own prefix',
    ]);
  });

  it('is a prefix around one of a file that has other errors', () => {
    const { shown } = parseFolder({
      'acme.yaml': partnerYaml({ host: '' }),
      'zeta.yaml': partnerYaml({ partner: 'partner: zeta', prefix: '    prefix: acme/' }),
    });

    expect(shown.join('\n')).toContain('zeta.yaml:10:5 flows[0].prefix acme/ overlaps acme/invoices/');
  });

  it('is not a prefix that only begins with the same letters', () => {
    const { shown } = parseFolder({
      'acme.yaml': partnerYaml({ rest: otherFlow('acme/invoices-old/') }),
    });

    expect(shown).toEqual([]);
  });

  it('is a flow of the same name', () => {
    const { shown } = parseFolder({
      'acme.yaml': partnerYaml({ rest: otherFlow('acme/orders/').replace('orders', 'invoices') }),
    });

    expect(shown.join('\n')).toContain("flows[1].name 'invoices' is already the name of an earlier flow");
  });

  it('is an archive inside the remote directory of another flow', () => {
    const { shown } = parseFolder({
      'acme.yaml': partnerYaml({
        rest: `    after: { move: "/orders/old/{yyyy}" }\n${otherFlow('acme/orders/')}`,
      }),
    });

    expect(shown.join('\n')).toContain('flows[0].after.move is inside remote /orders of the flow orders');
  });

  it('is a partner of two files', () => {
    const { shown } = parseFolder({
      'acme.yaml': partnerYaml(),
      'acme.yml': partnerYaml({ prefix: '    prefix: other/' }),
    });

    expect(shown.join('\n')).toContain("acme.yml:1:1 partner 'acme' is also defined in acme.yaml");
  });

  it('is a file name that is not the name of its partner', () => {
    const { shown } = parseFolder({ 'acme-old.yaml': partnerYaml() });

    expect(shown).toEqual([
      "acme-old.yaml:1:1 partner is 'acme', but the file is named acme-old.yaml; rename one of them",
    ]);
  });
});

describe('the CA to trust', () => {
  it('is embedded as text', () => {
    const { partners, shown } = parseFolder({ 'acme.yaml': withAuthority, 'acme-ca.pem': certificate });

    expect(shown).toEqual([]);
    expect(partners[0]?.connection.tls.ca).toBe(certificate);
  });

  it.each([
    ['missing', {}, 'names the file acme-ca.pem, which cannot be read'],
    ['no PEM', { 'acme-ca.pem': 'DER?' }, 'names the file acme-ca.pem, which contains no PEM certificate'],
    [
      'a certificate with its private key',
      { 'acme-ca.pem': certificate + privateKey },
      'names the file acme-ca.pem, which contains a private key',
    ],
  ])('is an error if the file is %s', (_, files, said) => {
    const { shown } = parseFolder({ 'acme.yaml': withAuthority, ...files });

    expect(shown.join('\n')).toContain(`connection.tls.ca ${said}`);
  });

  it('is never a private key, and the key is in no message', () => {
    const { partners, shown } = parseFolder({
      'acme.yaml': withAuthority,
      'acme-ca.pem': certificate + privateKey,
    });

    expect(JSON.stringify({ partners, shown })).not.toContain('MIIE');
  });
});

/** Each level has ten of the one before: a few lines that would expand to gigabytes. */
function aliases(): string {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const inner = level === 0 ? 'x' : Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ');
    return `l${level}: &l${level} [${inner}]`;
  });
  return levels.join('\n');
}
