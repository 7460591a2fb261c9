import { afterEach, expect, it, vi } from 'vitest';
import { readEnvironment } from '../../../lambdas/runtime/environment.ts';

const complete = {
  FTPS_SYNC_STAGE: 'test',
  FTPS_SYNC_TABLE: 'table',
  FTPS_SYNC_INBOX_BUCKET: 'inbox',
  FTPS_SYNC_RUNS_BUCKET: 'runs',
  FTPS_SYNC_PARTNERS_PATH: '/ftps-sync/test/partners/',
};

function stub(changes: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries({ ...complete, ...changes })) vi.stubEnv(name, value);
}

afterEach(() => vi.unstubAllEnvs());

it('reads what infra sets', () => {
  stub({});

  const environment = readEnvironment();

  expect(environment).toEqual(complete);
});

it.each(Object.keys(complete))('names a missing %s', (name) => {
  stub({ [name]: undefined });

  const reading = () => readEnvironment();

  expect(reading).toThrow(name);
});

it('refuses a partners path without its trailing slash, because names are appended to it', () => {
  stub({ FTPS_SYNC_PARTNERS_PATH: '/ftps-sync/test/partners' });

  const reading = () => readEnvironment();

  expect(reading).toThrow('FTPS_SYNC_PARTNERS_PATH');
});
