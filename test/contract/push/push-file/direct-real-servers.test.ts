import { describe, expect, it } from 'vitest';
import { availableServers } from '../../../support/real-servers/available-servers.ts';
import { distinctBytes } from '../../ftps/test-partner.ts';
import { usePushStage } from '../push-stage.ts';
import { LongUploadFixture } from './long-upload-fixture.ts';
import { startEmbedded, startReal } from './long-upload-servers.ts';

const stage = usePushStage();
const mebibyte = 1024 * 1024;
const { ready } = await availableServers();
const content = Buffer.from('14 bytes here.');

const limit = (commands: string) => [`<Limit ${commands}>`, 'DenyAll', '</Limit>'];
const looking = ['SIZE', 'MDTM', 'MLST', 'MLSD', 'LIST', 'NLST', 'STAT'];

/** What makes a real server a drop box, or one that lets nobody rename. */
const refusals = {
  proftpd: { look: limit(looking.join(' ')), rename: limit('RNFR RNTO') },
  vsftpd: { look: [`cmds_denied=${looking.join(',')}`], rename: ['cmds_denied=RNFR,RNTO'] },
};

const restrictable = ready.flatMap((program) =>
  program.name === 'proftpd' || program.name === 'vsftpd'
    ? [{ name: program.name, program, ...refusals[program.name] }]
    : [],
);

describe.each(restrictable)('$name', ({ program, look, rename }) => {
  it('that does not let us look is said to, and is delivered to with verify: none', async () => {
    const server = await startReal(program, look);
    const strict = new LongUploadFixture(stage, server);
    const trusting = new LongUploadFixture(stage, server, { verify: 'none' });

    const refused = await strict.push(await strict.put('a.csv', content));
    const end = await trusting.push(await trusting.put('b.csv', content));

    const { lastError } = await strict.record('a.csv');
    expect(lastError?.message).toContain('verify: none');
    expect([refused, lastError?.error]).toEqual(['refused', 'cannot-verify']);
    expect(lastError?.message).toContain('verify: none');
    expect([end, trusting.names()]).toEqual(['delivered', ['b.csv']]);
    expect((await trusting.record('b.csv')).delivered?.verification).toBe('none');
  });

  it('that lets nobody rename is said to, and is delivered to with delivery: direct', async () => {
    const server = await startReal(program, rename);
    const staged = new LongUploadFixture(stage, server);
    const direct = new LongUploadFixture(stage, server, { delivery: 'direct', doneFile: '{name}.done' });

    const refused = await staged.push(await staged.put('a.csv', content));
    const end = await direct.push(await direct.put('b.csv', content));

    expect(refused).toBe('refused');
    expect((await staged.record('a.csv')).lastError?.message).toContain('delivery: direct');
    expect([end, direct.names()]).toEqual(['delivered', ['b.csv', 'b.csv.done']]);
    expect(direct.read('b.csv').equals(content)).toBe(true);
  });
});

it('An object too large for one invocation continues under its final name where it was closed', async () => {
  const server = await startEmbedded();
  const fixture = new LongUploadFixture(stage, server, { delivery: 'direct' });
  const large = distinctBytes(48 * mebibyte + 12_345);
  const delivery = await fixture.put('a.bin', large);

  const ends = await fixture.pushToEnd(delivery, { bytes: 12 * mebibyte });

  expect(ends.length).toBeGreaterThan(2);
  expect(ends).toEqual([...Array(ends.length - 1).fill('unfinished'), 'delivered']);
  expect(fixture.read('a.bin').equals(large)).toBe(true);
  expect(fixture.names()).toEqual(['a.bin']);
});
