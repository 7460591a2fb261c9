import { expect, it } from 'vitest';
import { doctorTimeouts } from '../../../../lambdas/doctor/doctor-timeouts.ts';
import { defaultTimeouts, partnerTimeouts } from '../../../../lambdas/ftps/session/timeouts.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

it.each([
  ['nothing', undefined, {}],
  ['connect', { connect: '45s' }, { loginMs: 45_000, dataConnectMs: 45_000 }],
  ['reply', { reply: '2m' }, { replyMs: 120_000 }],
  ['data', { data: '90s' }, { idleMs: 90_000, finalReplyMs: 300_000 }],
  ['data beyond the wait for the last reply', { data: '7m' }, { idleMs: 420_000, finalReplyMs: 420_000 }],
])('A session waits for %s as long as the partner file says', async (_what, timeouts, expected) => {
  await using server = await startEmbedded();

  await using session = await openTo({ ...server, settings: { ...server.settings, timeouts } });

  expect(partnerTimeouts({ timeouts })).toEqual(expected);
  expect(session.timeouts).toEqual({ ...defaultTimeouts, ...expected });
});

it.each([
  ['15 s', undefined, 15_000, 10_000],
  ['as long as the partner file says', { connect: '60s', reply: '3m' }, 60_000, 180_000],
])('The doctor waits %s', (_howLong, timeouts, loginMs, replyMs) => {
  expect(doctorTimeouts({ timeouts })).toMatchObject({ loginMs, replyMs });
});
