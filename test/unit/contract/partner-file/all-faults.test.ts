import { describe, expect, it } from 'vitest';
import { parseFolder } from './partner-folder.ts';

const connection = 'connection: { host: ftps.acme.example, security: explicit, secret: ftps-sync/acme }';
const withFlows = (...flows: string[]) =>
  ['partner: acme', connection, 'flows:', ...flows.map((flow) => `  - { ${flow} }`)].join('\n');
const shown = (yaml: string) =>
  parseFolder({ 'acme.yaml': yaml }).shown.map((line) => line.replace(/^\S+ /, ''));

describe('a flow whose direction is wrong', () => {
  it('has all its other errors too', () => {
    const yaml = withFlows(
      'name: a, direction: pul, remote: out, prefix: acme/a, settled: { minAge: 2 minutes }',
    );

    expect(shown(yaml)).toEqual([
      'flows[0].direction must be pull or push; did you mean pull?',
      'flows[0].remote must be an absolute path that starts with /',
      expect.stringContaining('flows[0].prefix must end with /'),
      'flows[0].settled.minAge must be a number and a unit, such as 90s, 2m, 12h or 3d',
    ]);
  });

  it('is checked as the direction that its settings belong to', () => {
    const yaml = withFlows('name: a, remote: /in, prefix: acme/a/, overwrite: always');

    expect(shown(yaml)).toEqual([
      'flows[0].direction is missing: pull or push',
      'flows[0].overwrite must be refuse, replace-own, replace or delete-first',
    ]);
  });

  it('has only the errors of both directions where nothing tells which was meant', () => {
    const yaml = withFlows('name: a, direction: sideways, remote: /in, prefix: acme/a');

    expect(shown(yaml)).toEqual([
      'flows[0].direction must be pull or push',
      expect.stringContaining('flows[0].prefix must end with /'),
    ]);
  });
});

describe('a placeholder in a setting that does not expand it', () => {
  const pull = 'name: a, direction: pull, remote: /out, prefix: acme/a/';
  it.each([
    ['remote', 'name: a, direction: pull, remote: "/out/{yyyy}", prefix: acme/a/', '{yyyy}'],
    ['prefix', 'name: a, direction: push, remote: /in, prefix: "acme/{date}/"', '{date}'],
    ['include[0]', `${pull}, include: ["{yyyy}/*.csv"]`, '{yyyy}'],
    ['settled.doneFile', `${pull}, settled: { doneFile: "{name}.{MM}.done" }`, '{MM}'],
    [
      'expect[0].pattern',
      `${pull}, schedule: { cron: "0 2 * * ? *", timeZone: UTC }, expect: [{ pattern: "{dd}.csv", by: "06:00" }]`,
      '{dd}',
    ],
  ])('is an error: %s', (key, flow, placeholder) => {
    expect(shown(withFlows(flow))).toEqual([
      expect.stringContaining(`flows[0].${key} has the placeholder ${placeholder}, which is not expanded`),
    ]);
  });

  it('is none in a glob with alternatives, and where it is expanded', () => {
    const flow = `${pull}, include: ["*.{csv,xml}"], settled: { doneFile: "{stem}.done" }, after: { move: "/old/{yyyy}/{MM}" }`;

    expect(shown(withFlows(flow))).toEqual([]);
  });
});

describe('a setting of another name', () => {
  it.each([
    [
      'name: a, direction: pull, remote: /a, prefix: acme/a/, inclde: ["*"]',
      'flows[0].inclde is not a setting; did you mean include?',
    ],
    [
      'name: a, direction: push, remote: /a, prefix: acme/a/, stagingname: x',
      'flows[0].stagingname is not a setting; did you mean stagingName?',
    ],
    [
      'name: a, direction: pull, remote: /a, prefix: acme/a/, settled: { minage: 2m }',
      'flows[0].settled.minage is not a setting; did you mean minAge?',
    ],
    [
      'name: a, direction: pull, remote: /a, prefix: acme/a/, colour: red',
      'flows[0].colour is not a setting; docs/partners.md lists all settings',
    ],
  ])('%s', (flow, said) => {
    expect(shown(withFlows(flow))).toEqual([said]);
  });
});

describe('no message is that of the parser or of the schema', () => {
  it.each([
    [
      'a wrong type',
      withFlows('name: 1, direction: pull, remote: [], prefix: {}, include: "*.csv", exclude: 5'),
    ],
    [
      'a wrong date',
      withFlows(
        'name: a, direction: pull, remote: /a, prefix: acme/a/, schedule: { cron: "0 2 * * ? *", timeZone: UTC }, expect: [{ pattern: a, by: "06:00", holidays: [2026-1-1], days: [Monday] }]',
      ),
    ],
    [
      'numbers',
      withFlows('name: a, direction: pull, remote: /a, prefix: acme/a/').replace(
        'secret:',
        'port: 2.5, maxConnections: 99, secret:',
      ),
    ],
    ['a tab', 'partner: acme\nconnection:\n\thost: a\n'],
    ['an open bracket', 'partner: [\n'],
    ['two colons', 'partner: acme: b\n'],
    ['bad indentation', 'partner: acme\nconnection:\n  host: a\n port: 21\n'],
  ])('%s', (_, yaml) => {
    const lines = shown(yaml);

    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toMatch(
      /Invalid|Expected|expected|Unexpected|received|implicit|Flow sequence|compact/,
    );
  });
});
