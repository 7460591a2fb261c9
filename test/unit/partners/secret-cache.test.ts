import { describe, expect, it } from 'vitest';
import { SecretCache } from '../../../lambdas/partners/secret-cache.ts';

const minuteMs = 60_000;

/** A store whose secret has another version at each read, and a clock. */
function makeCache() {
  const state = { reads: 0, nowMs: 0, isThere: true };
  const cache = new SecretCache(
    async (name) => {
      if (!state.isThere) throw new Error(`no ${name}`);
      state.reads += 1;
      return { credentials: { ...login, user: name }, versionId: String(state.reads) };
    },
    () => state.nowMs,
  );
  return { state, cache };
}

const login = {
  user: '',
  password: 'p',
  clientCertificate: undefined,
  clientKey: undefined,
  clientKeyPassphrase: undefined,
};

describe('a secret', () => {
  it('is read once for five minutes', async () => {
    const { state, cache } = makeCache();

    await cache.get('acme', 'cached');
    state.nowMs = 5 * minuteMs - 1;
    await cache.get('acme', 'cached');

    expect(state.reads).toBe(1);
  });

  it('is read again after five minutes', async () => {
    const { state, cache } = makeCache();

    await cache.get('acme', 'cached');
    state.nowMs = 5 * minuteMs;
    const { versionId } = await cache.get('acme', 'cached');

    expect(versionId).toBe('2');
  });

  it('is read anew where it is to be fresh, and that is kept', async () => {
    const { cache } = makeCache();

    await cache.get('acme', 'cached');
    await cache.get('acme', 'fresh');
    const { versionId } = await cache.get('acme', 'cached');

    expect(versionId).toBe('2');
  });

  it('of one partner is not that of another', async () => {
    const { cache } = makeCache();

    await cache.get('acme', 'cached');
    const { credentials } = await cache.get('globex', 'cached');

    expect(credentials.user).toBe('globex');
  });

  it('that is gone is not used any more', async () => {
    const { state, cache } = makeCache();
    await cache.get('acme', 'cached');
    state.isThere = false;

    await expect(cache.get('acme', 'fresh')).rejects.toThrow('no acme');

    await expect(cache.get('acme', 'cached')).rejects.toThrow('no acme');
  });
});
