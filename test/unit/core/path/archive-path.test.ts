import { describe, expect, it } from 'vitest';
import { alternativeArchivePath, archivePath } from '../../../../lambdas/core/path/archive-path.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';

const remote = parseRemotePath('/in');
const day = { at: new Date('2026-11-20T12:00:00Z'), timeZone: 'UTC' };

describe('the archive path', () => {
  it.each([
    ['/old', '/in/a.csv', '/old/a.csv'],
    ['/old/', '/in/a.csv', '/old/a.csv'],
    ['/', '/in/a.csv', '/a.csv'],
    ['/old/{yyyy}/{MM}/{dd}', '/in/a.csv', '/old/2026/11/20/a.csv'],
    ['/old/{yyyy}-{MM}-{dd}-{yyyy}/', '/in/a.csv', '/old/2026-11-20-2026/a.csv'],
    ['/old', '/in/sub/a.csv', '/old/sub/a.csv'],
    ['/old/{yyyy}', '/in/{yyyy}/{MM}.csv', '/old/2026/{yyyy}/{MM}.csv'],
    ['/old/{yyyy}', '/in/$&$1.csv', '/old/2026/$&$1.csv'],
  ])('in %s of %s is %s', (template, path, expected) => {
    const target = archivePath(template, { remote, path: parseRemotePath(path) }, day);

    expect(target).toBe(expected);
  });

  it('differs for files of the same name in different directories', () => {
    const targets = ['/in/a/x.csv', '/in/b/x.csv'].map((path) =>
      archivePath('/old', { remote, path: parseRemotePath(path) }, day),
    );

    expect(new Set(targets).size).toBe(2);
  });

  it.each([
    ['Europe/Rome', '2026-12-31T23:30:00Z', '/old/2027/01/01/a.csv'],
    ['UTC', '2026-12-31T23:30:00Z', '/old/2026/12/31/a.csv'],
    ['America/New_York', '2027-01-01T04:30:00Z', '/old/2026/12/31/a.csv'],
  ])('has the day of the zone %s', (timeZone, at, expected) => {
    const target = archivePath(
      '/old/{yyyy}/{MM}/{dd}',
      { remote, path: parseRemotePath('/in/a.csv') },
      { at: new Date(at), timeZone },
    );

    expect(target).toBe(expected);
  });

  it('refuses a template with a parent directory', () => {
    const making = () => archivePath('/old/../in', { remote, path: parseRemotePath('/in/a.csv') }, day);

    expect(making).toThrow('dot-component');
  });

  it('of a name that exists already has the run id appended', () => {
    const beside = alternativeArchivePath(parseRemotePath('/old/a.csv'), '20261120T021500Z-1f3a9c04');

    expect(beside).toBe('/old/a.csv.20261120T021500Z-1f3a9c04');
  });
});
