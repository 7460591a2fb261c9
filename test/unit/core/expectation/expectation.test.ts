import { describe, expect, it } from 'vitest';
import {
  type Anomaly,
  type Arrival,
  type Expectation,
  evaluateExpectation,
} from '../../../../lambdas/core/expectation/expectation.ts';
import { weekdays } from '../../../../lambdas/core/expectation/expectation-calendar.ts';

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

/** A file of that size that arrived at that time; with two times it has two versions. */
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

function evaluate(
  arrivals: Readonly<Record<string, readonly Arrival[]>>,
  { now = '2026-11-20T07:00:00Z', since = '2026-11-20T00:00:00Z', rules = expectation } = {},
): readonly Anomaly[] {
  const times = { now: new Date(now), since: new Date(since) };
  return evaluateExpectation(rules, new Map(Object.entries(arrivals)), times);
}

const today = '2026-11-20';
const early = (name: string) => file(name, `${today}T05:00:00Z`);

describe('Files of a day', () => {
  it('are as expected if enough arrived in time', () => {
    const anomalies = evaluate({ [today]: [early('a'), early('b')] });

    expect(anomalies).toEqual([]);
  });

  it('are as expected if more arrived than expected', () => {
    const anomalies = evaluate({ [today]: [early('a'), early('b'), early('c')] });

    expect(anomalies).toEqual([]);
  });

  it('are not missing before they are due', () => {
    const anomalies = evaluate({}, { now: `${today}T05:59:59Z` });

    expect(anomalies).toEqual([]);
  });

  it('are missing from the due time on', () => {
    const anomalies = evaluate({ [today]: [early('a')] }, { now: `${today}T06:00:00Z` });

    expect(anomalies).toMatchObject([{ kind: 'missing', date: today, arrived: 1 }]);
  });

  it('are not missing for a day that was due before the expectation existed', () => {
    const anomalies = evaluate({}, { since: `${today}T06:30:00Z` });

    expect(anomalies).toEqual([]);
  });

  it('are late if the last of them arrived after the due time', () => {
    const late = file('b', `${today}T06:00:01Z`);

    const anomalies = evaluate({ [today]: [early('a'), late] });

    expect(anomalies).toMatchObject([
      { kind: 'late', inTime: 1, completeAt: new Date(`${today}T06:00:01Z`) },
    ]);
  });

  it('are in time if they arrived at the due time', () => {
    const anomalies = evaluate({ [today]: [early('a'), file('b', `${today}T06:00:00Z`)] });

    expect(anomalies).toEqual([]);
  });

  it('are not evaluated after four days', () => {
    const since = '2026-11-01T00:00:00Z';

    const anomalies = evaluate({}, { since, rules: { ...expectation, count: 1 } });

    expect(anomalies.map(({ date }) => date)).toEqual([
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

  it('makes up for an earlier one with its surplus', () => {
    const anomalies = evaluate({ [today]: [early('thursday'), early('friday')] }, { since, rules });

    expect(anomalies).toEqual([]);
  });

  it('does not make up for it with its own files', () => {
    const anomalies = evaluate({ [today]: [early('friday')] }, { since, rules });

    expect(anomalies).toMatchObject([{ kind: 'missing', date: '2026-11-19' }]);
  });

  it('makes up for only one day', () => {
    const two = evaluate({ [today]: [early('a'), early('b')] }, { since: '2026-11-18T00:00:00Z', rules });

    expect(two).toMatchObject([{ kind: 'missing', date: '2026-11-18' }]);
  });
});

describe('A file that is too small', () => {
  const empty = file('b', [`${today}T05:00:00Z`, 0]);

  it('is reported, and does not count', () => {
    const anomalies = evaluate({ [today]: [early('a'), empty] });

    expect(anomalies).toMatchObject([
      { kind: 'too-small', path: 'b', sizeBytes: 0 },
      { kind: 'missing', arrived: 1 },
    ]);
  });

  it('is no longer reported once a larger version replaced it, which is not a duplicate', () => {
    const corrected = file('b', [`${today}T05:00:00Z`, 0], [`${today}T05:30:00Z`, 10]);

    const anomalies = evaluate({ [today]: [early('a'), corrected] });

    expect(anomalies).toEqual([]);
  });

  it('counts if minBytes is 0', () => {
    const anomalies = evaluate({ [today]: [early('a'), empty] }, { rules: { ...expectation, minBytes: 0 } });

    expect(anomalies).toEqual([]);
  });

  it('does not count if it replaced a larger version', () => {
    const replaced = file('b', [`${today}T05:00:00Z`, 10], [`${today}T05:30:00Z`, 0]);

    const anomalies = evaluate({ [today]: [early('a'), replaced] });

    expect(anomalies.map(({ kind }) => kind)).toEqual(['too-small', 'missing']);
  });
});

describe('A duplicate', () => {
  it('is a file with two versions on the same day', () => {
    const again = file('a', `${today}T04:00:00Z`, `${today}T05:00:00Z`);

    const anomalies = evaluate({ [today]: [again, early('b')] });

    expect(anomalies).toMatchObject([{ kind: 'duplicate', path: 'a', versions: 2, sameAs: undefined }]);
  });

  it('is a file with the content of another', () => {
    const same = { ...early('b'), sameAs: 'a' };

    const anomalies = evaluate({ [today]: [early('a'), same] });

    expect(anomalies).toMatchObject([{ kind: 'duplicate', path: 'b', sameAs: 'a' }]);
  });

  it('is reported before the due time', () => {
    const same = { ...early('b'), sameAs: 'a' };

    const anomalies = evaluate({ [today]: [same] }, { now: `${today}T05:30:00Z` });

    expect(anomalies).toMatchObject([{ kind: 'duplicate', date: today }]);
  });
});
