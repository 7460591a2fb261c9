import type { Credentials } from '../contract/connection.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Session } from '../ftps/session.ts';
import { endTrial, readCircuit, recordLogin, recordRefusedLogin, takeTrial } from '../ledger/circuit.ts';
import type { SecretVersion } from '../partners/read-credentials.ts';
import type { SecretAge } from '../partners/secret-cache.ts';
import { type LoginRight, loginRight } from '../sync/circuit.ts';
import { CircuitOpenError } from './connection-errors.ts';
import type { ConnectionSystems } from './connection-systems.ts';

type ClosedRight = Exclude<LoginRight['kind'], 'open'>;

export type Open = (credentials: Credentials) => Promise<Session>;

/**
 * Lets logins through to a partner as its circuit allows. A version of the secret that has never logged in, or was refused, is
 * tried by one function at a time; one that was refused twice is not tried for a while, and then by one function once.
 */
export class LoginGate {
  readonly #partner: PartnerFile;
  readonly #systems: ConnectionSystems;
  #secret: SecretVersion | undefined;
  /** Whether it was asked for just now: what the function kept from an earlier invocation, or this one has read, may be minutes old. */
  #isFresh = false;

  constructor(partner: PartnerFile, systems: ConnectionSystems) {
    this.#partner = partner;
    this.#systems = systems;
  }

  /** @throws CircuitOpenError where nobody connects now; PartnerError */
  async check(): Promise<void> {
    this.#isFresh = false;
    await this.#right();
  }

  /**
   * Logs in with what the secret holds.
   * @param wait called as long as somebody else tries the same version; may throw.
   * @throws CircuitOpenError, what `open` and `wait` throw, PartnerError
   */
  async login(open: Open, wait: () => Promise<void>): Promise<Session> {
    this.#isFresh = false;
    for (;;) {
      const { kind, secret } = await this.#right();
      if (kind === 'wait') {
        await wait();
      } else if (kind === 'trial' && !this.#isFresh) {
        // Its age may be the reason why it is not proven.
        await this.#readSecret('fresh');
      } else {
        const session = kind === 'trial' ? await this.#trial(open, secret) : await this.#try(open, secret);
        if (session !== undefined) return session;
      }
    }
  }

  /** What may be done with the secret now. For `open`, which is thrown, it is asked for anew: another version would not be. */
  async #right(): Promise<{ readonly kind: ClosedRight; readonly secret: SecretVersion }> {
    const { table, now } = this.#systems;
    for (;;) {
      const secret = this.#secret ?? (await this.#readSecret('cached'));
      const at = now();
      const circuit = await readCircuit(table, this.#partner.partner);
      const right = loginRight(circuit, secret.versionId, at.getTime());
      if (right.kind !== 'open') return { kind: right.kind, secret };
      if (this.#isFresh) throw new CircuitOpenError(this.#partner, right.refused, at);
      await this.#readSecret('fresh');
    }
  }

  /** Undefined where somebody else was quicker, or the secret has another version now. */
  async #trial(open: Open, secret: SecretVersion): Promise<Session | undefined> {
    const { table, now } = this.#systems;
    const { partner } = this.#partner;
    const login = { partner, version: secret.versionId, now: now() };
    if ((await takeTrial(table, login)) === 'no') return undefined;
    let session: Session | undefined;
    try {
      session = await this.#try(open, secret);
    } catch (error) {
      // One that was refused is counted, and that ends the trial.
      if (!isRefusedLogin(error)) await endTrial(table, partner);
      throw error;
    }
    if (session === undefined) await endTrial(table, partner);
    else await recordLogin(table, login);
    return session;
  }

  /** Undefined where the login was refused, and the secret has got another version meanwhile, which is to be tried. */
  async #try(open: Open, secret: SecretVersion): Promise<Session | undefined> {
    try {
      return await open(secret.credentials);
    } catch (error) {
      if (!isRefusedLogin(error)) throw error;
      const { versionId } = await this.#readSecret('fresh');
      if (versionId !== secret.versionId) return undefined;
      await this.#count(versionId, error.answer);
      throw error;
    }
  }

  async #count(version: string, message: string): Promise<void> {
    const { table, now, tellCircuitOpened } = this.#systems;
    const { partner, connection } = this.#partner;
    const opened = await recordRefusedLogin(table, { partner, version, now: now() }, message);
    if (opened === undefined) return;
    const { count: refusals, firstAtMs, openUntilMs } = opened;
    try {
      await tellCircuitOpened({
        partner,
        host: connection.host,
        secret: connection.secret,
        refusals,
        since: new Date(firstAtMs).toISOString(),
        until: new Date(openUntilMs).toISOString(),
        message,
      });
    } catch {
      // The circuit is open all the same, and `status` shows it; thrown here, this would hide the refused login from its run.
    }
  }

  async #readSecret(age: SecretAge): Promise<SecretVersion> {
    this.#secret = await this.#systems.readCredentials(this.#partner.connection.secret, age);
    this.#isFresh = age === 'fresh';
    return this.#secret;
  }
}

function isRefusedLogin(error: unknown): error is FtpsError {
  return error instanceof FtpsError && error.kind === 'login-refused';
}
