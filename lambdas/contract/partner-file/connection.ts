import { z } from 'zod';
import { encodings } from './encodings.ts';
import { duration, durationMs, isTimeZone, meantZone } from './settings.ts';

const pemFile = z.string().min(1);

const fingerprint = z
  .string()
  .transform((text) => text.replaceAll(':', '').toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 fingerprint: 64 hex digits, with or without colons'),
  );

const tlsSchema = z.strictObject({
  minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').meta({
    description: 'The lowest TLS version to accept. Default: TLSv1.2.',
  }),
  ca: pemFile.optional().meta({
    description:
      'The certificate authorities to trust instead of the public ones: PEM text, or the name of a PEM file in the folder of the partner file.',
    examples: ['acme-ca.pem'],
  }),
  serverName: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9._:-]+$/, 'must be a host name or an IP address, without scheme or port')
    .optional()
    .meta({
      description: 'The host name that the certificate must have, and that SNI sends. Default: `host`.',
      examples: ['ftps.acme.example'],
    }),
  fingerprints: z.array(fingerprint).max(4).default([]).meta({
    description:
      'SHA-256 fingerprints; the server certificate must have one of them. Add the next one before the server changes its certificate. Default: none, any trusted certificate.',
  }),
});

/** A duration within bounds. What is not a duration at all has its own message. */
function timeout(least: string, most: string) {
  const isWithin = (text: string) =>
    !duration.safeParse(text).success ||
    (durationMs(text) >= durationMs(least) && durationMs(text) <= durationMs(most));
  return duration.refine(isWithin, `must be from ${least} to ${most}`).optional();
}

/**
 * The bounds keep two logins within the trial of the circuit breaker (circuit.ts), and a wait within half of
 * a function's 15 minutes, so that another try has time.
 */
const timeoutsSchema = z.strictObject({
  connect: timeout('5s', '60s').meta({
    description:
      'From the first packet to the end of the login; also to open a data connection. Default: 30s.',
    examples: ['60s'],
  }),
  reply: timeout('5s', '5m').meta({
    description: 'For the reply to a command. Default: 30s.',
    examples: ['2m'],
  }),
  data: timeout('10s', '7m').meta({
    description:
      'For the next byte of a transfer, and for the first one after the command, as from a tape. Also for the reply after the last byte, where it is longer than the 5m for that. Default: 60s.',
    examples: ['5m'],
  }),
});

/** Sessions to a partner whose file does not set `maxConnections`. */
export const defaultMaxConnections = 4;

/** How to connect to a partner. */
export const connectionSchema = z
  .strictObject({
    host: z
      .string()
      .regex(
        /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f.]{0,15}){2,7})$/,
        'must be a host name or an IP address, without scheme or port; set the port in connection.port',
      )
      .meta({ description: 'Host name or IP address of the server.', examples: ['ftps.acme.example'] }),
    port: z.number().int().min(1).max(65_535).optional().meta({
      description: 'Port of the control connection. Default: 21 for explicit, 990 for implicit.',
    }),
    security: z.enum(['explicit', 'implicit']).meta({
      description:
        'explicit: AUTH TLS on a plain-text port (RFC 4217), usually 21. implicit: TLS from the first byte, usually on 990.',
    }),
    secret: z
      .string()
      .regex(
        /^[A-Za-z0-9/_+=.@-]{1,256}$/,
        'must be the name of a secret: 1 to 256 letters, digits and the characters /_+=.@-',
      )
      .meta({
        description:
          'The name of the secret with user and password, and with the client certificate if the server asks for one.',
        examples: ['ftps-sync/acme'],
      }),
    tls: tlsSchema.prefault({}).meta({
      description: 'How the server is authenticated. No setting turns the verification off.',
    }),
    maxConnections: z.number().int().min(1).max(32).default(defaultMaxConnections).meta({
      description:
        'The number of sessions that the partner allows us at once, for all its flows together. Default: 4.',
    }),
    timeouts: timeoutsSchema.optional().meta({
      description: 'How long the server may stay silent, for one that needs longer than the defaults.',
    }),
    timeZone: z
      .string()
      .refine((name) => name === 'auto' || isTimeZone(name), {
        error: ({ input }) =>
          `must be auto or an IANA time zone such as Europe/Rome${meantZone(String(input))}`,
      })
      .default('auto')
      .meta({
        description:
          'The time zone of modified times in LIST replies. auto: measured in each run by asking for the MDTM of the newest files. Default: auto.',
        examples: ['Europe/Rome'],
      }),
    timeZoneOf: z.enum(['list', 'all']).default('list').meta({
      description:
        'The times that timeZone is about. list: those of LIST; MLSD and MDTM are UTC (RFC 3659). all: those of MLSD and MDTM too, for a server that writes local time there. Default: list.',
    }),
    listing: z.enum(['auto', 'mlsd', 'list']).default('auto').meta({
      description:
        'The command that lists directories. auto: MLSD, and LIST where MLSD is not offered or does not work. list: LIST alone, for a server whose MLSD is wrong. mlsd: MLSD alone. Default: auto.',
    }),
    encoding: z.enum(encodings).default('auto').meta({
      description:
        'The encoding of file names. auto: UTF-8, switched on with OPTS UTF8 ON if the server offers it. Default: auto.',
    }),
  })
  .refine(({ timeZone, timeZoneOf }) => timeZoneOf === 'list' || timeZone !== 'auto', {
    path: ['timeZoneOf'],
    message: 'is all, which needs the IANA name of a zone in timeZone',
  })
  .transform((given) => ({ ...given, port: given.port ?? (given.security === 'explicit' ? 21 : 990) }));

type ConnectionSettings = z.output<typeof connectionSchema>;

/** How to connect to a partner, with every default filled in; without the credentials and their secret. */
export interface Connection extends Readonly<Omit<ConnectionSettings, 'secret' | 'tls' | 'encoding'>> {
  readonly tls: TlsRules;
  /** `auto`, or the name of an encoding that iconv-lite knows. */
  readonly encoding: string;
}

export interface TlsRules extends Readonly<Omit<ConnectionSettings['tls'], 'fingerprints'>> {
  /** 64 lower-case hex digits each; empty: any trusted certificate. */
  readonly fingerprints: readonly string[];
}

/** The content of the secret. Never log it, and never put it into an error. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** For ACCT (RFC 959, 4.1.1), which some partners want besides the password. Secret, as the password is. */
  readonly account?: string | undefined;
  /** PEM text. */
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientKeyPassphrase: string | undefined;
}
