import { describe, expect, it } from 'vitest';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import { durationMs } from '../../../lambdas/contract/settings.ts';
import { partnerYaml, readFolder } from './partner-folder.ts';

describe('a partner file with no more than it must have', () => {
  it('has no fault, and every default is filled in', async () => {
    const { partners, shown } = await readFolder({ 'acme.yaml': partnerYaml() });

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
            expect: [],
          },
        ],
      },
    ]);
  });

  it('is reached on port 990 where TLS is implicit', async () => {
    const { partners } = await readFolder({ 'acme.yaml': partnerYaml({ security: '  security: implicit' }) });

    expect(partners[0]?.connection.port).toBe(990);
  });

  it('may be named .yml too', async () => {
    const { partners, shown } = await readFolder({ 'acme.yml': partnerYaml() });

    expect(shown).toEqual([]);
    expect(partners).toHaveLength(1);
  });
});

describe('a setting that is right', () => {
  it.each([
    ['another port', { more: '  port: 2121' }],
    ['an IPv4 address', { host: '  host: 192.0.2.1' }],
    ['an IPv6 address', { host: '  host: "2001:db8::1"' }],
    ['a zone that is an alias', { more: '  timeZone: US/Eastern' }],
    ['UTC', { more: '  timeZone: UTC' }],
    ['an old encoding', { more: '  encoding: windows-1252' }],
    ['the root as remote directory', { remote: '    remote: /' }],
    ['a remote directory with a trailing slash', { remote: '    remote: /outgoing/' }],
    ['a done file by stem', { rest: '    settled: { doneFile: "{stem}.ok" }' }],
    ['a done file with a prefix', { rest: '    settled: { doneFile: "done.{name}" }' }],
    ['no minimum age', { rest: '    settled: { minAge: 0s }' }],
    [
      'an archive beside the remote directory',
      { rest: '    after: { move: "/outgoing/invoices-old/{yyyy}" }' },
    ],
    ['globs of every kind', { rest: '    include: ["**/*.{csv,xml}", "in[0-9]?/**", "!(x)*"]' }],
  ])('%s', async (_, changes) => {
    const { shown } = await readFolder({ 'acme.yaml': partnerYaml(changes) });

    expect(shown).toEqual([]);
  });

  it('has colons and capitals taken out of a fingerprint', async () => {
    const colons = Array.from({ length: 32 }, () => 'AB').join(':');

    const { partners } = await readFolder({
      'acme.yaml': partnerYaml({ more: `  tls: { fingerprints: ["${colons}"] }` }),
    });

    expect(partners[0]?.connection.tls.fingerprints).toEqual(['ab'.repeat(32)]);
  });
});

