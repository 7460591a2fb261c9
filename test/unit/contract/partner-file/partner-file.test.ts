import { describe, expect, it } from 'vitest';
import { partnerFileSchema } from '../../../../lambdas/contract/partner-file/partner-file.ts';
import { durationMs } from '../../../../lambdas/contract/partner-file/settings.ts';
import { parseFolder, partnerYaml } from './partner-folder.ts';

describe('a partner file with only the required settings', () => {
  it('is valid and has every default', () => {
    const { partners, shown } = parseFolder({ 'acme.yaml': partnerYaml() });

    expect(shown).toEqual([]);
    expect(partners).toEqual([
      {
        partner: 'acme',
        connection: {
          host: 'ftps.acme.example',
          port: 21,
          security: 'explicit',
          secret: 'ftps-sync/acme',
          tls: { minVersion: 'TLSv1.2', ca: undefined, fingerprints: [] },
          maxConnections: 4,
          timeZone: 'auto',
          timeZoneOf: 'list',
          listing: 'auto',
          encoding: 'auto',
        },
        flows: [
          {
            name: 'invoices',
            direction: 'pull',
            remote: '/outgoing/invoices',
            prefix: 'acme/invoices/',
            include: ['**'],
            exclude: [],
            settled: { minAge: '2m', unchangedListings: 1 },
            onChange: 'new-version',
            after: 'keep',
            afterCheck: 'version',
            expect: [],
          },
        ],
      },
    ]);
  });

  it('has port 990 if TLS is implicit', () => {
    const { partners } = parseFolder({ 'acme.yaml': partnerYaml({ security: '  security: implicit' }) });

    expect(partners[0]?.connection.port).toBe(990);
  });

  it('may have the extension .yml', () => {
    const { partners, shown } = parseFolder({ 'acme.yml': partnerYaml() });

    expect(shown).toEqual([]);
    expect(partners).toHaveLength(1);
  });
});

describe('a valid setting', () => {
  it.each([
    ['another port', { more: '  port: 2121' }],
    ['an IPv4 address', { host: '  host: 192.0.2.1' }],
    ['an IPv6 address', { host: '  host: "2001:db8::1"' }],
    ['a zone that is an alias', { more: '  timeZone: US/Eastern' }],
    ['UTC', { more: '  timeZone: UTC' }],
    ['a zone of all times', { more: '  timeZone: Asia/Tokyo\n  timeZoneOf: all' }],
    ['an old encoding', { more: '  encoding: windows-1252' }],
    ['the root as remote directory', { remote: '    remote: /' }],
    ['a remote directory with a trailing slash', { remote: '    remote: /outgoing/' }],
    ['a done file by stem', { rest: '    settled: { doneFile: "{stem}.ok" }' }],
    ['a done file with a prefix', { rest: '    settled: { doneFile: "done.{name}" }' }],
    ['no minimum age', { rest: '    settled: { minAge: 0s }' }],
    [
      'an archive outside the remote directory',
      { rest: '    after: { move: "/outgoing/invoices-old/{yyyy}" }' },
    ],
    ['globs of every kind', { rest: '    include: ["**/*.{csv,xml}", "in[0-9]?/**", "!(x)*"]' }],
  ])('%s', (_, changes) => {
    const { shown } = parseFolder({ 'acme.yaml': partnerYaml(changes) });

    expect(shown).toEqual([]);
  });

  it('has a normalized fingerprint', () => {
    const colons = Array.from({ length: 32 }, () => 'AB').join(':');

    const { partners } = parseFolder({
      'acme.yaml': partnerYaml({ more: `  tls: { fingerprints: ["${colons}"] }` }),
    });

    expect(partners[0]?.connection.tls.fingerprints).toEqual(['ab'.repeat(32)]);
  });
});

