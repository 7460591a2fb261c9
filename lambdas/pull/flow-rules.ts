import type { PullFlow } from '../contract/partner-file/pull-flow.ts';
import { durationMs } from '../contract/partner-file/settings.ts';
import { makeSelector } from '../core/path/selection.ts';
import type { FlowRules } from '../core/plan/plan.ts';

/** The rules of a flow in the partner file, in the form that the planning functions take. */
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
    after: flow.after === 'keep' ? 'keep' : 'dispose',
  };
}
