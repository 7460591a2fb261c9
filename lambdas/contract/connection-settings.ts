import { z } from 'zod';
import { encodings } from './encodings.ts';
import { isTimeZone } from './settings.ts';

const pemFile = z.string().min(1).describe('PEM text, or the name of a PEM file beside the partner file.');

const fingerprint = z
  .string()
  .transform((text) => text.replaceAll(':', '').toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 fingerprint: 64 hex digits, colons allowed'));

/** How to reach a partner. */
export const connectionSchema = z
  .strictObject({
    host: z
      .string()
      .regex(
        /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f.]{0,15}){2,7})$/,
        'must be a host name or an IP address alone; the port has its own key',
      )
      .describe('Host name or IP address.'),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Default: 21 for explicit, 990 for implicit.'),
    security: z
      .enum(['explicit', 'implicit'])
      .describe('explicit: AUTH TLS (RFC 4217). implicit: TLS from the first byte.'),
    secret: z
      .string()
      .regex(/^[A-Za-z0-9/_+=.@-]{1,256}$/, 'must be the name of a secret')
      .describe('The secret with user and password, and the client certificate where there is one.'),
    tls: z
      .strictObject({
        minVersion: z
          .enum(['TLSv1.2', 'TLSv1.3'])
          .default('TLSv1.2')
          .describe('The oldest TLS version that is spoken.'),
        ca: pemFile
          .optional()
          .describe('Whom to trust instead of the public authorities: a PEM file beside this one.'),
        serverName: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .describe('The name in the certificate, where it is not the host.'),
        fingerprints: z
          .array(fingerprint)
          .max(4)
          .default([])
          .describe(
            'SHA-256 fingerprints: the certificate must have one of them. Name the next one before it changes.',
          ),
      })
      .prefault({})
      .describe('Which server is the right one. Nothing here accepts any certificate.'),
    maxConnections: z
      .number()
      .int()
      .min(1)
      .max(32)
      .default(4)
      .describe('Sessions at once that the partner allows us.'),
    timeZone: z
      .string()
      .refine(
        (name) => name === 'auto' || isTimeZone(name),
        'is neither auto nor an IANA time zone: Europe/Rome',
      )
      .default('auto')
      .describe('The zone of the times in listings. auto: found by comparing MDTM with LIST.'),
    encoding: z
      .enum(encodings)
      .default('auto')
      .describe('The encoding of file names. auto: UTF-8, switched on where the server offers it.'),
  })
  .transform((given) => ({ ...given, port: given.port ?? (given.security === 'explicit' ? 21 : 990) }));
