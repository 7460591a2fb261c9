import { describe, expect, it } from 'vitest';
import { partnerFileSchema } from '../../../../lambdas/contract/partner-file/partner-file.ts';
import { parseFolder, partnerYaml } from './partner-folder.ts';

/** The partner file of the other tests with a push for its flow. @param lines more lines of the flow. */
function pushYaml(...lines: readonly string[]): string {
  return partnerYaml({
    name: '  - name: orders',
    direction: '    direction: push',
    remote: '    remote: /incoming/orders',
    prefix: '    prefix: acme/orders/',
    rest: lines.map((line) => `    ${line}`).join('\n'),
  });
}

const nightly = 'schedule: { cron: "15 2 * * ? *", timeZone: Europe/Rome }';

describe('a push flow with only the required settings', () => {
  it('is valid and has every default', () => {
    const { partners, shown } = parseFolder({ 'acme.yaml': pushYaml() });

    expect(shown).toEqual([]);
    expect(partners[0]?.flows).toEqual([
      {
        name: 'orders',
        direction: 'push',
        remote: '/incoming/orders',
        prefix: 'acme/orders/',
        trigger: ['event'],
        include: ['**'],
        exclude: [],
        overwrite: 'refuse',
        minBytes: 0,
        delivery: 'staged',
        verify: 'size',
        makeDirectories: true,
        stagingName: '.{name}.{version}.part',
        after: 'keep',
      },
    ]);
  });
});

describe('a valid setting of a push', () => {
  it.each([
    ['both triggers', ['trigger: [event, schedule]', nightly]],
    ['the schedule alone', ['trigger: [schedule]', nightly]],
    ['a schedule without its trigger', ['trigger: [event]', nightly]],
    ['overwrite replace', ['overwrite: replace']],
    ['overwrite delete-first', ['overwrite: delete-first']],
    ['a custom staging name', ['stagingName: "{version}_{name}.tmp"']],
    ['a staging name with letters at its start', ['stagingName: "upload-{version}-{name}"']],
    ['a done file by name', ['doneFile: "{name}.done"']],
    ['a done file by stem', ['doneFile: "{stem}.ok"']],
    ['a checksum file', ['checksumFile: sha256']],
    ['a checksum file and a done file', ['checksumFile: sha256', 'doneFile: "{name}.sha256.done"']],
    ['after tag', ['after: tag']],
    ['after delete', ['after: delete']],
    ['globs', ['include: ["**/*.csv"]', 'exclude: ["**/.*"]']],
  ])('%s', (_, lines) => {
    const { shown } = parseFolder({ 'acme.yaml': pushYaml(...lines) });

    expect(shown).toEqual([]);
  });
});

describe('an invalid setting of a push', () => {
  it.each([
    [
      'a trigger on schedule without one',
      ['trigger: [schedule]'],
      'flows[0].schedule is missing: the trigger',
    ],
    ['an unknown trigger', ['trigger: [upload]'], 'flows[0].trigger[0] must be event or schedule'],
    ['no trigger', ['trigger: []'], 'flows[0].trigger'],
    ['a trigger outside a list', ['trigger: event'], 'flows[0].trigger must be a list'],
    [
      'an unknown overwrite',
      ['overwrite: always'],
      'flows[0].overwrite must be refuse, replace-own, replace or delete-first',
    ],
    [
      'a staging name for all versions',
      ['stagingName: ".{name}.part"'],
      'flows[0].stagingName must contain {name} and {version}',
    ],
    [
      'a staging name for all names',
      ['stagingName: ".{version}.part"'],
      'flows[0].stagingName must contain {name} and {version}',
    ],
    [
      'a staging name with no other letters',
      ['stagingName: "{name}{version}"'],
      'flows[0].stagingName must contain',
    ],
    ...['{name}-{version}', '{name}.{version}.x1', '_{version}-tmp-{name}', '{name}.{version}.a.b.c'].map(
      (pattern): [string, string[], string] => [
        `a staging name that a file of the partner may have: ${pattern}`,
        [`stagingName: "${pattern}"`],
        'flows[0].stagingName must contain {name} and {version} once each, start or end with three letters',
      ],
    ),
    [
      'a staging name twice the name',
      ['stagingName: "{name}{name}{version}.part"'],
      'flows[0].stagingName must contain',
    ],
    [
      'a staging name in another directory',
      ['stagingName: "tmp/{name}.{version}"'],
      'flows[0].stagingName must contain',
    ],
    [
      'a staging name with a line break',
      ['stagingName: "{name}.{version}\\n"'],
      'flows[0].stagingName must contain',
    ],
    [
      'a staging name that is too long',
      [`stagingName: "{name}.{version}${'x'.repeat(60)}"`],
      'flows[0].stagingName',
    ],
    [
      'a done file without a placeholder',
      ['doneFile: done'],
      'flows[0].doneFile must contain {name} or {stem} once',
    ],
    [
      'a done file that matches every name',
      ['doneFile: "{name}"'],
      'flows[0].doneFile must contain {name} or {stem} once',
    ],
    [
      'a done file in another directory',
      ['doneFile: "done/{name}"'],
      'flows[0].doneFile must contain {name} or {stem} once',
    ],
    ['an unknown checksum', ['checksumFile: md5'], 'flows[0].checksumFile'],
    [
      'a done file that matches checksum files',
      ['checksumFile: sha256', 'doneFile: "{name}.sha256"'],
      'flows[0].doneFile must not match the names of staging or checksum files',
    ],
    [
      'a done file that matches staging files',
      ['doneFile: "{name}.part"'],
      'flows[0].doneFile must not match the names of staging',
    ],
    [
      'a staging name that matches checksum files',
      ['checksumFile: sha256', 'stagingName: "{name}.{version}.sha256"'],
      'flows[0].stagingName must not match the names of checksum files',
    ],
    ['an unknown after', ['after: archive'], 'flows[0].after must be keep, tag or delete'],
    ['expect', ['expect: []'], 'flows[0].expect is a setting of pulls only'],
    ['the move of a pull', ['after: { move: /archive }'], 'flows[0].after must be keep, tag or delete'],
    ['settled of a pull', ['settled: { minAge: 2m }'], 'flows[0].settled is not a setting'],
    [
      'a bad cron',
      ['trigger: [schedule]', 'schedule: { cron: "15 2 * * *", timeZone: UTC }'],
      'flows[0].schedule.cron must have 6 fields',
    ],
    ['a broken glob', ['exclude: ["[z-a]"]'], 'flows[0].exclude[0] is not a valid glob'],
  ])('%s', (_, lines, said) => {
    const { partners, shown } = parseFolder({ 'acme.yaml': pushYaml(...lines) });

    expect(partners).toEqual([]);
    expect(shown.join('\n')).toContain(` ${said}`);
  });

  it.each([
    ['a relative directory', { remote: '    remote: incoming' }, 'flows[0].remote must be an absolute path'],
    ['a parent directory', { remote: '    remote: /a/../b' }, 'flows[0].remote must not contain'],
    ['no prefix', { prefix: '' }, 'flows[0].prefix is missing'],
    ['a prefix without its slash', { prefix: '    prefix: acme' }, 'flows[0].prefix must end with /'],
    [
      'a direction in upper case',
      { direction: '    direction: Push' },
      'flows[0].direction must be pull or push',
    ],
    [
      'a direction that is not text',
      { direction: '    direction: [push]' },
      'flows[0].direction must be pull or push',
    ],
  ])('%s', (_, changes, said) => {
    const yaml = partnerYaml({ direction: '    direction: push', ...changes });

    const { shown } = parseFolder({ 'acme.yaml': yaml });

    expect(shown.join('\n')).toContain(` ${said}`);
  });
});

