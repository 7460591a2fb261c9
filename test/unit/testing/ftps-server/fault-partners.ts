import { beforeAll } from 'vitest';
import type { FaultAction } from '../../../../testing/ftps-server/faults.ts';
import { createIdentity, type Identity, startPartner } from './partner.ts';
import { RawClient } from './raw-client.ts';

/** Starts servers with a fault, for the tests of one file. */
export class FaultPartners {
  #identity: Identity | undefined;

  get identity(): Identity {
    if (this.#identity === undefined) throw new Error('no identity was created');
    return this.#identity;
  }

  static use(): FaultPartners {
    const partners = new FaultPartners();
    beforeAll(async () => {
      partners.#identity = await createIdentity();
    });
    return partners;
  }

  /** A server with /file.bin (100,000 bytes), /dir (100 files) and one fault. */
  async start(on: string, action: FaultAction, options: Parameters<typeof startPartner>[1] = {}) {
    const { server, tree } = await startPartner(this.identity, options);
    tree.put('/file.bin', { content: { sizeBytes: 100_000, seed: 1 } });
    for (let n = 0; n < 100; n++) tree.put(`/dir/${String(n).padStart(3, '0')}.txt`, { content: 'x' });
    server.fault({ on, do: action });
    return { server, tree };
  }

  /** Logs in and requests the file; returns what both connections received. */
  async retrieve(server: Parameters<typeof RawClient.login>[0], command = 'RETR /file.bin') {
    await using client = await RawClient.login(server, this.identity);
    return await client.transfer(command);
  }
}
