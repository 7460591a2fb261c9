import { describe, expect, it } from 'vitest';
import {
  type Arrival,
  type Expectation,
  type Finding,
  judgeExpectation,
} from '../../../lambdas/sync/expect.ts';
import { weekdays } from '../../../lambdas/sync/expect-calendar.ts';

const expectation: Expectation = {
  key: 'k',
  pattern: 'daily-*.csv',
  count: 2,
  minBytes: 1,
  by: '06:00',
  from: '00:00',
  timeZone: 'UTC',
  days: weekdays,
  holidays: [],
};

let etags = 0;

/** A file of that size that came at that time; with two times it came again in another version. */
function file(
  path: string,
  ...versions: readonly (string | readonly [at: string, sizeBytes: number])[]
): Arrival {
  return {
    path,
    sameAs: undefined,
    versions: versions.map((version) => {
      const [at, sizeBytes] = typeof version === 'string' ? [version, 10] : version;
      etags += 1;
      return { etag: `e${etags}`, sizeBytes, at: new Date(at) };
    }),
  };
}

function judge(
  arrivals: Readonly<Record<string, readonly Arrival[]>>,
  { now = '2026-11-20T07:00:00Z', since = '2026-11-20T00:00:00Z', rules = expectation } = {},
): readonly Finding[] {
  const times = { now: new Date(now), since: new Date(since) };
  return judgeExpectation(rules, new Map(Object.entries(arrivals)), times);
}

const today = '2026-11-20';
const early = (name: string) => file(name, `${today}T05:00:00Z`);

describe('Files of a day', () => {
  it('are as expected where enough came in time', () => {
    const findings = judge({ [today]: [early('a'), early('b')] });

    expect(findings).toEqual([]);
  });

  it('are as expected where more came than were asked for', () => {
    const findings = judge({ [today]: [early('a'), early('b'), early('c')] });

    expect(findings).toEqual([]);
  });

  it('are not missed before they are due', () => {
    const findings = judge({}, { now: `${today}T05:59:59Z` });

    expect(findings).toEqual([]);
  });

  it('are missed from the moment they are due', () => {
    const findings = judge({ [today]: [early('a')] }, { now: `${today}T06:00:00Z` });

    expect(findings).toMatchObject([{ kind: 'missing', date: today, arrived: 1 }]);
  });

  it('are not missed for a day that was due before anybody watched', () => {
    const findings = judge({}, { since: `${today}T06:30:00Z` });

    expect(findings).toEqual([]);
  });

  it('are late where the last of them came after the time', () => {
    const late = file('b', `${today}T06:00:01Z`);

    const findings = judge({ [today]: [early('a'), late] });

    expect(findings).toMatchObject([{ kind: 'late', inTime: 1, completeAt: new Date(`${today}T06:00:01Z`) }]);
  });

  it('are in time that came at the very second', () => {
    const findings = judge({ [today]: [early('a'), file('b', `${today}T06:00:00Z`)] });

    expect(findings).toEqual([]);
  });

  it('are not judged any more after four days', () => {
    const since = '2026-11-01T00:00:00Z';

    const findings = judge({}, { since, rules: { ...expectation, count: 1 } });

    expect(findings.map(({ date }) => date)).toEqual([
      '2026-11-20',
      '2026-11-19',
      '2026-11-18',
      '2026-11-17',
    ]);
  });
});

describe('A later day', () => {
  const rules = { ...expectation, count: 1 };
  const since = '2026-11-19T00:00:00Z';

  it('makes up for an earlier one by what it has beyond its own count', () => {
    const findings = judge({ [today]: [early('thursday'), early('friday')] }, { since, rules });

    expect(findings).toEqual([]);
  });

  it('does not with what it needs itself', () => {
    const findings = judge({ [today]: [early('friday')] }, { since, rules });

    expect(findings).toMatchObject([{ kind: 'missing', date: '2026-11-19' }]);
  });

  it('makes up for one day and not for two', () => {
    const two = judge({ [today]: [early('a'), early('b')] }, { since: '2026-11-18T00:00:00Z', rules });

    expect(two).toMatchObject([{ kind: 'missing', date: '2026-11-18' }]);
  });
});

describe('A file that is too small', () => {
  const empty = file('b', [`${today}T05:00:00Z`, 0]);

  it('is told of, and does not count', () => {
    const findings = judge({ [today]: [early('a'), empty] });

    expect(findings).toMatchObject([
      { kind: 'too-small', path: 'b', sizeBytes: 0 },
      { kind: 'missing', arrived: 1 },
    ]);
  });

  it('is forgotten once a whole one has replaced it, which is no duplicate', () => {
    const mended = file('b', [`${today}T05:00:00Z`, 0], [`${today}T05:30:00Z`, 10]);

    const findings = judge({ [today]: [early('a'), mended] });

    expect(findings).toEqual([]);
  });

  it('counts where the flow takes empty files', () => {
    const findings = judge({ [today]: [early('a'), empty] }, { rules: { ...expectation, minBytes: 0 } });

    expect(findings).toEqual([]);
  });

  it('does not count where it has replaced a whole one', () => {
    const spoilt = file('b', [`${today}T05:00:00Z`, 10], [`${today}T05:30:00Z`, 0]);

    const findings = judge({ [today]: [early('a'), spoilt] });

    expect(findings.map(({ kind }) => kind)).toEqual(['too-small', 'missing']);
  });
});

describe('A duplicate', () => {
  it('is a file that came again in another version on the same day', () => {
    const again = file('a', `${today}T04:00:00Z`, `${today}T05:00:00Z`);

    const findings = judge({ [today]: [again, early('b')] });

    expect(findings).toMatchObject([{ kind: 'duplicate', path: 'a', versions: 2, sameAs: undefined }]);
  });

  it('is a file with the content of another', () => {
    const same = { ...early('b'), sameAs: 'a' };

    const findings = judge({ [today]: [early('a'), same] });

    expect(findings).toMatchObject([{ kind: 'duplicate', path: 'b', sameAs: 'a' }]);
  });

  it('is told of before the day is due', () => {
    const same = { ...early('b'), sameAs: 'a' };

    const findings = judge({ [today]: [same] }, { now: `${today}T05:30:00Z` });

    expect(findings).toMatchObject([{ kind: 'duplicate', date: today }]);
  });
});