describe('a push conflicts with', () => {
  const flow = (name: string, direction: string, remote: string, prefix: string) =>
    `  - { name: ${name}, direction: ${direction}, remote: ${remote}, prefix: ${prefix} }`;

  /** Two flows of one partner. */
  function twoFlows(one: string, other: string): Readonly<Record<string, string>> {
    const none = { name: '', direction: '', remote: '', prefix: '' };
    return { 'acme.yaml': partnerYaml({ ...none, rest: `${one}\n${other}` }) };
  }

  it.each([
    ['is the remote directory of a pull', '/exchange'],
    ['lies inside that of a pull', '/exchange/in'],
  ])('%s, which would take back what is pushed', (_, remote) => {
    const files = twoFlows(
      flow('invoices', 'pull', '/exchange', 'acme/invoices/'),
      flow('orders', 'push', remote, 'acme/orders/'),
    );

    const { shown } = parseFolder(files);

    expect(shown.join('\n')).toContain(
      'flows[1].remote is inside remote /exchange of the pull flow invoices',
    );
  });

  it.each([
    ['is', '/in', '/in'],
    ['lies inside', '/in', '/in/2026'],
    ['lies around', '/in/2026', '/in'],
  ])('%s the directory of another push, where two objects could get one name', (_, first, second) => {
    const files = twoFlows(
      flow('orders', 'push', first, 'acme/orders/'),
      flow('returns', 'push', second, 'acme/returns/'),
    );

    const { shown } = parseFolder(files);

    expect(shown.join('\n')).toContain(`flows[1].remote overlaps remote ${first} of the push flow orders`);
  });

  it.each([
    ['a push', 'push', 'acme/', 'acme/orders/'],
    ['a pull', 'pull', 'acme/', 'acme/orders/'],
    ['a pull inside it', 'pull', 'acme/orders/old/', 'acme/orders/'],
  ])('has a prefix that overlaps that of %s', (_, direction, first, second) => {
    const files = twoFlows(flow('one', direction, '/out', first), flow('orders', 'push', '/in', second));

    const { shown } = parseFolder(files);

    expect(shown.join('\n')).toContain(`flows[1].prefix ${second} overlaps ${first} of acme/one`);
  });

  it('has the prefix of a push of another partner', () => {
    const { shown } = parseFolder({
      'acme.yaml': pushYaml(),
      'zeta.yaml': pushYaml().replace('partner: acme', 'partner: zeta'),
    });

    expect(shown.join('\n')).toContain('flows[0].prefix acme/orders/ overlaps acme/orders/ of acme/orders');
  });

  it('is not a conflict if a directory only begins with the same letters', () => {
    const files = twoFlows(
      flow('invoices', 'pull', '/exchange', 'acme/invoices/'),
      flow('orders', 'push', '/exchange-in', 'acme/orders/'),
    );

    const { shown } = parseFolder(files);

    expect(shown).toEqual([]);
  });
});

it('a push flow is unchanged after JSON and the schema, as it is deployed', () => {
  const { partners } = parseFolder({
    'acme.yaml': pushYaml('trigger: [event, schedule]', nightly, 'doneFile: "{stem}.ok"', 'after: tag'),
  });

  const deployed = partnerFileSchema.parse(JSON.parse(JSON.stringify(partners[0])));

  expect(deployed).toEqual(partners[0]);
  expect(deployed.flows).toHaveLength(1);
});
