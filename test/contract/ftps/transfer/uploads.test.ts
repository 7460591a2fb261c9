import { afterEach, describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { upload } from '../../../../lambdas/ftps/transfer/upload.ts';
import { useEmbedded } from '../servers/embedded-partner.ts';
import { distinctBytes, openTo, shortTimeouts, timeoutsFor } from '../test-partner.ts';
import { inChunks, large, largeSource } from './sources.ts';

const path = parseRemotePath('/file');
const content = distinctBytes(200_000);
const whole = { mode: 'store', expectedBytes: content.length } as const;

const partner = await useEmbedded();

afterEach(() => {
  partner.tree.delete('/file');
});

describe('an upload', () => {
  it('succeeds where the final reply takes longer than any byte', async () => {
    await using session = await openTo(partner, {
      timeouts: { idleMs: 1_000 },
    });
    partner.server.fault({ on: 'STOR', do: { kind: 'delay-final-reply', delayMs: 1_300 } });

    const uploaded = await upload(session, path, inChunks(content), whole);

    expect(uploaded).toEqual({ bytes: content.length });
  });

  it('succeeds where the source pauses for longer than the server may', async () => {
    await using session = await openTo(partner, { timeouts: { idleMs: 1_000 } });
    const slow = async function* () {
      yield content.subarray(0, 1);
      await new Promise((resolve) => setTimeout(resolve, 1_300));
      yield content.subarray(1);
    };

    await upload(session, path, slow(), whole);

    expect(partner.tree.bytesOf('/file').equals(content)).toBe(true);
  });

  it('pulls no more from the source than the server accepts', async () => {
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    partner.server.fault({ on: 'STOR', do: { kind: 'stall-data', afterBytes: 0 } });
    let pulled = 0;

    await upload(session, path, largeSource(), {
      mode: 'store',
      expectedBytes: large.sizeBytes,
      onBytes: (count) => (pulled += count),
    }).catch(() => undefined);

    expect(pulled).toBeLessThan(large.sizeBytes / 2);
  });

  it('reports every byte that the connection has accepted', async () => {
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
    const counts: number[] = [];

    await upload(session, path, inChunks(content), { ...whole, onBytes: (count) => counts.push(count) });

    expect(counts).toEqual([65_536, 65_536, 65_536, 3_392]);
  });

  it('resumes the TLS session of the control connection', async () => {
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });

    await upload(session, path, inChunks(content), whole);

    expect(partner.server.transfers.at(-1)).toMatchObject({ command: 'STOR', resumed: true });
  });

  it('that the server confirms without storing everything is found by statFile', async () => {
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
    partner.server.fault({ on: 'STOR', do: { kind: 'cut-data', afterBytes: 3, with: 'close-notify' } });

    await upload(session, path, inChunks(Buffer.from('12345')), { mode: 'store', expectedBytes: 5 }).catch(
      () => undefined,
    );

    expect(await statFile(session, path)).toMatchObject({ sizeBytes: 3 });
  });
});
