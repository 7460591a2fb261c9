import { describe, expect, it } from 'vitest';
import { SecretCache } from '../../../lambdas/partners/secret-cache.ts';

const minuteMs = 60_000;

/** A cache over a store that returns a new version for each read, with a clock of the test. */
function makeCache() {
  const state = { reads: 0, nowMs: 0, exists: true };
  const cache = new SecretCache(
    async (name) => {
      if (!state.exists) throw new Error(`no ${name}`);
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

  it('is read again where it must be fresh, and then cached', async () => {
    const { cache } = makeCache();

    await cache.get('acme', 'cached');
    await cache.get('acme', 'fresh');
    const { versionId } = await cache.get('acme', 'cached');

    expect(versionId).toBe('2');
  });

  it('is cached by name', async () => {
    const { cache } = makeCache();

    await cache.get('acme', 'cached');
    const { credentials } = await cache.get('globex', 'cached');

    expect(credentials.user).toBe('globex');
  });

  it('that can no longer be read is not used', async () => {
    const { state, cache } = makeCache();
    await cache.get('acme', 'cached');
    state.exists = false;

    await expect(cache.get('acme', 'fresh')).rejects.toThrow('no acme');

    await expect(cache.get('acme', 'cached')).rejects.toThrow('no acme');
  });
});
