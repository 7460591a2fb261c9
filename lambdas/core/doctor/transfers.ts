import { type ExaminedPartner, flowNames } from './examined-partner.ts';
import { type Finding, finding } from './finding.ts';

/** The result of opening a data connection with EPSV or PASV. */
export interface PassiveMode {
  /** The server's reply, printable. */
  readonly reply: string;
  /**
   * The host of the reply: `same` as that of the control connection, which EPSV always means; undefined: the
   * reply has no address.
   */
  readonly host: 'same' | 'private' | 'foreign' | undefined;
  /** The address of the reply. */
  readonly address: string | undefined;
  /** The result of connecting to it; undefined where that was not tried. */
  readonly reach: 'open' | 'closed' | 'silent' | undefined;
}

export interface PassiveFacts {
  readonly epsv: PassiveMode;
  readonly pasv: PassiveMode;
}

/** The mode that the flows will use. */
export function passiveTrait({ epsv, pasv }: PassiveFacts): 'EPSV' | 'PASV' | 'none' {
  if (epsv.reach === 'open') return 'EPSV';
  return pasv.reach === 'open' ? 'PASV' : 'none';
}

export function evaluatePassive(facts: PassiveFacts, partner: ExaminedPartner): Finding {
  const { epsv, pasv } = facts;
  const used = passiveTrait(facts);
  if (used === 'none') {
    return finding('error', {
      found: `EPSV: ${resultText(epsv)}; PASV: ${resultText(pasv)}`,
      means: `${flowNames(partner.flows)} can log in, but neither list nor transfer files: no data connection can be opened.`,
      advice: passiveAdvice(facts),
    });
  }
  if (pasv.host === 'private') {
    return finding('warning', {
      found: `PASV replies with ${pasv.address}, a private address; EPSV: ${resultText(epsv)}`,
      means:
        used === 'PASV'
          ? 'Data connections go to the host of the control connection instead, which is what a server behind NAT means. Nothing needs to be set.'
          : 'EPSV is used, whose reply has no address. Nothing needs to be set.',
      advice:
        'For other clients, the partner may set its public address (pasv_address, MasqueradeAddress, ForcePassiveIP).',
    });
  }
  if (pasv.host === 'foreign') {
    return finding('warning', {
      found: `PASV replies with another host, ${pasv.address}; EPSV: ${resultText(epsv)}`,
      means:
        'EPSV is used, whose reply has no address. A PASV reply with another host is never followed: it could be an FTP bounce attack (RFC 2577).',
      advice: 'Tell the partner that its passive address is wrong.',
    });
  }
  if (used === 'PASV' && epsv.address !== undefined) {
    return finding('warning', {
      found: `EPSV: ${resultText(epsv)}; PASV: ${resultText(pasv)}`,
      means: 'Each invocation tries EPSV first and falls back to PASV, which takes up to 15 seconds once.',
      advice:
        'Ask the partner why the port of EPSV cannot be reached while that of PASV can: often its firewall knows only PASV.',
    });
  }
  return finding('ok', {
    found: `${used} to ${(used === 'PASV' ? pasv : epsv).address}`,
    means:
      'Data connections use this mode. If a firewall on your side must allow it, ask the partner for its passive port range.',
  });
}

function resultText({ reply, reach, address }: PassiveMode): string {
  return reach === undefined ? reply : `${address} is ${reach}`;
}

function passiveAdvice({ epsv, pasv }: PassiveFacts): string {
  if (pasv.host === 'foreign') {
    return 'PASV replies with another host, which is never followed (RFC 2577). The partner must set its own address, or offer EPSV.';
  }
  return epsv.reach === undefined && pasv.reach === undefined
    ? 'The server offers no passive mode. The partner must enable it.'
    : "Most often a firewall, the partner's or yours, blocks the passive ports: ask the partner for their range, and have it opened for your address.";
}

/** How the server answered one listing of a directory. */
export interface ListingTry {
  /**
   * Whether the data connection resumed the TLS session of the control connection; undefined where TLS was
   * not established, as where the server refuses the command before.
   */
  readonly resumed: boolean | undefined;
  readonly answer: 'accepted' | { readonly refused: string };
}

/** The same command with the TLS session of the control connection and with a new one, in turns. */
export interface DataTlsFacts {
  /** MLSD or LIST. */
  readonly command: string;
  readonly directory: string;
  /** The tries that offered the session of the control connection, in their order; at least one. */
  readonly offered: readonly ListingTry[];
  /** The tries with a new session between them; empty where they would show nothing. */
  readonly withNewSession: readonly ListingTry[];
}

/**
 * Whether the server accepts a new TLS session. `required`: it refuses each, although the same command was
 * accepted before and between with the session of the control connection; or it says so. Any other refusal
 * has other reasons, such as a busy server, an empty directory or an unknown command.
 */
