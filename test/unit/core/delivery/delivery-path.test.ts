import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DeliveryPaths,
  type DeliveryRules,
  deliveryPaths,
  isStagingName,
} from '../../../../lambdas/core/delivery/delivery-path.ts';
import { pathBelow } from '../../../../lambdas/core/path/relative-path.ts';
import { baseName, parentPath, parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { anyName, goodPath } from '../arbitraries.ts';

const usual: DeliveryRules = {
  prefix: 'acme/out/',
  remote: parseRemotePath('/in'),
  doneFile: undefined,
  checksumFile: undefined,
  stagingName: '.{name}.{version}.part',
};
const withAll: DeliveryRules = { ...usual, doneFile: '{name}.done', checksumFile: 'sha256' };

/** The target of the object, or the reason why it has none. */
function paths(below: string, { rules = usual, version = 'v1' } = {}) {
  return deliveryPaths(rules, { key: `${usual.prefix}${below}`, versionId: version });
}

function targetOf(below: string, rules = usual): string {
  const found = paths(below, { rules });
  return typeof found === 'string' ? found : found.target;
}

function stagingOf(below: string, version: string, rules = usual): string {
  const found = paths(below, { rules, version });
  if (typeof found === 'string') throw new Error(`${below} has no staging name: ${found}`);
  return baseName(found.staging);
}

/** Every path that a delivery writes to. */
function allOf(found: DeliveryPaths): string[] {
  return [found.target, found.staging, found.checksum, found.done].filter((path) => path !== undefined);
}

it('No two tries of a version write to one file, so a lost worker cannot write into what another one uploads', () => {
  const stagings = ['try-1', 'try-2'].map((attempt) => {
    const found = deliveryPaths(usual, { key: 'acme/out/a.csv', versionId: 'v1', attempt });
    return typeof found === 'string' ? found : found.staging;
  });

  expect(new Set(stagings).size).toBe(2);
});

describe('the target of an object', () => {
  it.each([
    ['a.csv', '/in/a.csv'],
    ['2026/11/a.csv', '/in/2026/11/a.csv'],
    [' a b .csv', '/in/ a b .csv'],
    ['100%2F+?#&=.csv', '/in/100%2F+?#&=.csv'],
    ['caf\u00e9.csv', '/in/caf\u00e9.csv'],
    ['cafe\u0301.csv', '/in/cafe\u0301.csv'],
    ['...', '/in/...'],
    ['..a/b..', '/in/..a/b..'],
    ['~/\\..\\a', '/in/~/\\..\\a'],
  ])('%s is %s, letter for letter', (below, expected) => {
    expect(targetOf(below)).toBe(expected);
  });

  it('is right below the root if that is the remote directory', () => {
    const found = targetOf('a.csv', { ...usual, remote: parseRemotePath('/') });

    expect(found).toBe('/a.csv');
  });
});

describe('a key without a valid path at the partner', () => {
  it.each([
    ['a parent directory', '../a.csv', 'dot-component'],
    ['a parent directory in the middle', 'a/../../b.csv', 'dot-component'],
    ['a parent directory at the end', 'a/..', 'dot-component'],
    ['a dot', './a.csv', 'dot-component'],
    ['two slashes', 'a//b.csv', 'empty'],
    ['a leading slash', '/etc/passwd', 'empty'],
    ['a trailing slash', 'a/', 'empty'],
    ['nothing', '', 'empty'],
    ['a line break, which would end the command', 'a\r\nDELE b', 'control-character'],
    ['a NUL', 'a\0.csv', 'control-character'],
    ['an escape in a directory', '\u001b[2J/a.csv', 'control-character'],
    ['an unpaired surrogate', 'a\uD800.csv', 'invalid-encoding'],
    ['a replacement character', 'a\uFFFD.csv', 'invalid-encoding'],
    ['a name of 1,015 bytes', 'x'.repeat(1015), 'name-too-long'],
    ['a directory of 256 bytes', `${'é'.repeat(128)}/a.csv`, 'name-too-long'],
    ['a staging name', '.a.csv.0123456789abcdef.part', 'reserved-name'],
  ])('%s', (_, below, error) => {
    expect(targetOf(below)).toBe(error);
  });

  it.each([
    ['is a done file', 'a.csv.done', 'reserved-name'],
    ['is a checksum file', 'a.csv.sha256', 'reserved-name'],
    ['has a done file with too long a name', 'x'.repeat(251), 'name-too-long'],
  ])('%s, if the flow writes such files', (_, below, error) => {
    expect([targetOf(below, withAll), targetOf(below)]).toEqual([error, `/in/${below}`]);
  });

  it('has another prefix', () => {
    const found = deliveryPaths(usual, { key: 'acme/other/a.csv', versionId: 'v1' });

    expect(found).toBe('outside-prefix');
  });

  it('has a done file that matches staging files', () => {
    const rules = { ...usual, doneFile: '{name}.part' };

    expect(targetOf('.a.csv.0123456789abcdef', rules)).toBe('reserved-name');
  });
});

describe('the names of a delivery', () => {
  it('are in the directory of the target, below the remote directory, for every key', () => {
    const keys = fc.array(anyName, { maxLength: 4 }).map((names) => names.join('/'));

    fc.assert(
      fc.property(keys, fc.constantFrom(usual, withAll), (below, rules) => {
        const found = paths(below, { rules });
        if (typeof found === 'string') return;
        for (const path of allOf(found)) {
          expect(parseRemotePath(path)).toBe(path);
          expect(pathBelow(rules.remote, found.target)).toBe(below);
          expect(parentPath(found.staging)).toBe(parentPath(found.target));
        }
      }),
    );
  });

  it('differ for different keys', () => {
    const below = goodPath.map((path) => path.slice('/in/'.length));

    fc.assert(
      fc.property(below, below, (a, b) => {
        fc.pre(typeof paths(a) !== 'string' && typeof paths(b) !== 'string');
        expect(targetOf(a) === targetOf(b)).toBe(a === b);
      }),
    );
  });

  it('are never the target of another object, for all names and patterns', () => {
    const name = fc
      .array(fc.constantFrom('a', '.', 'done', '.done', 'sha256', '.sha256', 'part', '0123456789abcdef'), {
        minLength: 1,
        maxLength: 5,
      })
      .map((pieces) => pieces.join(''));
    const rules = fc.record({
      doneFile: fc.constantFrom(
        undefined,
        '{name}.done',
        '{stem}.done',
        'done.{name}',
        '{name}.part',
        '{name}6',
      ),
      checksumFile: fc.constantFrom(undefined, 'sha256' as const),
      stagingName: fc.constantFrom(
        '.{name}.{version}.part',
        '{version}{name}.done',
        '{name}.{version}.sha256',
      ),
    });

    fc.assert(
      fc.property(rules, name, name, (some, a, b) => {
        const one = paths(a, { rules: { ...usual, ...some } });
        const other = paths(b, { rules: { ...usual, ...some }, version: 'v2' });
        fc.pre(typeof one !== 'string' && typeof other !== 'string');
        if (typeof one === 'string' || typeof other === 'string') return;
        const beside = allOf(one).slice(1);
        expect(beside).not.toContain(other.target);
        expect(beside).not.toContain(other.staging);
        expect(beside).not.toContain(one.target);
        expect(new Set(beside).size).toBe(beside.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('include the checksum file and the done file of the flow', () => {
    const found = paths('a.csv', { rules: { ...withAll, doneFile: '{stem}.ok' } });

    expect(found).toMatchObject({ checksum: '/in/a.csv.sha256', done: '/in/a.ok' });
  });

  it.each(['{name}', '{stem}', '{version}', '$&', '$1'])('keep %s in a name as it is', (letters) => {
    const found = paths(`a${letters}b.csv`, { rules: withAll });

    expect(found).toMatchObject({
      staging: expect.stringContaining(`/.a${letters}b.csv.`),
      done: `/in/a${letters}b.csv.done`,
    });
  });
});

describe('a staging name', () => {
  it('is hidden, and contains the name of the object', () => {
    expect(stagingOf('a.csv', 'v1')).toMatch(/^\.a\.csv\.[0-9a-f]{16}\.part$/);
  });

  it('is the same for each try of a version', () => {
    expect(stagingOf('a.csv', 'v1')).toBe(stagingOf('a.csv', 'v1'));
  });

  it.each([
    ['another version', stagingOf('a.csv', 'v2')],
    ['another object', stagingOf('b.csv', 'v1')],
  ])('is another for %s', (_, other) => {
    expect(stagingOf('a.csv', 'v1')).not.toBe(other);
  });

  it.each([
    ['of the maximum length', 'x'.repeat(255)],
    ['of letters of four bytes', '😀'.repeat(63)],
  ])('of a name %s is short enough, and still its own', (_, name) => {
    const other = `y${[...name].slice(1).join('')}`;

    const staging = stagingOf(name, 'v1');

    expect(Buffer.byteLength(staging)).toBeLessThanOrEqual(255);
    expect([stagingOf(other, 'v1'), stagingOf(name, 'v2')]).not.toContain(staging);
    expect(isStagingName(usual.stagingName, staging)).toBe(true);
  });

  it('that is too long even with a digest is an error', () => {
    const rules = { ...usual, stagingName: `{name}.{version}.${'x'.repeat(240)}` };

    expect(targetOf('a.csv', rules)).toBe('name-too-long');
  });

  it('is recognized for every pattern and name', () => {
    const patterns = fc.constantFrom(
      '.{name}.{version}.part',
      '{version}~{name}',
      'up[({name})].{version}',
      '{name}{version}$',
    );
    const name = goodPath.map(baseName);

    fc.assert(
      fc.property(patterns, name, fc.string({ minLength: 1 }), (stagingName, own, version) => {
        const found = paths(own, { rules: { ...usual, stagingName }, version });
        fc.pre(typeof found !== 'string');
        if (typeof found === 'string') return;
        expect(isStagingName(stagingName, baseName(found.staging))).toBe(true);
      }),
    );
  });

  it.each([
    'a.csv',
    '.a.csv.part',
    '.a.csv.0123456789abcde.part',
    '.a.csv.0123456789abcdef0.partx',
    '.a.csv.0123456789ABCDEF.part',
    '.a.csv.0123456789abcdeg.part',
    'a.csv.0123456789abcdef.part',
    '..0123456789abcdef.part',
    '.a.csvx0123456789abcdef.part',
    '.a.csv.0123456789abcdef.part.bak',
  ])('is not %s, which somebody else has made', (name) => {
    expect(isStagingName(usual.stagingName, name)).toBe(false);
  });
});
