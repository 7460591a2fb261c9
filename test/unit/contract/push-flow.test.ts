import { describe, expect, it } from 'vitest';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import { partnerYaml, readFolder } from './partner-folder.ts';

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

describe('a push flow with no more than it must have', () => {
  it('has no fault, and every default is filled in', async () => {
    const { partners, shown } = await readFolder({ 'acme.yaml': pushYaml() });

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
        stagingName: '.{name}.{version}.part',
        keep: 'stays',
      },
    ]);
  });
});

describe('a setting of a push that is right', () => {
  it.each([
    ['both triggers', ['trigger: [event, schedule]', nightly]],
    ['the schedule alone', ['trigger: [schedule]', nightly]],
    ['a schedule that waits for its trigger', ['trigger: [event]', nightly]],
    ['overwrite replace', ['overwrite: replace']],
    ['overwrite delete-first', ['overwrite: delete-first']],
    ['a staging name of its own', ['stagingName: "{version}_{name}.tmp"']],
    ['a staging name told by its beginning', ['stagingName: "upload-{version}-{name}"']],
    ['a marker by name', ['doneFile: "{name}.done"']],
    ['a marker by stem', ['doneFile: "{stem}.ok"']],
    ['a checksum file', ['checksumFile: sha256']],
    ['a checksum file and a marker', ['checksumFile: sha256', 'doneFile: "{name}.sha256.done"']],
    ['keep tag', ['keep: tag']],
    ['keep delete', ['keep: delete']],
    ['globs', ['include: ["**/*.csv"]', 'exclude: ["**/.*"]']],
  ])('%s', async (_, lines) => {
    const { shown } = await readFolder({ 'acme.yaml': pushYaml(...lines) });

    expect(shown).toEqual([]);
  });
});

describe('a setting of a push that is wrong', () => {
  it.each([
    [
      'a trigger on schedule without one',
      ['trigger: [schedule]'],
      'flows[0].schedule is missing: the trigger',
    ],
    [
      'an unknown trigger',
      ['trigger: [upload]'],
      'flows[0].trigger[0] Invalid option: expected one of "event"',
    ],
    ['no trigger', ['trigger: []'], 'flows[0].trigger'],
    ['a trigger that is no list', ['trigger: event'], 'flows[0].trigger Invalid input: expected array'],
    ['an unknown overwrite', ['overwrite: always'], 'flows[0].overwrite Invalid option'],
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
        'flows[0].stagingName must contain {name} and {version} once each, begin or end with three letters',
      ],
    ),
    [
      'a staging name twice the name',
      ['stagingName: "{name}{name}{version}.part"'],
      'flows[0].stagingName must contain',
    ],
    [
      'a staging name elsewhere',
      ['stagingName: "tmp/{name}.{version}"'],
      'flows[0].stagingName must contain',
    ],
    [
      'a staging name with a line break',
      ['stagingName: "{name}.{version}\\n"'],
      'flows[0].stagingName must contain',
    ],
    [
      'a staging name that no server takes',
      [`stagingName: "{name}.{version}${'x'.repeat(60)}"`],
      'flows[0].stagingName',
    ],
    ['a marker without a placeholder', ['doneFile: done'], 'flows[0].doneFile must be {name} or {stem} once'],
    [
      'a marker that every name is',
      ['doneFile: "{name}"'],
      'flows[0].doneFile must be {name} or {stem} once',
    ],
    ['a marker elsewhere', ['doneFile: "done/{name}"'], 'flows[0].doneFile must be {name} or {stem} once'],
    ['an unknown checksum', ['checksumFile: md5'], 'flows[0].checksumFile'],
    [
      'a marker that is the checksum file',
      ['checksumFile: sha256', 'doneFile: "{name}.sha256"'],
      'flows[0].doneFile must not name what stagingName or checksumFile names',
    ],
    [
      'a marker that every staging file is',
      ['doneFile: "{name}.part"'],
      'flows[0].doneFile must not name what stagingName',
    ],
    [
      'a staging file that ends like a checksum',
      ['checksumFile: sha256', 'stagingName: "{name}.{version}.sha256"'],
      'flows[0].stagingName must not end like a checksum file',
    ],
    ['an unknown keep', ['keep: archive'], 'flows[0].keep Invalid option'],
    ['expect', ['expect: []'], 'flows[0].expect is for pulls'],
    ['what a pull does after', ['after: delete'], 'flows[0].after is no setting'],
    ['when a pull takes', ['settled: { minAge: 2m }'], 'flows[0].settled is no setting'],
    [
      'a bad cron',
      ['trigger: [schedule]', 'schedule: { cron: "15 2 * * *", timeZone: UTC }'],
      'flows[0].schedule.cron needs 6 fields',
    ],
    ['a broken glob', ['exclude: ["[z-a]"]'], 'flows[0].exclude[0] is no glob'],
  ])('%s', async (_, lines, said) => {
    const { partners, shown } = await readFolder({ 'acme.yaml': pushYaml(...lines) });

    expect(partners).toEqual([]);
    expect(shown.join('\n')).toContain(` ${said}`);
  });

  it.each([
    ['a relative directory', { remote: '    remote: incoming' }, 'flows[0].remote must be an absolute path'],
    ['a way out', { remote: '    remote: /a/../b' }, 'flows[0].remote must not contain'],
    ['no prefix', { prefix: '' }, 'flows[0].prefix is missing'],
    ['a prefix without its slash', { prefix: '    prefix: acme' }, 'flows[0].prefix must end with /'],
    [
      'another case of the word',
      { direction: '    direction: Push' },
      "flows[0].direction must be 'pull' or 'push'",
    ],
    [
      'a direction that is no word',
      { direction: '    direction: [push]' },
      "flows[0].direction must be 'pull' or 'push'",
    ],
  ])('%s', async (_, changes, said) => {
    const yaml = partnerYaml({ direction: '    direction: push', ...changes });

    const { shown } = await readFolder({ 'acme.yaml': yaml });

    expect(shown.join('\n')).toContain(` ${said}`);
  });
});

