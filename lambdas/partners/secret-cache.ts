import type { SecretVersion } from './read-credentials.ts';

/**
 * How old what is read of a secret may be. `cached`: a few minutes, which spares a request for each session that is opened.
 * `fresh`: it is asked for now, as whoever was refused does.
 */
export type SecretAge = 'cached' | 'fresh';

/** After this long a secret is read again, though nobody was refused: while two passwords are right, the new one is taken up. */
const keepMs = 5 * 60_000;

/** What secrets hold, kept by a function from one invocation to the next. */
export class SecretCache {
  readonly #read: (secretName: string) => Promise<SecretVersion>;
  readonly #now: () => number;
  readonly #kept = new Map<string, { readonly secret: SecretVersion; readonly atMs: number }>();

  constructor(read: (secretName: string) => Promise<SecretVersion>, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** @throws PartnerError */
  async get(secretName: string, age: SecretAge): Promise<SecretVersion> {
    const kept = this.#kept.get(secretName);
    if (age === 'cached' && kept !== undefined && this.#now() < kept.atMs + keepMs) return kept.secret;
    // What cannot be read any more must not be used any more either.
    this.#kept.delete(secretName);
    const secret = await this.#read(secretName);
    this.#kept.set(secretName, { secret, atMs: this.#now() });
    return secret;
  }
}
