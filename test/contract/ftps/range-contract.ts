import { describe, expect, it } from 'vitest';
import { downloadRange } from '../../../lambdas/ftps/download-range.ts';
import { lookAt } from '../../../lambdas/ftps/look-at.ts';
import { proveRest } from '../../../lambdas/ftps/prove-rest.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { distinctBytes, openTo, type StartPartner } from './test-partner.ts';

const sizeBytes = 3_000_000;
const path = parseRemotePath('/ranges/a.bin');

/** What a server must do for files to be fetched in slices. */
export function rangeContract(name: string, start: StartPartner): void {
  describe(`${name}, ranges`, () => {
    it('sends the bytes from an offset to the end, and the session lives', async () => {
      await using partner = await seeded(start);
      await using session = await openTo(partner);
      const sink = new RangeSink(sizeBytes);

      const end = await downloadRange(session, { path, sizeBytes, offset: 1_234_567 }, sink);

      expect(end).toBe('to-the-end');
      expect(sink.content.equals(distinctBytes(sizeBytes).subarray(1_234_567))).toBe(true);
      expect(await lookAt(session, path)).toMatchObject({ sizeBytes });
    });

    it('is stopped as soon as the sink has enough, and takes another session', async () => {
      await using partner = await seeded(start);
      await using session = await openTo(partner);
      const sink = new RangeSink(500_000);

      const end = await downloadRange(session, { path, sizeBytes, offset: 100_000 }, sink);

      expect(end).toBe('enough');
      expect(session.lost).toBe(true);
      expect(sink.content.equals(distinctBytes(sizeBytes).subarray(100_000, 600_000))).toBe(true);
      await using another = await openTo(partner);
      expect(await lookAt(another, path)).toMatchObject({ sizeBytes });
    });

    it('proves that REST is worth its word', async () => {
      await using partner = await seeded(start);
      await using session = await openTo(partner);

      const proof = await proveRest(session, { path, sizeBytes });

      expect(proof).toBe('proved');
      expect(session.lost).toBe(false);
    });

    it('proves it with a file of two bytes too', async () => {
      await using partner = await start({});
      await partner.putFile('/ranges/a.bin', 'ab');
      await using session = await openTo(partner);

      expect(await proveRest(session, { path, sizeBytes: 2 })).toBe('proved');
    });
  });
}

async function seeded(start: StartPartner) {
  const partner = await start({});
  await partner.putFile(path, distinctBytes(sizeBytes));
  return partner;
}

/** Takes so many bytes, and lets the rest of a chunk go. */
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
