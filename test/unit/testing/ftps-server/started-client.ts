import { beforeAll } from 'vitest';
import { createIdentity, type Identity, startPartner } from './partner.ts';
import { RawClient } from './raw-client.ts';

type Options = Parameters<typeof startPartner>[1];

/**
 * For the tests of one file: `start` starts a server with /a.txt (`alpha`) and a client, `login` another
 * client.
 */
export function useClients() {
  let identity: Identity;
  beforeAll(async () => {
    identity = await createIdentity();
  });
  const login = (server: Parameters<typeof RawClient.login>[0]) => RawClient.login(server, identity);
  const start = async (options: Options = {}) => {
    const { server, tree } = await startPartner(identity, options);
    tree.put('/a.txt', { content: 'alpha', modified: new Date('2026-11-20T02:15:00Z') });
    return { server, tree, client: await login(server) };
  };
  return { start, login };
}
