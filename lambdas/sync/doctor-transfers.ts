import { type Judgement, judged } from './doctor-finding.ts';
import { type ExaminedPartner, namesOf } from './examined-partner.ts';

/** What became of asking for a data connection in one of the two ways. */
export interface PassiveWay {
  /** The server's reply, shown. */
  readonly reply: string;
  /** The host that it named: `same` as the control connection's, as EPSV always means; undefined: it named no address. */
  readonly host: 'same' | 'private' | 'foreign' | undefined;
  /** The address to connect to, as it was understood. */
  readonly address: string | undefined;
  /** What connecting there came to; undefined where nobody tried. */
  readonly reach: 'open' | 'closed' | 'silent' | undefined;
}

export interface PassiveFacts {
  readonly epsv: PassiveWay;
  readonly pasv: PassiveWay;
}

/** Which way the flows will go, by what is open. */
export function passiveTrait({ epsv, pasv }: PassiveFacts): 'EPSV' | 'PASV' | 'none' {
  if (epsv.reach === 'open') return 'EPSV';
  return pasv.reach === 'open' ? 'PASV' : 'none';
}

export function judgePassive(facts: PassiveFacts, partner: ExaminedPartner): Judgement {
  const { epsv, pasv } = facts;
  const isPasvUsed = passiveTrait(facts) === 'PASV';
  switch (passiveTrait(facts)) {
    case 'none':
      return judged('problem', {
        found: `EPSV: ${wayText(epsv)}; PASV: ${wayText(pasv)}`,
        means: `${namesOf(partner.flows)} can log in, and neither list nor move a file: no data connection comes about.`,
        advice: passiveAdvice(facts),
      });
    case 'EPSV':
    case 'PASV':
      if (pasv.host === 'private') {
        return judged('note', {
          found: `PASV names ${pasv.address}, a private address; EPSV: ${wayText(epsv)}`,
          means: isPasvUsed
            ? 'All data connections go to the host of the control connection instead, which is what the server behind its NAT means. Nothing is to be set here.'
            : 'EPSV is used, which names no address. Nothing is to be set here.',
          advice:
            'The partner may set its public address (pasv_address, MasqueradeAddress, ForcePassiveIP) for clients that believe it.',
        });
      }
      if (pasv.host === 'foreign') {
        return judged('note', {
          found: `PASV sends us to another host, ${pasv.address}; EPSV: ${wayText(epsv)}`,
          means:
            'EPSV is used, which names no address. PASV to another host would not be followed: an FTP bounce attack looks so (RFC 2577).',
          advice: 'Tell the partner that its passive address is wrong.',
        });
      }
      if (isPasvUsed && epsv.address !== undefined) {
        return judged('note', {
          found: `EPSV: ${wayText(epsv)}; PASV: ${wayText(pasv)}`,
          means: 'Each function tries EPSV first and goes on with PASV, which costs up to 15 seconds once.',
          advice: 'Ask the partner to let EPSV through its firewall as it does PASV.',
        });
      }
      return judged('ok', {
        found: `${passiveTrait(facts)} to ${(isPasvUsed ? pasv : epsv).address}`,
        means:
          'Data connections come about in this way. Ask the partner for its range of passive ports where a firewall of ours must allow it.',
      });
  }
}

function wayText({ reply, reach, address }: PassiveWay): string {
  return reach === undefined ? reply : `${address} is ${reach}`;
}

function passiveAdvice({ epsv, pasv }: PassiveFacts): string {
  if (pasv.host === 'foreign') {
    return 'PASV names another host, and that is not followed (RFC 2577). The partner has to name its own address, or offer EPSV.';
  }
  return epsv.reach === undefined && pasv.reach === undefined
    ? 'The server offers no passive mode. The partner has to switch it on.'
    : "The partner's firewall, or ours, keeps the passive ports closed: ask for their range, and have it opened for our address.";
}

export interface DataTlsFacts {
  /** Whether a data connection that offers the control connection's TLS session resumed it; undefined: none came about. */
  readonly resumed: boolean | undefined;
  /** What the server made of a data connection with a TLS session of its own: `accepted`, or its reply. */
  readonly withOwnSession: 'accepted' | { readonly refused: string };
}

export function sessionReuseTrait({ resumed, withOwnSession }: DataTlsFacts): string {
  return `${withOwnSession === 'accepted' ? 'not required' : 'required'}, ${resumed ? 'works' : 'does not work'}`;
}

export function judgeSessionReuse({ resumed, withOwnSession }: DataTlsFacts): Judgement {
  const isRequired = withOwnSession !== 'accepted';
  const required = isRequired ? `required (a session of its own: ${withOwnSession.refused})` : 'not required';
  if (resumed) {
    return judged('ok', {
      found: `data connections resume the TLS session; ${required}`,
      means: isRequired
        ? 'Nobody can take over a data connection of ours. The flows always resume the session, so that nothing is to be set.'
        : 'Each file costs a short handshake. The flows always resume the session, so that nothing is to be set.',
    });
  }
  if (isRequired) {
    return judged('problem', {
      found: `data connections do not resume the TLS session, and it is ${required}`,
      means: 'Every listing and every transfer will be refused.',
      advice:
        'Ask the partner to mend it (OpenSSL with TLS 1.3 and without tickets does this), or to switch the requirement off (require_ssl_reuse=NO, TLSOptions NoSessionReuseRequired).',
    });
  }
  return judged('note', {
    found: `data connections do not resume the TLS session; ${required}`,
    means: 'It works, and each file costs a whole handshake: many small files take longer.',
    advice: 'Pure-FTPd with TLS 1.3 is so. Nothing is to be set here.',
  });
}

export interface ConnectionsFacts {
  /** How many were open at once in the end, and how many the partner file allows. */
  readonly opened: number;
  readonly allowed: number;
  /** The server refused one more. */
  readonly isRefused: boolean;
}

export function judgeConnections({ opened, allowed, isRefused }: ConnectionsFacts): Judgement {
  if (isRefused) {
    return judged('problem', {
      found: `the server refused connection ${opened + 1} of ${allowed} (421, or 530 'maximum')`,
      means: `The flows go on with ${opened}, and each run that tries one more is refused, which some partners lock an account for.`,
      advice: 'Ask the partner for its limit, which may be for all its customers together, and set it.',
      settings: [
        { path: ['connection', 'maxConnections'], value: opened, why: 'as many as the server granted now' },
      ],
    });
  }
  if (opened < allowed) {
    return judged('note', {
      found: `${opened} of ${allowed} were open at once; other flows have the rest`,
      means: 'Whether the server grants them all was not seen.',
      advice: 'Ask again when no flow of this partner runs.',
    });
  }
  return judged('ok', {
    found: `${opened} of ${allowed} at once`,
    means: 'The server grants as many as connection.maxConnections says. It was asked for no more.',
  });
}
