import type { SecretVersion } from './read-credentials.ts';

/**
 * How old a secret may be. `cached`: a few minutes, which saves a request for each session. `fresh`: read
 * now, as after a refused login.
 */
export type SecretAge = 'cached' | 'fresh';

/**
 * After this time a secret is read again even if no login was refused: while a partner accepts an old and a
 * new password, functions switch to the new one.
 */
const maxAgeMs = 5 * 60_000;

/** Secrets that a function caches from one invocation to the next. */
export class SecretCache {
  readonly #read: (secretName: string) => Promise<SecretVersion>;
  readonly #now: () => number;
  readonly #cached = new Map<string, { readonly secret: SecretVersion; readonly atMs: number }>();

  constructor(read: (secretName: string) => Promise<SecretVersion>, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** @throws PartnerError */
  async get(secretName: string, age: SecretAge): Promise<SecretVersion> {
    const cached = this.#cached.get(secretName);
    if (age === 'cached' && cached !== undefined && this.#now() < cached.atMs + maxAgeMs)
      return cached.secret;
    // A secret that can no longer be read must not be used either.
    this.#cached.delete(secretName);
    const secret = await this.#read(secretName);
    this.#cached.set(secretName, { secret, atMs: this.#now() });
    return secret;
  }
}
