import { expect, it } from 'vitest';
import { type FlowOutlook, findNextTry, type NextTry } from '../../../../cli/stage/next-tries.ts';
import { pullFlowSchema } from '../../../../lambdas/contract/partner-file/pull-flow.ts';
import { pushFlowSchema } from '../../../../lambdas/contract/partner-file/push-flow.ts';
import type { OpenItem } from '../../../../lambdas/ledger/alerts/attention.ts';

const now = new Date('2026-11-20T10:00:00Z');
const schedule = { cron: '0 4 * * ? *', timeZone: 'Europe/Rome' };
const pull = { name: 'in', direction: 'pull', remote: '/out', prefix: 'acme/in/' };
const push = { name: 'up', direction: 'push', remote: '/in', prefix: 'acme/up/' };
const manualPull = pullFlowSchema.parse(pull);
const nightlyPull = pullFlowSchema.parse({ ...pull, schedule });
const eventPush = pushFlowSchema.parse(push);
const nightlyPush = pushFlowSchema.parse({ ...push, trigger: ['event', 'schedule'], schedule });
const pause = { flow: undefined, at: now.toISOString(), who: 'ada', reason: 'their disk is full' };
const nextNight = { nextTry: 'schedule', nextTryAt: '2026-11-21T03:00:00.000Z' } as const;

const failed: OpenItem = {
  partner: 'acme',
  flow: 'in',
  path: 'a.csv',
  at: '2026-11-18T03:00:00.000Z',
  lastTryAt: '2026-11-20T03:00:00.000Z',
  tries: 3,
  nextTryAt: undefined,
  isGivenUp: false,
  error: 'denied',
  message: 'No.',
  transcript: undefined,
};
const queued = { ...failed, nextTryAt: '2026-11-20T10:02:00.000Z' };
const overdue = { ...failed, nextTryAt: '2026-11-20T09:58:00.000Z' };
const givenUp = { ...failed, isGivenUp: true };
const alert = { ...failed, lastTryAt: undefined, tries: undefined };

function outlook(flow: FlowOutlook['flow'], others: Partial<FlowOutlook> = {}): FlowOutlook {
  return { flow, pause: undefined, circuitOpenUntil: undefined, ...others };
}

it.each<[string, OpenItem, FlowOutlook | undefined, NextTry]>([
  ['a file of a scheduled pull', failed, outlook(nightlyPull), nextNight],
  [
    'a file of a pull without a schedule',
    failed,
    outlook(manualPull),
    { nextTry: 'run', nextTryAt: undefined },
  ],
  [
    'a delivery with tries left',
    queued,
    outlook(nightlyPush),
    { nextTry: 'queue', nextTryAt: queued.nextTryAt },
  ],
  [
    'a delivery that waits for one before it',
    overdue,
    outlook(eventPush),
    { nextTry: 'queue', nextTryAt: undefined },
  ],
  ['a delivery that was given up', givenUp, outlook(eventPush), { nextTry: 'run', nextTryAt: undefined }],
  ['a delivery that was given up, with a schedule', givenUp, outlook(nightlyPush), nextNight],
  [
    'a flow that is paused',
    queued,
    outlook(eventPush, { pause }),
    { nextTry: 'resume', nextTryAt: undefined },
  ],
  [
    'a delivery to a partner whose circuit is open',
    queued,
    outlook(eventPush, { circuitOpenUntil: new Date('2026-11-20T10:15:00Z') }),
    { nextTry: 'queue', nextTryAt: '2026-11-20T10:15:00.000Z' },
  ],
  [
    'a scheduled pull whose next run meets an open circuit',
    failed,
    outlook(nightlyPull, { circuitOpenUntil: new Date('2026-11-21T03:30:00Z') }),
    { nextTry: 'schedule', nextTryAt: '2026-11-22T03:00:00.000Z' },
  ],
  ['an alert', alert, outlook(nightlyPull), { nextTry: 'none', nextTryAt: undefined }],
  ['a flow that is not deployed any more', failed, undefined, { nextTry: 'none', nextTryAt: undefined }],
])('The next try of %s', (_, issue, flowOutlook, expected) => {
  expect(findNextTry(issue, flowOutlook, now)).toEqual(expected);
});
