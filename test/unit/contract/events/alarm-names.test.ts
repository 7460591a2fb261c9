import { expect, test } from 'vitest';
import { alarmNameOf, isAlarmOf } from '../../../../lambdas/contract/events/alarm-names.ts';

test.each([
  ['ftps-sync-dev-run-failed', true],
  ['ftps-sync-dev-near-timeout-891s', true],
  ['ftps-sync-dev-eu-run-failed', false],
  ['ftps-sync-prod-run-failed', false],
  ['ftps-sync-dev-disk-full', false],
])('%s is an alarm of the stage dev: %s', (name, isIts) => {
  expect(isAlarmOf('dev', name)).toBe(isIts);
});

test('An alarm belongs to the stage in its name', () => {
  expect(isAlarmOf('dev-eu', alarmNameOf('dev-eu', 'delivery-delayed'))).toBe(true);
});
