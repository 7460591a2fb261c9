import { expect, it } from 'vitest';
import type { FtpsErrorKind } from '../../../../lambdas/core/connection/ftps-error-kind.ts';
import {
  ftpsErrorRemedy,
  type RemedyConnection,
} from '../../../../lambdas/core/connection/ftps-error-remedies.ts';

const connection: RemedyConnection = {
  port: 990,
  security: 'explicit',
  secret: 'ftps-sync/acme',
  tls: { minVersion: 'TLSv1.3' },
};

it.each<[FtpsErrorKind, string, string]>([
  ['login-refused', 'the secret (connection.secret)', 'the secret ftps-sync/acme (connection.secret)'],
  ['tls-refused', '(connection.tls.minVersion)', '(connection.tls.minVersion is TLSv1.3)'],
  ['not-ftps', 'Check connection.port and connection.security', 'Port 990 does not offer AUTH TLS'],
])('The remedy for %s names the setting, and its value where it is known', (kind, setting, value) => {
  expect(ftpsErrorRemedy(kind)).toContain(setting);
  expect(ftpsErrorRemedy(kind, connection)).toContain(value);
});
