import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { probeRest } from '../../../../lambdas/ftps/probe/probe-rest.ts';
import { downloadRange } from '../../../../lambdas/ftps/transfer/download-range.ts';
import { distinctBytes, openTo, type StartPartner } from '../test-partner.ts';

const sizeBytes = 3_000_000;
const path = parseRemotePath('/ranges/a.bin');

/** What a server must support for downloads in slices. */
export function rangeContract(name: string, start: StartPartner): void {
  describe(`${name}, ranges`, () => {
    it('sends the bytes from an offset to the end, and the session stays usable', async () => {
      await using partner = await seeded(start);
      await using session = await openTo(partner);
      const sink = new RangeSink(sizeBytes);

      const end = await downloadRange(session, { path, sizeBytes, offset: 1_234_567 }, sink);

      expect(end).toBe('to-the-end');
      expect(sink.content.equals(distinctBytes(sizeBytes).subarray(1_234_567))).toBe(true);
      expect(await statFile(session, path)).toMatchObject({ sizeBytes });
    });

    it('stops as soon as the sink has enough, after which the session is gone', async () => {
      await using partner = await seeded(start);
      await using session = await openTo(partner);
      const sink = new RangeSink(500_000);

      const end = await downloadRange(session, { path, sizeBytes, offset: 100_000 }, sink);

      expect(end).toBe('enough');
      expect(session.lost).toBe(true);
      expect(sink.content.equals(distinctBytes(sizeBytes).subarray(100_000, 600_000))).toBe(true);
      await using another = await openTo(partner);
      expect(await statFile(another, path)).toMatchObject({ sizeBytes });
    });

    it('proves that REST works', async () => {
      await using partner = await seeded(start);
      await using session = await openTo(partner);

      const proof = await probeRest(session, { path, sizeBytes });

      expect(proof).toBe('proved');
      expect(session.lost).toBe(false);
    });

    it('proves it with a file of two bytes too', async () => {
      await using partner = await start({});
      await partner.putFile('/ranges/a.bin', 'ab');
      await using session = await openTo(partner);

      expect(await probeRest(session, { path, sizeBytes: 2 })).toBe('proved');
    });
  });
}

async function seeded(start: StartPartner) {
  const partner = await start({});
  await partner.putFile(path, distinctBytes(sizeBytes));
  return partner;
}

/** Keeps so many bytes, and drops the rest of a chunk. */
class RangeSink {
  readonly #wantedBytes: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(wantedBytes: number) {
    this.#wantedBytes = wantedBytes;
  }

  get hasEnough(): boolean {
    return this.#bytes >= this.#wantedBytes;
  }

  get content(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  readonly write = async (chunk: Buffer): Promise<void> => {
    const taken = chunk.subarray(0, this.#wantedBytes - this.#bytes);
    this.#chunks.push(taken);
    this.#bytes += taken.length;
  };
}
