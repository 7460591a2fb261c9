import type { PullFlow } from '../contract/pull-flow.ts';
import { durationMs } from '../contract/settings.ts';
import type { FlowRules } from '../sync/plan.ts';
import { makeSelector } from '../sync/selection.ts';

/** The partner file's flow as the decisions take it. */
export function flowRules(flow: PullFlow): FlowRules {
  return {
    mapping: { remote: flow.remote, prefix: flow.prefix },
    select: makeSelector(flow),
    settled: {
      minAgeMs: durationMs(flow.settled.minAge),
      unchangedListings: flow.settled.unchangedListings,
      doneFile: flow.settled.doneFile,
    },
    onChange: flow.onChange,
    after: flow.after === 'keep' ? 'keep' : 'clear',
  };
}