describe('a setting that is wrong', () => {
  it.each([
    ['an unknown key at the top', { rest: 'flow: []' }, 'flow is no setting'],
    ['an unknown key of the connection', { more: '  verify: false' }, 'connection.verify is no setting'],
    [
      'a switch that would trust anyone',
      { more: '  tls: { rejectUnauthorized: false }' },
      'connection.tls.rejectUnauthorized is no setting',
    ],
    ['an unknown key of a flow', { rest: '    pattern: "*.csv"' }, 'flows[0].pattern is no setting'],
    ['a missing host', { host: '' }, 'connection.host is missing'],
    ['a missing prefix', { prefix: '' }, 'flows[0].prefix is missing'],
    ['a partner id in capitals', { partner: 'partner: Acme' }, 'partner must be 1 to 40 lower-case'],
    ['a flow id with a slash', { name: '  - name: a/b' }, 'flows[0].name must be 1 to 40 lower-case'],
    ['a host with a scheme', { host: '  host: ftps://acme.example' }, 'connection.host must be a host name'],
    [
      'a host with its port',
      { host: '  host: acme.example:990' },
      'connection.host must be a host name or an IP address alone',
    ],
    ['a port that is text', { more: '  port: "21"' }, 'connection.port Invalid input: expected number'],
    ['port 0', { more: '  port: 0' }, 'connection.port'],
    [
      'plain FTP',
      { security: '  security: none' },
      'connection.security Invalid option: expected one of "explicit"|"implicit"',
    ],
    ['a password in the file', { more: '  password: hunter2' }, 'connection.password is no setting'],
    ['TLS 1.0', { more: '  tls: { minVersion: TLSv1 }' }, 'connection.tls.minVersion'],
    [
      'a short fingerprint',
      { more: '  tls: { fingerprints: ["ab:cd"] }' },
      'connection.tls.fingerprints[0] must be a SHA-256',
    ],
    ['no connection at all', { more: '  maxConnections: 0' }, 'connection.maxConnections'],
    [
      'an unknown zone of the server',
      { more: '  timeZone: Europe/Roma' },
      'connection.timeZone is neither auto nor an IANA time zone',
    ],
    ['an unknown encoding', { more: '  encoding: utf-16' }, 'connection.encoding'],
    [
      'an unknown direction',
      { direction: '    direction: both' },
      "flows[0].direction must be 'pull' or 'push'",
    ],
    ['no direction', { direction: '' }, "flows[0].direction must be 'pull' or 'push'"],
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
      'flows[0].schedule.cron needs 6 fields',
    ],
    [
      'a schedule without a zone',
      { rest: '    schedule: { cron: "15 2 * * ? *" }' },
      'flows[0].schedule.timeZone is missing',
    ],
    [
      'an unknown zone',
      { rest: '    schedule: { cron: "15 2 * * ? *", timeZone: CEST }' },
      'flows[0].schedule.timeZone is no IANA time zone',
    ],
    [
      'a zone in small letters',
      { rest: '    schedule: { cron: "15 2 * * ? *", timeZone: europe/rome }' },
      'flows[0].schedule.timeZone is no IANA time zone',
    ],
    [
      'an offset for a zone',
      { rest: '    schedule: { cron: "15 2 * * ? *", timeZone: "+02:00" }' },
      'flows[0].schedule.timeZone is no IANA time zone',
    ],
    [
      'a glob that can match nothing',
      { rest: '    include: ["[z-a]*.csv"]' },
      'flows[0].include[0] is no glob',
    ],
    ['an empty include', { rest: '    include: []' }, 'flows[0].include'],
    [
      'one glob that is no list',
      { rest: '    include: "*.csv"' },
      'flows[0].include Invalid input: expected array',
    ],
    ['a duration without a unit', { rest: '    settled: { minAge: 120 }' }, 'flows[0].settled.minAge'],
    [
      'a duration in words',
      { rest: '    settled: { minAge: 2 minutes }' },
      'flows[0].settled.minAge must be a number and a unit',
    ],
    [
      'a done file without a placeholder',
      { rest: '    settled: { doneFile: done }' },
      'flows[0].settled.doneFile must be {name} or {stem} once',
    ],
    [
      'a done file that every name is',
      { rest: '    settled: { doneFile: "{name}" }' },
      'flows[0].settled.doneFile must be {name} or {stem} once',
    ],
    [
      'a done file with two placeholders',
      { rest: '    settled: { doneFile: "{stem}-{name}.ok" }' },
      'flows[0].settled.doneFile must be {name} or {stem} once',
    ],
    [
      'a done file elsewhere',
      { rest: '    settled: { doneFile: "done/{name}" }' },
      'flows[0].settled.doneFile must be {name} or {stem} once',
    ],
    ['an unknown onChange', { rest: '    onChange: overwrite' }, 'flows[0].onChange Invalid option'],
    ['an unknown after', { rest: '    after: archive' }, 'flows[0].after must be keep, delete, or move'],
    [
      'a move to a relative path',
      { rest: '    after: { move: archive }' },
      'flows[0].after.move must be an absolute path',
    ],
    [
      'a move with an unknown placeholder',
      { rest: '    after: { move: "/old/{month}" }' },
      'flows[0].after.move has a placeholder other than',
    ],
    [
      'a move into the remote directory',
      { rest: '    after: { move: /outgoing/invoices/done }' },
      'flows[0].after.move lies inside remote /outgoing/invoices',
    ],
    ['a trigger of a pull', { rest: '    trigger: [event]' }, 'flows[0].trigger is no setting'],
    ['an overwrite of a pull', { rest: '    overwrite: replace' }, 'flows[0].overwrite is no setting'],
  ])('%s', async (_, changes, said) => {
    const { shown } = await readFolder({ 'acme.yaml': partnerYaml(changes) });

    expect(shown.join('\n')).toContain(` ${said}`);
  });
});

it('is the same again after JSON and the schema, as it is deployed', async () => {
  const yaml = partnerYaml({
    more: `  tls: { fingerprints: ["${'AB'.repeat(32)}"] }`,
    rest: '    after: { move: "/old/{yyyy}/" }\n    settled: { doneFile: "{name}.done" }',
  });
  const { partners } = await readFolder({ 'acme.yaml': yaml });

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
