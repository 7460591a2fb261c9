/** What is known of logins at a partner, by version of its secret. */
export interface Circuit {
  /** The version of the secret that has logged in last, unless it was refused since. */
  readonly provenVersion: string | undefined;
  readonly refused: RefusedLogins | undefined;
  /** Until when somebody tries a version that is not proven; nobody else does meanwhile. */
  readonly trialUntilMs: number | undefined;
}

/** Refused logins in a row with one version of the secret. */
export interface RefusedLogins {
  readonly version: string;
  readonly count: number;
  readonly firstAtMs: number;
  /** Until when nobody connects; undefined while the circuit is closed. */
  readonly openUntilMs: number | undefined;
  /** What the server said last. */
  readonly message: string;
}

export const noLoginsYet: Circuit = { provenVersion: undefined, refused: undefined, trialUntilMs: undefined };

/** How long nobody connects after the second refusal in a row, after the third, and so on; the last one for all that follow. */
const openForMinutes = [15, 60, 240, 1440] as const;

/** The refusal that opens the circuit: the first may be a slip of the server, and accounts are locked after three or so. */
const openingRefusal = 2;

/**
 * What may be done with a version of the secret. `login`: it is proven. `trial`: whoever gets the right to it, alone.
 * `wait`: somebody tries it now. `open`: nobody connects.
 */
export type LoginRight =
  | { readonly kind: 'login' }
  | { readonly kind: 'trial' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'open'; readonly refused: OpenCircuit };

export type OpenCircuit = RefusedLogins & { readonly openUntilMs: number };

/** What may be done with this version of the secret now. */
export function loginRight(circuit: Circuit, version: string, nowMs: number): LoginRight {
  const refused = openCircuit(circuit, nowMs);
  if (refused?.version === version) return { kind: 'open', refused };
  if (circuit.provenVersion === version) return { kind: 'login' };
  return { kind: circuit.trialUntilMs !== undefined && nowMs < circuit.trialUntilMs ? 'wait' : 'trial' };
}

/** The refusals for which nobody connects now; undefined where the circuit is closed, or open for a trial. */
export function openCircuit({ refused }: Circuit, nowMs: number): OpenCircuit | undefined {
  if (refused?.openUntilMs === undefined || nowMs >= refused.openUntilMs) return undefined;
  return { ...refused, openUntilMs: refused.openUntilMs };
}

/** The refusals with one more. A login that was under way when the circuit opened changes nothing any more. */
export function afterRefusedLogin(
  before: RefusedLogins | undefined,
  refusal: { readonly version: string; readonly nowMs: number; readonly message: string },
): RefusedLogins {
  const { version, nowMs, message } = refusal;
  const same = before?.version === version ? before : undefined;
  if (same?.openUntilMs !== undefined && nowMs < same.openUntilMs) return same;
  const count = (same?.count ?? 0) + 1;
  const minutes = openForMinutes[Math.min(count - openingRefusal, openForMinutes.length - 1)];
  return {
    version,
    count,
    firstAtMs: same?.firstAtMs ?? nowMs,
    openUntilMs: minutes === undefined ? undefined : nowMs + minutes * 60_000,
    message,
  };
}

/** Whether these refusals have just opened the circuit, which is told once: a trial that fails keeps it open. */
export function hasOpened(before: RefusedLogins | undefined, after: RefusedLogins): boolean {
  return after !== before && after.count === openingRefusal;
}
