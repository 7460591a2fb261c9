/**
 * What can go wrong at a partner, told by reply codes and socket errors. What is done about each: retry.ts.
 *
 * - `host-not-found`, `connection-refused`: no server there.
 * - `timeout`: it stayed silent past a deadline. `connection-lost`: it hung up, or forgot the login (530 within a session).
 * - `not-ftps`: it answered, but not in TLS, or it refused AUTH TLS.
 * - `tls-refused`: no common TLS version or cipher. `certificate-refused`: its certificate is not the one we may trust.
 * - `client-certificate-refused`: it does not accept ours, or wants one and we have none.
 * - `protection-refused`: PROT P was not accepted, so files would travel in the clear.
 * - `login-refused`: 530 to USER or PASS. `circuit-open`: it was refused so often that nobody asks again for a while.
 * - `too-many-connections`: 421, or 530 saying 'maximum'. `partner-busy`: our own other flows have all its connections.
 * - `gone`: no such file or directory. `denied`: it is there, and may not be read.
 * - `refused`: 550 where it cannot be told which of the two.
 * - `name-refused`: 553, 501. `no-space`: 552. `unavailable`: 425, 426, 450, 451, 452, try again.
 * - `wrong-size`: the bytes that came are not those announced. `changed`: the file became another one meanwhile.
 * - `protocol`: an answer outside the protocol. `not-supported`: 500, 502, 504.
 */
export type FtpsFault =
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
  | 'changed'
  | 'protocol'
  | 'not-supported';
