/** How to reach a partner: the partner file's `connection`, every default filled in. Data, no behaviour, no secret. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  /** `explicit`: AUTH TLS on a plain port (RFC 4217), usually 21. `implicit`: TLS from the first byte, usually 990. */
  readonly security: 'explicit' | 'implicit';
  readonly tls: TlsRules;
  /** Sessions at once, for this worker. */
  readonly maxConnections: number;
  /** `auto`: found by comparing MDTM with LIST; else an IANA zone name. */
  readonly timeZone: string;
  /** `auto`: UTF-8, switched on where the server offers it; else the name of an encoding that iconv-lite knows. */
  readonly encoding: string;
}

export interface TlsRules {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** PEM text of the authorities to trust instead of the public ones. */
  readonly ca: string | undefined;
  /** The name to ask for (SNI) and to find in the certificate; undefined: the host. */
  readonly serverName: string | undefined;
  /** SHA-256 of the server certificate in DER, 64 lower-case hex digits; it must be one of these. Empty: no pin. */
  readonly fingerprints: readonly string[];
}

/** What the secret holds. Never logged, never in an error. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** PEM text. */
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientKeyPassphrase: string | undefined;
}
