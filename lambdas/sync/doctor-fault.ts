import { type Judgement, judged, type Setting } from './doctor-finding.ts';
import { type ExaminedPartner, namesOf } from './examined-partner.ts';
import type { FtpsFault } from './ftps-fault.ts';

/** What kept a step from its end. */
export interface StepObstacle {
  readonly fault: FtpsFault;
  /** What came back: the server's reply, the socket's error. */
  readonly answer: string;
}

/** What an error on the way in, or in the midst of a step, means and who can help. */
export function judgeFault({ fault, answer }: StepObstacle, partner: ExaminedPartner): Judgement {
  const { advice, settings } = remedyOf(fault, partner);
  return judged('problem', {
    found: `${fault}: ${answer}`,
    means: `It stops ${namesOf(partner.flows)} as it stopped the doctor.`,
    advice,
    settings,
  });
}

interface Remedy {
  readonly advice: string;
  readonly settings?: readonly Setting[] | undefined;
}

function remedyOf(fault: FtpsFault, { connection }: ExaminedPartner): Remedy {
  const { port, security, secret, tls, maxConnections } = connection;
  switch (fault) {
    case 'host-not-found':
      return { advice: 'Check connection.host, and that the network of the functions can resolve it.' };
    case 'connection-refused':
      return {
        advice: 'Check connection.port, and ask the partner whether its firewall allows our address.',
      };
    case 'timeout':
      return { advice: `Check connection.port and connection.security, and the firewalls on both sides.` };
    case 'not-ftps':
      return { advice: notFtpsAdvice(port, security), settings: otherSecurity(port, security) };
    case 'tls-refused':
      return {
        advice: `Ask the partner which TLS versions it offers (connection.tls.minVersion is ${tls.minVersion}), and whether it wants a client certificate.`,
      };
    case 'certificate-refused':
      return { advice: 'Set connection.tls as the certificate step says, after asking the partner.' };
    case 'client-certificate-refused':
      return {
        advice: `Put clientCertificate and clientKey, and clientKeyPassphrase where the key is encrypted, into the secret ${secret}; and ask the partner to trust their authority.`,
      };
    case 'protection-refused':
      return { advice: 'Ask the partner to allow PROT P: without it files would travel in the clear.' };
    case 'login-refused':
      return { advice: `Put the right user and password into the secret ${secret} (connection.secret).` };
    case 'circuit-open':
      return {
        advice: `Put the right password into the secret ${secret}: a new version of it closes the circuit at once.`,
      };
    case 'too-many-connections':
      return {
        advice:
          'The server has no room for even one: somebody else uses this login, or old sessions are still counted. Ask the partner for its limit, and set connection.maxConnections to it.',
        settings:
          maxConnections === 1
            ? []
            : [
                {
                  path: ['connection', 'maxConnections'],
                  value: 1,
                  why: "or the partner's limit for us alone",
                },
              ],
      };
    case 'partner-busy':
      return { advice: 'Ask again when other flows of this partner have ended.' };
    case 'connection-lost':
    case 'unavailable':
      return { advice: 'Ask again; if it stays, show the answer to the partner.' };
    case 'gone':
    case 'denied':
    case 'refused':
    case 'name-refused':
    case 'no-space':
      return { advice: 'Ask the partner what this user may do there.' };
    case 'wrong-size':
    case 'changed':
      return { advice: 'Ask again with a file that nobody writes.' };
    case 'protocol':
    case 'not-supported':
      return { advice: 'Show this answer to the partner: it is not what the protocol allows here.' };
  }
  return fault satisfies never;
}

function notFtpsAdvice(port: number, security: 'explicit' | 'implicit'): string {
  return security === 'explicit'
    ? `Port ${port} offers no AUTH TLS. Ask the partner where it speaks FTPS: often with connection.security: implicit on port 990. Plain FTP is not spoken here.`
    : `Port ${port} does not begin with TLS. Ask the partner where it speaks FTPS: often with connection.security: explicit on port 21. Plain FTP is not spoken here.`;
}

/** Worth a try only on the port that goes with the other way. */
function otherSecurity(port: number, security: 'explicit' | 'implicit'): readonly Setting[] {
  const why = 'if the partner says so';
  if (security === 'implicit' && port === 21) {
    return [{ path: ['connection', 'security'], value: 'explicit', why }];
  }
  if (security === 'explicit' && port === 990) {
    return [{ path: ['connection', 'security'], value: 'implicit', why }];
  }
  return [];
}
