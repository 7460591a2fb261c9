import { randomUUID } from 'node:crypto';
import type { Credentials } from '../contract/partner-file/connection.ts';
import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import { type LoginPermission, loginPermission, type OpenCircuit } from '../core/connection/circuit.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Session } from '../ftps/session/session.ts';
import {
  claimOpeningNotice,
  endTrial,
  readCircuit,
  recordLogin,
  recordOpeningPublished,
  recordRefusedLogin,
  takeTrial,
} from '../ledger/connection/circuit.ts';
import type { SecretVersion } from '../partners/read-credentials.ts';
import type { SecretAge } from '../partners/secret-cache.ts';
import type { ConnectionDependencies } from './connection-dependencies.ts';
import { CircuitOpenError } from './connection-errors.ts';

type AllowedRight = Exclude<LoginPermission['kind'], 'open'>;

export type OpenWithLogin = (credentials: Credentials) => Promise<Session>;

/**
 * Allows logins to a partner as its circuit breaker does. A version of the secret that has never logged in,
 * or was refused last, is tried by one function at a time (a trial). After two refusals in a row the circuit
 * is open: no function logs in until it has been open for a while, and then one function tries once.
 */
export class LoginGate {
  readonly #partner: PartnerFile;
  readonly #dependencies: ConnectionDependencies;
  #secret: SecretVersion | undefined;
  /** Whether the secret was just read. A cached one may be minutes old, from an earlier invocation too. */
  #isFresh = false;

  constructor(partner: PartnerFile, dependencies: ConnectionDependencies) {
    this.#partner = partner;
    this.#dependencies = dependencies;
  }

  /** @throws CircuitOpenError where the circuit is open; PartnerError */
  async check(): Promise<void> {
    this.#isFresh = false;
    await this.#right();
  }

  /**
   * Opens a session with the credentials of the secret.
   * @param wait called repeatedly during a trial of another function; it may throw to give up.
   * @throws CircuitOpenError; PartnerError; what `open` and `wait` throw
   */
  async login(open: OpenWithLogin, wait: () => Promise<void>): Promise<Session> {
    this.#isFresh = false;
    for (;;) {
      const { kind, secret, hasRefusals } = await this.#right();
      if (kind === 'wait') {
        await wait();
      } else if (kind === 'trial' && !this.#isFresh) {
        // It may be unproven only because the cached version is old.
        await this.#readSecret('fresh');
      } else {
        const id = randomUUID();
        const session =
          kind === 'trial' ? await this.#trial(open, secret, id) : await this.#try(open, secret, id);
        if (session === undefined) continue;
        if (kind === 'login' && hasRefusals) await this.#closeIfCurrent(secret, id);
        return session;
      }
    }
  }

  /**
   * What the circuit allows for the secret. Before it throws that the circuit is open, it reads the secret
   * again: for a new version the circuit is closed.
   */
  async #right(): Promise<{
    readonly kind: AllowedRight;
    readonly secret: SecretVersion;
    /** Of another version, if `kind` is `login`. */
    readonly hasRefusals: boolean;
  }> {
    const { table, now } = this.#dependencies;
    for (;;) {
      const secret = this.#secret ?? (await this.#readSecret('cached'));
      const at = now();
      const circuit = await readCircuit(table, this.#partner.partner);
      const right = loginPermission(circuit, secret.versionId, at.getTime());
      if (right.kind !== 'open')
        return { kind: right.kind, secret, hasRefusals: circuit.refused !== undefined };
      await this.#publishMissedOpening(right.refused, at);
      if (this.#isFresh) throw new CircuitOpenError(this.#partner, right.refused, at);
      await this.#readSecret('fresh');
    }
  }

  /**
   * After a login with a proven version, while another one is refused: where the proven one was restored as
   * the current secret, the circuit closes. After one with a cached version that the refused one has
   * replaced, it stays open.
   */
  async #closeIfCurrent({ versionId }: SecretVersion, id: string): Promise<void> {
    const { readCredentials, table } = this.#dependencies;
    const { partner, connection } = this.#partner;
    try {
      const current = await readCredentials(connection.secret, 'fresh');
      if (current.versionId === versionId) await recordLogin(table, { id, partner, version: versionId });
    } catch {
      // The session is open. `status` shows the refusals until the next login, or until their time is over.
    }
  }

  /** Undefined where another function has taken the trial, or the secret has a new version. */
  async #trial(open: OpenWithLogin, secret: SecretVersion, id: string): Promise<Session | undefined> {
    const { table, now } = this.#dependencies;
    const login = { id, partner: this.#partner.partner, version: secret.versionId, now: now() };
    if ((await takeTrial(table, login)) === 'no') return undefined;
    let session: Session | undefined;
    try {
      session = await this.#try(open, secret, id);
    } catch (error) {
      // Counting a refused login ends the trial.
      if (!isRefusedLogin(error)) await endTrial(table, login);
      throw error;
    }
    if (session === undefined) await endTrial(table, login);
    else await recordLogin(table, login);
    return session;
  }

  /** Undefined where the login was refused, but the secret has a new version that is still to be tried. */
  async #try(open: OpenWithLogin, secret: SecretVersion, id: string): Promise<Session | undefined> {
    try {
      return await open(secret.credentials);
    } catch (error) {
      if (!isRefusedLogin(error)) throw error;
      const { versionId } = await this.#readSecret('fresh');
      if (versionId !== secret.versionId) return undefined;
      await this.#countRefusal({ id, version: versionId }, error.answer);
      throw error;
    }
  }

  async #countRefusal(
    { id, version }: { readonly id: string; readonly version: string },
    message: string,
  ): Promise<void> {
    const { table, now } = this.#dependencies;
    const { partner } = this.#partner;
    const opened = await recordRefusedLogin(table, { id, partner, version, now: now() }, message);
    if (opened !== undefined) await this.#publishOpening(opened, id);
  }

  /** Publishes the opening if the function that opened the circuit was killed, or failed, before it did. */
  async #publishMissedOpening({ notice }: OpenCircuit, now: Date): Promise<void> {
    if (notice === undefined || now.getTime() < notice.untilMs) return;
    const id = randomUUID();
    const { partner } = this.#partner;
    const opened = await claimOpeningNotice(this.#dependencies.table, { partner, id, now });
    if (opened !== undefined) await this.#publishOpening(opened, id);
  }

  async #publishOpening(opened: OpenCircuit, id: string): Promise<void> {
    const { table, partnerEvents } = this.#dependencies;
    const { partner, connection } = this.#partner;
    const { count: refusals, firstAtMs, openUntilMs, message } = opened;
    try {
      await partnerEvents.circuitOpened({
        partner,
        host: connection.host,
        secret: connection.secret,
        refusals,
        since: new Date(firstAtMs).toISOString(),
        until: new Date(openUntilMs).toISOString(),
        message,
      });
      await recordOpeningPublished(table, { partner, id });
    } catch {
      // The next function that finds the circuit open publishes it, and `status` shows it. Thrown, this error
      // would replace the refused login in the report of the run.
    }
  }

  async #readSecret(age: SecretAge): Promise<SecretVersion> {
    this.#secret = await this.#dependencies.readCredentials(this.#partner.connection.secret, age);
    this.#isFresh = age === 'fresh';
    return this.#secret;
  }
}

function isRefusedLogin(error: unknown): error is FtpsError {
  return error instanceof FtpsError && error.kind === 'login-refused';
}
