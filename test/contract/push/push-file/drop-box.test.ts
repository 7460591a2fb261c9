import { describe, expect, it } from 'vitest';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();

const looking = ['SIZE', 'MDTM', 'MLST', 'MLSD', 'LIST', 'NLST'];

/** A partner whose user may write, and not look: each of these commands is refused. */
async function dropBox(
  settings: Readonly<Record<string, unknown>> = {},
  refused: readonly string[] = looking,
): Promise<DeliveryFixture> {
  const fixture = await DeliveryFixture.start(stage, { settings });
  for (const on of refused)
    fixture.partner.server.fault({ on, do: { kind: 'reply', code: 550, text: 'Permission denied' } });
  return fixture;
}

describe('a partner that does not let us look', () => {
  it('is not said to have no bytes: the error names the setting, and nothing was uploaded', async () => {
    const fixture = await dropBox();

    const end = await fixture.push(await fixture.put('order.csv', '14 bytes here.'));

    const { lastError } = await fixture.record('order.csv');
    expect([end, lastError?.error, await fixture.names()]).toEqual(['refused', 'cannot-verify', []]);
    expect(lastError?.message).toContain('550 Permission denied to SIZE');
    expect(lastError?.message).toContain('verify: none');
    expect(lastError?.message).not.toContain('no bytes');
    expect(lastError?.message).toContain('nothing was uploaded');
    const commands = fixture.partner.server.log.map(({ command }) => command);
    expect(commands).not.toContain('STOR');
  });

  it.each(['staged', 'direct'])(
    'gets its files with verify: none, delivery: %s, and the ledger says so',
    async (delivery) => {
      const fixture = await dropBox({
        verify: 'none',
        delivery,
        doneFile: '{name}.done',
        checksumFile: 'sha256',
      });

      const end = await fixture.push(await fixture.put('order.csv', '14 bytes here.'));

      expect(end).toBe('delivered');
      expect(fixture.partner.tree.bytesOf('/in/order.csv').toString()).toBe('14 bytes here.');
      expect(await fixture.names()).toEqual(['order.csv', 'order.csv.done', 'order.csv.sha256']);
      expect((await fixture.record('order.csv')).delivered?.verification).toBe('none');
    },
  );

  it.each([
    ['allows DELE', [], []],
    ['refuses DELE', ['DELE'], [expect.stringMatching(/^\.order\.csv\..*\.part$/)]],
  ] as const)('only after the upload, and %s: the error says what became of the upload', async (...row) => {
    const [, alsoRefused, left] = row;
    const fixture = await dropBox({}, alsoRefused);
    for (const on of looking) {
      const denied = { kind: 'reply', code: 550, text: 'Permission denied' } as const;
      fixture.partner.server.fault({ on, path: /\.part$|^\/in$/, do: denied });
    }

    await fixture.push(await fixture.put('order.csv', '14 bytes here.'));

    const { lastError } = await fixture.record('order.csv');
    expect(lastError?.error).toBe('cannot-verify');
    expect(await fixture.names()).toEqual(left);
    expect(lastError?.message).toContain(
      left.length === 0 ? 'the upload was deleted again' : 'may stay at /in/.order.csv.',
    );
  });

  it('is delivered to once the flow says verify: none, and the upload that was left is removed', async () => {
    const fixture = await dropBox({}, []);
    const delivery = await fixture.put('order.csv', '14 bytes here.');
    const lift = looking.concat('DELE').map((on) => {
      const denied = { kind: 'reply', code: 550, text: 'Permission denied' } as const;
      return fixture.partner.server.fault({ on, path: /\.part$|^\/in$/, do: denied });
    });
    await fixture.push(delivery);
    for (const each of lift) each();

    const end = await fixture.push(delivery);

    expect([end, await fixture.names()]).toEqual(['delivered', ['order.csv']]);
  });

  it.each([
    [500, 'SIZE not understood.'],
    [502, 'Command not implemented.'],
    [550, 'Permission denied'],
  ])('by SIZE (%i %s), but by a listing: is delivered to by the listing', async (code, text) => {
    const fixture = await DeliveryFixture.start(stage, { server: { features: { mlsd: false } } });
    fixture.partner.server.fault({ on: 'SIZE', do: { kind: 'reply', code, text } });

    const end = await fixture.push(await fixture.put('order.csv', 'ours'));

    expect([end, await fixture.names()]).toEqual(['delivered', ['order.csv']]);
  });
});

describe('verify: listing', () => {
  it('asks for no size, and the ledger says that the listing had it', async () => {
    const fixture = await DeliveryFixture.start(stage, { settings: { verify: 'listing' } });

    const end = await fixture.push(await fixture.put('order.csv', 'ours'));

    const { log } = fixture.partner.server;
    expect([end, (await fixture.record('order.csv')).delivered?.verification]).toEqual([
      'delivered',
      'listing',
    ]);
    expect(log.some(({ command }) => command === 'MLSD')).toBe(true);
  });

  it('finds an upload that the server stored short', async () => {
    const fixture = await DeliveryFixture.start(stage, { settings: { verify: 'listing' } });
    const { server, tree } = fixture.partner;
    const change = async () => {
      const [staging] = await fixture.names();
      if (staging !== undefined) tree.put(`/in/${staging}`, { content: 'our' });
    };
    server.fault({ on: 'MLSD', after: 1, times: 1, do: { kind: 'beforehand', change } });

    await expect(fixture.push(await fixture.put('order.csv', 'ours'))).rejects.toThrow('3 bytes are there');

    expect(await fixture.names()).not.toContain('order.csv');
  });
});

describe('makeDirectories: false', () => {
  it('sends no MKD, and fails where the directory is missing', async () => {
    const fixture = await DeliveryFixture.start(stage, { settings: { makeDirectories: false } });

    const end = await fixture.push(await fixture.put('sub/order.csv', 'ours'));

    expect(end).toBe('refused');
    expect(fixture.partner.server.log.map(({ command }) => command)).not.toContain('MKD');
    expect((await fixture.record('sub/order.csv')).lastError?.error).toBe('gone');
  });

  it('is named where the server lets nobody enter the directory', async () => {
    const fixture = await DeliveryFixture.start(stage);
    for (const on of ['CWD', 'MKD'])
      fixture.partner.server.fault({
        on,
        path: '/in',
        do: { kind: 'reply', code: 550, text: 'Permission denied' },
      });

    await fixture.push(await fixture.put('order.csv', 'ours'));

    expect((await fixture.record('order.csv')).lastError?.message).toContain('makeDirectories: false');
  });
});
