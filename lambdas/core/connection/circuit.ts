/** The state of logins at a partner, by version of its secret. */
export interface Circuit {
  /** The version of the secret that logged in last and was not refused since. */
  readonly provenVersion: string | undefined;
  readonly refused: RefusedLogins | undefined;
  /** Until when one worker tries an unproven version; no other worker may try it before. */
  readonly trialUntilMs: number | undefined;
  /** The login that is the trial. */
  readonly trialBy: string | undefined;
  /** The newest refused logins that were counted, so that none is counted twice. */
  readonly countedLogins: readonly string[];
}

/** Refused logins in a row with one version of the secret. */
export interface RefusedLogins {
  readonly version: string;
  readonly count: number;
  readonly firstAtMs: number;
  /** Until when no one may connect; undefined while the circuit is closed. */
  readonly openUntilMs: number | undefined;
  /** The last reply of the server. */
  readonly message: string;
  /** The notice that the circuit has opened, until it was published. */
  readonly notice: OpeningNotice | undefined;
}

/** A worker publishes the notice. If it does not confirm that in time, the next worker publishes it. */
export interface OpeningNotice {
  /** The login of the worker. */
  readonly by: string;
  readonly untilMs: number;
}

export const initialCircuit: Circuit = {
  provenVersion: undefined,
  refused: undefined,
  trialUntilMs: undefined,
  trialBy: undefined,
  countedLogins: [],
};

/** One attempt to log in. */
export interface LoginAttempt {
  /** Unique to the attempt. A change of the circuit that is repeated with the same id changes it once. */
  readonly id: string;
  /** The version of the secret. */
  readonly version: string;
  readonly nowMs: number;
}

/**
 * Longer than two logins may take, of `timeouts.connect` at most. A trial whose worker was killed blocks
 * other logins for this long.
 */
const trialMs = 150_000;

/** Longer than publishing an event takes. */
const noticeMs = 60_000;

/** More than the refusals that can be counted between a lost answer and the repeated request. */
const maxCountedLogins = 32;

/**
 * For how many minutes the circuit is open after the second consecutive refusal, after the third, and so on;
 * the last value is for all later ones.
 */
const openForMinutes = [15, 60, 240, 1440] as const;

/**
 * The number of refusals that opens the circuit. One may be a mistake of the server, and many servers lock an
 * account after three.
 */
const openingRefusal = 2;

/**
 * Whether a login with a version of the secret is permitted. `login`: yes, the version is proven. `trial`:
 * the worker that acquires the trial may try it. `wait`: another worker is trying it now. `open`: no one may
 * connect.
 */
export type LoginPermission =
  | { readonly kind: 'login' }
  | { readonly kind: 'trial' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'open'; readonly refused: OpenCircuit };

export type OpenCircuit = RefusedLogins & { readonly openUntilMs: number };

/** Whether a login with this version of the secret is permitted now. */
export function loginPermission(circuit: Circuit, version: string, nowMs: number): LoginPermission {
  const refused = openCircuit(circuit, nowMs);
  if (refused?.version === version) return { kind: 'open', refused };
  if (circuit.provenVersion === version) return { kind: 'login' };
  return { kind: circuit.trialUntilMs !== undefined && nowMs < circuit.trialUntilMs ? 'wait' : 'trial' };
}

/** The refusals that keep the circuit open now; undefined if it is closed, or due for a trial. */
export function openCircuit({ refused }: Circuit, nowMs: number): OpenCircuit | undefined {
  if (refused?.openUntilMs === undefined || nowMs >= refused.openUntilMs) return undefined;
  return { ...refused, openUntilMs: refused.openUntilMs };
}

/** With the trial of this login; undefined where it may not log in, or need not try. */
export function withTrial(circuit: Circuit, login: LoginAttempt): Circuit | undefined {
  const { id, version, nowMs } = login;
  if (circuit.trialBy === id) return circuit;
  if (loginPermission(circuit, version, nowMs).kind !== 'trial') return undefined;
  return { ...circuit, trialUntilMs: nowMs + trialMs, trialBy: id };
}

/** Without the trial of this login. The trial of another stays. */
export function withoutTrial(circuit: Circuit, id: string): Circuit {
  return circuit.trialBy === id ? { ...circuit, trialUntilMs: undefined, trialBy: undefined } : circuit;
}

/** After a login, which closes the circuit and ends its trial. */
export function withLogin(circuit: Circuit, { id, version }: Omit<LoginAttempt, 'nowMs'>): Circuit {
  const known = circuit.provenVersion === version && circuit.refused === undefined;
  return withoutTrial(known ? circuit : { ...circuit, provenVersion: version, refused: undefined }, id);
}

/** After a refused login, which is counted once. It ends the trial of the login. */
export function withRefusal(circuit: Circuit, login: LoginAttempt, message: string): Circuit {
  const { id, version } = login;
  if (circuit.countedLogins.includes(id)) return circuit;
  return {
    ...withoutTrial(circuit, id),
    provenVersion: circuit.provenVersion === version ? undefined : circuit.provenVersion,
    refused: afterRefusedLogin(circuit.refused, login, message),
    countedLogins: [...circuit.countedLogins, id].slice(-maxCountedLogins),
  };
}

/**
 * The refusals after one more. The refusal of a login that began before the circuit opened does not count.
 * The one that opens the circuit is the one that is to publish it; a failed trial keeps it open.
 */
function afterRefusedLogin(
  before: RefusedLogins | undefined,
  { id, version, nowMs }: LoginAttempt,
  message: string,
): RefusedLogins {
  const same = before?.version === version ? before : undefined;
  if (same?.openUntilMs !== undefined && nowMs < same.openUntilMs) return same;
  const count = (same?.count ?? 0) + 1;
  const minutes = openForMinutes[Math.min(count - openingRefusal, openForMinutes.length - 1)];
  const firstNotice = count === openingRefusal ? { by: id, untilMs: nowMs + noticeMs } : undefined;
  return {
    version,
    count,
    firstAtMs: same?.firstAtMs ?? nowMs,
    openUntilMs: minutes === undefined ? undefined : nowMs + minutes * 60_000,
    message,
    notice: firstNotice ?? same?.notice,
  };
}

/** With this login as the one to publish that the circuit has opened, if no other is doing so. */
export function withNoticeClaimed(circuit: Circuit, { id, nowMs }: Omit<LoginAttempt, 'version'>): Circuit {
  const { refused } = circuit;
  if (refused?.notice === undefined || refused.notice.by === id || nowMs < refused.notice.untilMs)
    return circuit;
  return { ...circuit, refused: { ...refused, notice: { by: id, untilMs: nowMs + noticeMs } } };
}

/** After the notice of this login was published. */
export function withNoticePublished(circuit: Circuit, id: string): Circuit {
  const { refused } = circuit;
  if (refused?.notice?.by !== id) return circuit;
  return { ...circuit, refused: { ...refused, notice: undefined } };
}

/** The refusals that this login is to publish; undefined if there are none, or another publishes them. */
export function noticeOf({ refused }: Circuit, id: string): OpenCircuit | undefined {
  if (refused?.notice?.by !== id || refused.openUntilMs === undefined) return undefined;
  return { ...refused, openUntilMs: refused.openUntilMs };
}