describe('what a push cannot stand beside', () => {
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
  ])('%s, which would take back what is pushed', async (_, remote) => {
    const files = twoFlows(
      flow('invoices', 'pull', '/exchange', 'acme/invoices/'),
      flow('orders', 'push', remote, 'acme/orders/'),
    );

    const { shown } = await readFolder(files);

    expect(shown.join('\n')).toContain(
      'flows[1].remote lies inside remote /exchange of the pull flow invoices',
    );
  });

  it.each([
    ['is', '/in', '/in'],
    ['lies inside', '/in', '/in/2026'],
    ['lies around', '/in/2026', '/in'],
  ])('%s the directory of another push, where two objects could get one name', async (_, first, second) => {
    const files = twoFlows(
      flow('orders', 'push', first, 'acme/orders/'),
      flow('returns', 'push', second, 'acme/returns/'),
    );

    const { shown } = await readFolder(files);

    expect(shown.join('\n')).toContain(`flows[1].remote overlaps remote ${first} of the push flow orders`);
  });

  it.each([
    ['a push', 'push', 'acme/', 'acme/orders/'],
    ['a pull', 'pull', 'acme/', 'acme/orders/'],
    ['a pull that it lies around', 'pull', 'acme/orders/old/', 'acme/orders/'],
  ])('has a prefix that overlaps that of %s', async (_, direction, first, second) => {
    const files = twoFlows(flow('one', direction, '/out', first), flow('orders', 'push', '/in', second));

    const { shown } = await readFolder(files);

    expect(shown.join('\n')).toContain(`flows[1].prefix ${second} overlaps ${first} of acme/one`);
  });

  it('has the prefix of a push of another partner', async () => {
    const { shown } = await readFolder({
      'acme.yaml': pushYaml(),
      'zeta.yaml': pushYaml().replace('partner: acme', 'partner: zeta'),
    });

    expect(shown.join('\n')).toContain('flows[0].prefix acme/orders/ overlaps acme/orders/ of acme/orders');
  });

  it('is none of a directory that only begins with the same letters', async () => {
    const files = twoFlows(
      flow('invoices', 'pull', '/exchange', 'acme/invoices/'),
      flow('orders', 'push', '/exchange-in', 'acme/orders/'),
    );

    const { shown } = await readFolder(files);

    expect(shown).toEqual([]);
  });
});

it('a push flow is the same again after JSON and the schema, as it is deployed', async () => {
  const { partners } = await readFolder({
    'acme.yaml': pushYaml('trigger: [event, schedule]', nightly, 'doneFile: "{stem}.ok"', 'keep: tag'),
  });

  const deployed = partnerFileSchema.parse(JSON.parse(JSON.stringify(partners[0])));

  expect(deployed).toEqual(partners[0]);
  expect(deployed.flows).toHaveLength(1);
});
