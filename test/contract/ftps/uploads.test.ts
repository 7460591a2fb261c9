import { afterEach, describe, expect, it } from 'vitest';
import { lookAt } from '../../../lambdas/ftps/look-at.ts';
import { upload } from '../../../lambdas/ftps/upload.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { useEmbedded } from './embedded-partner.ts';
import { inChunks, large, largeSource } from './sources.ts';
import { distinctBytes, openTo, shortTimeouts } from './test-partner.ts';

const path = parseRemotePath('/file');
const content = distinctBytes(200_000);
const whole = { mode: 'store', expectedBytes: content.length } as const;

const partner = await useEmbedded();

afterEach(() => {
  partner.tree.delete('/file');
});

describe('an upload', () => {
  it('is good where the server takes longer for its final reply than for any byte', async () => {
    await using session = await openTo(partner, {
      timeouts: { ...shortTimeouts, finalReplyMs: 5_000, idleMs: 50 },
    });
    partner.server.fault({ on: 'STOR', do: { kind: 'delay-final-reply', delayMs: 200 } });

    const uploaded = await upload(session, path, inChunks(content), whole);

    expect(uploaded).toEqual({ bytes: content.length });
  });

  it('is good where the source is silent for longer than the server may be', async () => {
    await using session = await openTo(partner, { timeouts: { ...shortTimeouts, idleMs: 50 } });
    const slow = async function* () {
      yield content.subarray(0, 1);
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield content.subarray(1);
    };

    await upload(session, path, slow(), whole);

    expect(partner.tree.bytesOf('/file').equals(content)).toBe(true);
  });

  it('pulls no more from the source than the server takes', async () => {
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

  it('tells every byte that the connection has taken', async () => {
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    const counts: number[] = [];

    await upload(session, path, inChunks(content), { ...whole, onBytes: (count) => counts.push(count) });

    expect(counts).toEqual([65_536, 65_536, 65_536, 3_392]);
  });

  it('resumes the TLS session of the control connection', async () => {
    await using session = await openTo(partner, { timeouts: shortTimeouts });

    await upload(session, path, inChunks(content), whole);

    expect(partner.server.transfers.at(-1)).toMatchObject({ command: 'STOR', resumed: true });
  });

  it('that the server confirms and did not take whole is seen by looking', async () => {
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    partner.server.fault({ on: 'STOR', do: { kind: 'cut-data', afterBytes: 3, with: 'close-notify' } });

    await upload(session, path, inChunks(Buffer.from('12345')), { mode: 'store', expectedBytes: 5 }).catch(
      () => undefined,
    );

    expect(await lookAt(session, path)).toMatchObject({ sizeBytes: 3 });
  });
});