function requirement({ offered, withNewSession }: DataTlsFacts): 'required' | 'not required' | 'not known' {
  if (withNewSession.some(isAccepted)) return offered.some(isAccepted) ? 'not required' : 'not known';
  const isOnlyDifference = withNewSession.length > 1 && offered.every(isAccepted);
  const isSaid = offered.every(({ answer }) => answer !== 'accepted' && asksForReuse.test(answer.refused));
  return isOnlyDifference || isSaid ? 'required' : 'not known';
}

/** vsftpd: `SSL connection failed: session reuse required`; FileZilla Server: `TLS session resumption`. */
const asksForReuse = /\b(?:ssl|tls)\b.*\b(?:reus|resum)|\b(?:reus|resum)\w* .*\b(?:ssl|tls)\b/i;

function isAccepted({ answer }: ListingTry): boolean {
  return answer === 'accepted';
}

/** Undefined where no try got as far as TLS. */
function isResumed({ offered }: DataTlsFacts): boolean | undefined {
  if (offered.some(({ resumed }) => resumed === true)) return true;
  return offered.some(({ resumed }) => resumed === false) ? false : undefined;
}

/** Undefined where too little is known to compare it with an earlier or a later time. */
export function sessionReuseTrait(facts: DataTlsFacts): string | undefined {
  const [required, resumed] = [requirement(facts), isResumed(facts)];
  if (required === 'not known' || resumed === undefined) return undefined;
  return `${required}, ${resumed ? 'works' : 'does not work'}`;
}

export function evaluateSessionReuse(facts: DataTlsFacts): Finding {
  const [required, resumed] = [requirement(facts), isResumed(facts)];
  if (required === 'not known' || resumed === undefined) return unknownReuse(facts);
  const isRequired = required === 'required';
  const refused = facts.withNewSession[0] ?? facts.offered[0];
  const requiredText = isRequired
    ? `the server requires it (reply to a new session: ${answerText(refused)})`
    : 'the server does not require it';
  if (resumed) {
    return finding('ok', {
      found: `data connections resume the TLS session; ${requiredText}`,
      means: isRequired
        ? 'No third party can take over a data connection. Flows always resume the session; nothing needs to be set.'
        : 'Each file costs a short handshake. Flows always resume the session; nothing needs to be set.',
    });
  }
  if (isRequired) {
    return finding('error', {
      found: `data connections do not resume the TLS session, but ${requiredText}`,
      means: 'Every listing and every transfer fails.',
      advice:
        'Ask the partner to fix session resumption (OpenSSL with TLS 1.3 and without tickets breaks it), or to turn the requirement off (require_ssl_reuse=NO, TLSOptions NoSessionReuseRequired).',
    });
  }
  return finding('warning', {
    found: `data connections do not resume the TLS session; ${requiredText}`,
    means: 'Each file costs a full handshake: many small files take longer. No setting changes this.',
    advice: 'Nothing needs to be done. Pure-FTPd with TLS 1.3 behaves this way.',
  });
}

function unknownReuse({ command, directory, offered, withNewSession }: DataTlsFacts): Finding {
  const refused = offered.find((each) => !isAccepted(each)) ?? offered[0];
  const seen = [
    `${command} of ${directory} with the TLS session of the control connection: ${answerText(refused)}`,
    ...withNewSession.slice(0, 1).map((each) => `with a new TLS session: ${answerText(each)}`),
  ];
  return finding('warning', {
    found: `not known; ${seen.join('; ')}`,
    means:
      'Neither whether data connections resume the TLS session, nor whether the server requires it, can be concluded from this. The step `listing` shows what flows get.',
    advice: `Run the doctor again when ${directory} can be listed and has a file.`,
  });
}

function answerText(each: ListingTry | undefined): string {
  if (each === undefined) return 'not tried';
  return each.answer === 'accepted' ? 'accepted' : each.answer.refused;
}

export interface ConnectionsFacts {
  /** How many connections were open at the same time. */
  readonly opened: number;
  /** `connection.maxConnections`. */
  readonly allowed: number;
  /** The server refused one more. */
  readonly isRefused: boolean;
}

export function evaluateConnections({ opened, allowed, isRefused }: ConnectionsFacts): Finding {
  if (isRefused) {
    return finding('error', {
      found: `the server refused connection ${opened + 1} of ${allowed} (421, or 530 'maximum')`,
      means: `Flows continue with ${opened}, but each run that tries one more is refused, for which some partners lock the account.`,
      advice:
        'Ask the partner for its limit, which may apply to all its clients together, and set connection.maxConnections to it.',
      settings: [
        { path: ['connection', 'maxConnections'], value: opened, why: 'as many as the server accepted now' },
      ],
    });
  }
  if (opened < allowed) {
    return finding('warning', {
      found: `${opened} of ${allowed} open at the same time; other flows have the rest`,
      means: 'Whether the server accepts all of them is not known.',
      advice: 'Run the doctor again when no flow of this partner is running.',
    });
  }
  return finding('ok', {
    found: `${opened} of ${allowed} open at the same time`,
    means: 'The server accepts as many as connection.maxConnections allows. More were not tried.',
  });
}