describe('an invalid setting', () => {
  it.each([
    ['an unknown key at the top', { rest: 'flow: []' }, 'flow is not a setting'],
    ['an unknown key of the connection', { more: '  verify: false' }, 'connection.verify is not a setting'],
    [
      'a switch that would trust any certificate',
      { more: '  tls: { rejectUnauthorized: false }' },
      'connection.tls.rejectUnauthorized is not a setting',
    ],
    ['an unknown key of a flow', { rest: '    pattern: "*.csv"' }, 'flows[0].pattern is not a setting'],
    ['a missing host', { host: '' }, 'connection.host is missing'],
    ['a missing prefix', { prefix: '' }, 'flows[0].prefix is missing'],
    ['a partner id in capitals', { partner: 'partner: Acme' }, 'partner must be 1 to 40 lower-case'],
    ['a flow id with a slash', { name: '  - name: a/b' }, 'flows[0].name must be 1 to 40 lower-case'],
    ['a host with a scheme', { host: '  host: ftps://acme.example' }, 'connection.host must be a host name'],
    [
      'a host with its port',
      { host: '  host: acme.example:990' },
      'connection.host must be a host name or an IP address, without scheme or port',
    ],
    ['a port that is text', { more: '  port: "21"' }, 'connection.port must be a number, without quotes'],
    ['port 0', { more: '  port: 0' }, 'connection.port'],
    ['plain FTP', { security: '  security: none' }, 'connection.security must be explicit or implicit'],
    ['a password in the file', { more: '  password: hunter2' }, 'connection.password is not a setting'],
    ['TLS 1.0', { more: '  tls: { minVersion: TLSv1 }' }, 'connection.tls.minVersion'],
    [
      'a short fingerprint',
      { more: '  tls: { fingerprints: ["ab:cd"] }' },
      'connection.tls.fingerprints[0] must be a SHA-256',
    ],
    [
      'a wait for a login that would outlast the trial of a password',
      { more: '  timeouts: { connect: 2m }' },
      'connection.timeouts.connect must be from 5s to 60s',
    ],
    [
      'a wait of an hour',
      { more: '  timeouts: { data: 1h }' },
      'connection.timeouts.data must be from 10s to 7m',
    ],
    ['no wait', { more: '  timeouts: { reply: 0s }' }, 'connection.timeouts.reply must be from 5s to 5m'],
    [
      'a timeout without a unit',
      { more: '  timeouts: { reply: "30" }' },
      'connection.timeouts.reply must be a number and a unit',
    ],
    ['no connection at all', { more: '  maxConnections: 0' }, 'connection.maxConnections'],
    [
      'a zone of all times that is not set',
      { more: '  timeZoneOf: all' },
      'connection.timeZoneOf is all, which needs the IANA name of a zone in timeZone',
    ],
    [
      'an unknown zone of the server',
      { more: '  timeZone: Europe/Roma' },
      'connection.timeZone must be auto or an IANA time zone',
    ],
    ['an unknown encoding', { more: '  encoding: utf-16' }, 'connection.encoding'],
    ['an unknown direction', { direction: '    direction: both' }, 'flows[0].direction must be pull or push'],
    ['no direction', { direction: '' }, 'flows[0].direction is missing: pull or push'],
    [
      'a relative remote directory',
      { remote: '    remote: outgoing' },
      'flows[0].remote must be an absolute path',
    ],
    ['a remote directory with ..', { remote: '    remote: /a/../b' }, 'flows[0].remote must not contain'],
    ['a prefix without its slash', { prefix: '    prefix: acme' }, 'flows[0].prefix must end with /'],
    [
      'a prefix that starts with a slash',
      { prefix: '    prefix: /acme/' },
      'flows[0].prefix must not start with /',
    ],
    ['a prefix with ..', { prefix: '    prefix: a/../b/' }, 'flows[0].prefix must not'],
    [
      'a bad cron',
      { rest: '    schedule: { cron: "15 2 * * *", timeZone: UTC }' },
      'flows[0].schedule.cron must have 6 fields',
    ],
    [
      'a schedule without a zone',
      { rest: '    schedule: { cron: "15 2 * * ? *" }' },
      'flows[0].schedule.timeZone is missing',
    ],
    [
      'an unknown zone',
      { rest: '    schedule: { cron: "15 2 * * ? *", timeZone: CEST }' },
      'flows[0].schedule.timeZone must be an IANA time zone',
    ],
    [
      'a zone in lower case',
      { rest: '    schedule: { cron: "15 2 * * ? *", timeZone: europe/rome }' },
      'flows[0].schedule.timeZone must be an IANA time zone',
    ],
    [
      'an offset for a zone',
      { rest: '    schedule: { cron: "15 2 * * ? *", timeZone: "+02:00" }' },
      'flows[0].schedule.timeZone must be an IANA time zone',
    ],
    [
      'a glob that can match nothing',
      { rest: '    include: ["[z-a]*.csv"]' },
      'flows[0].include[0] is not a valid glob',
    ],
    ['an empty include', { rest: '    include: []' }, 'flows[0].include'],
    ['a glob outside a list', { rest: '    include: "*.csv"' }, 'flows[0].include must be a list'],
    ['a duration without a unit', { rest: '    settled: { minAge: 120 }' }, 'flows[0].settled.minAge'],
    [
      'a duration in words',
      { rest: '    settled: { minAge: 2 minutes }' },
      'flows[0].settled.minAge must be a number and a unit',
    ],
    [
      'a done file without a placeholder',
      { rest: '    settled: { doneFile: done }' },
      'flows[0].settled.doneFile must contain {name} or {stem} once',
    ],
    [
      'a done file that matches every name',
      { rest: '    settled: { doneFile: "{name}" }' },
      'flows[0].settled.doneFile must contain {name} or {stem} once',
    ],
    [
      'a done file with two placeholders',
      { rest: '    settled: { doneFile: "{stem}-{name}.ok" }' },
      'flows[0].settled.doneFile must contain {name} or {stem} once',
    ],
    [
      'a done file in another directory',
      { rest: '    settled: { doneFile: "done/{name}" }' },
      'flows[0].settled.doneFile must contain {name} or {stem} once',
    ],
    [
      'an unknown onChange',
      { rest: '    onChange: overwrite' },
      'flows[0].onChange must be new-version, ignore or fail',
    ],
    [
      'an unknown after',
      { rest: '    after: archive' },
      'flows[0].after must be keep, delete, or a move to a directory',
    ],
    [
      'a move to a relative path',
      { rest: '    after: { move: archive }' },
      'flows[0].after.move must be an absolute path',
    ],
    [
      'a move with an unknown placeholder',
      { rest: '    after: { move: "/old/{month}" }' },
      'flows[0].after.move must not have placeholders other than',
    ],
    [
      'a move into the remote directory',
      { rest: '    after: { move: /outgoing/invoices/done }' },
      'flows[0].after.move is inside remote /outgoing/invoices',
    ],
    ['a trigger of a pull', { rest: '    trigger: [event]' }, 'flows[0].trigger is not a setting'],
    ['an overwrite of a pull', { rest: '    overwrite: replace' }, 'flows[0].overwrite is not a setting'],
  ])('%s', (_, changes, said) => {
    const { shown } = parseFolder({ 'acme.yaml': partnerYaml(changes) });

    expect(shown.join('\n')).toContain(` ${said}`);
  });
});

it('is unchanged after JSON and the schema, as it is deployed', () => {
  const yaml = partnerYaml({
    more: `  tls: { fingerprints: ["${'AB'.repeat(32)}"] }`,
    rest: '    after: { move: "/old/{yyyy}/" }\n    settled: { doneFile: "{name}.done" }',
  });
  const { partners } = parseFolder({ 'acme.yaml': yaml });

  const deployed = partnerFileSchema.parse(JSON.parse(JSON.stringify(partners[0])));

  expect(deployed).toEqual(partners[0]);
});

it.each([
  ['90s', 90_000],
  ['2m', 120_000],
  ['12h', 43_200_000],
  ['3d', 259_200_000],
])('%s are %i milliseconds', (text, expected) => {
  const found = durationMs(text);

  expect(found).toBe(expected);
});
