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

it('the environment is what infra has set', () => {
  stub({});

  const environment = readEnvironment();

  expect(environment).toEqual(complete);
});

it.each(Object.keys(complete))('a missing %s is named', (name) => {
  stub({ [name]: undefined });

  const reading = () => readEnvironment();

  expect(reading).toThrow(name);
});

it('a path of partners without its slashes is refused, since names are put behind it', () => {
  stub({ FTPS_SYNC_PARTNERS_PATH: '/ftps-sync/test/partners' });

  const reading = () => readEnvironment();

  expect(reading).toThrow('FTPS_SYNC_PARTNERS_PATH');
});
