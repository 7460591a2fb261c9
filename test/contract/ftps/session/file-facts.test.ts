import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { requestModifiedTimes } from '../../../../lambdas/ftps/session/file-facts.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const path = parseRemotePath;
const modified = new Date('2026-11-20T02:15:00Z');

describe('a session', () => {
  it('has the size of a file whose name begins and ends with a space', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/ file ', { content: 'hello' });
    await using session = await openTo(partner);

    const stat = await statFile(session, path('/ file '));

    expect(stat?.sizeBytes).toBe(5);
  });

  it('has the modified time of a file', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/file', { modified });
    await using session = await openTo(partner);

    const [time] = await requestModifiedTimes(session, [path('/file')]);

    expect(time).toEqual({
      raw: '20261120021500',
      wallClock: '2026-11-20T02:15:00',
      precision: 'second',
      clock: 'utc',
    });
  });

  it('has the modified times of many files in order, undefined for missing files', async () => {
    await using partner = await startEmbedded();
    const paths = Array.from({ length: 250 }, (_, index) => path(`/${index}`));
    for (const [index, each] of paths.entries()) {
      if (index !== 7) partner.tree.put(each, { modified: new Date(modified.getTime() + index * 1000) });
    }
    await using session = await openTo(partner);

    const times = await requestModifiedTimes(session, paths);

    const expected = paths.map((_, index) =>
      index === 7 ? undefined : new Date(modified.getTime() + index * 1000).toISOString().slice(0, 19),
    );
    expect(times.map((time) => time?.wallClock)).toEqual(expected);
  });

  it('sends commands one by one after a server has lost pipelined commands', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/a', {}).put('/b', {});
    partner.server.fault({ on: 'MDTM', times: 1, do: { kind: 'silence' } });
    await using first = await openTo(partner, { timeouts: { replyMs: 100 } });
    await expect(requestModifiedTimes(first, [path('/a'), path('/b')])).rejects.toMatchObject({
      kind: 'timeout',
    });
    await using second = await openTo(partner);

    const times = await requestModifiedTimes(second, [path('/a'), path('/b')]);

    expect(second.behaviour.commands).toBe('one-by-one');
    expect(times.every((time) => time !== undefined)).toBe(true);
  });
});
