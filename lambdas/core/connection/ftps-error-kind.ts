/**
 * What can go wrong at a partner, found from reply codes and socket errors
 * (lambdas/ftps/control/classify-error.ts). Whether each kind is retried: ftps-error-policies.ts. What a
 * person can do: ftps-error-remedies.ts.
 *
 * - `host-not-found`, `connection-refused`: no server at this address.
 * - `timeout`: the server stayed silent past a deadline.
 * - `connection-lost`: the server hung up, or the login expired (530 within a session).
 * - `not-ftps`: the server answered without TLS, or refused AUTH TLS.
 * - `tls-refused`: no common TLS version or cipher.
 * - `certificate-refused`: the server's certificate is not trusted.
 * - `client-certificate-refused`: the server does not accept our certificate, or wants one and we have none.
 * - `protection-refused`: the server refused PROT P, so files would travel unencrypted.
 * - `login-refused`: 530 to USER or PASS.
 * - `account-required`: 332 or 532: the server wants an account (ACCT), or refuses the one that it got.
 * - `circuit-open`: the login was refused so often that no function tries it again for a while.
 * - `too-many-connections`: 421, or 530 with 'maximum' in its text.
 * - `partner-busy`: our own other flows hold all connections to this partner.
 * - `gone`: no such file or directory.
 * - `denied`: the file exists and may not be read.
 * - `refused`: 550 where the server does not tell `gone` from `denied`.
 * - `name-refused`: 553, 501.
 * - `no-space`: 552.
 * - `unavailable`: 425, 426, 450, 451, 452: a later try may succeed.
 * - `wrong-size`: the number of bytes received is not the number announced.
 * - `cannot-verify`: the server does not tell whether an upload arrived, or what is at a name.
 * - `changed`: the file changed while it was transferred.
 * - `protocol`: a reply that the protocol does not allow.
 * - `not-supported`: 500, 502, 504.
 */
export type FtpsErrorKind =
  | 'host-not-found'
  | 'connection-refused'
  | 'timeout'
  | 'connection-lost'
  | 'not-ftps'
  | 'tls-refused'
  | 'certificate-refused'
  | 'client-certificate-refused'
  | 'protection-refused'
  | 'login-refused'
  | 'account-required'
  | 'circuit-open'
  | 'too-many-connections'
  | 'partner-busy'
  | 'gone'
  | 'denied'
  | 'refused'
  | 'name-refused'
  | 'no-space'
  | 'unavailable'
  | 'wrong-size'
  | 'cannot-verify'
  | 'changed'
  | 'protocol'
  | 'not-supported';
