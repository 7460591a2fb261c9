import type { PartnerFile } from '../lambdas/contract/partner-file.ts';
import type { PushFlow } from '../lambdas/contract/push-flow.ts';
import { openIssues } from '../lambdas/ledger/attention.ts';
import type { Table } from '../lambdas/ledger/table.ts';
import { deliveryRules } from '../lambdas/push/delivery-rules.ts';
import { deliveryGroup } from '../lambdas/sync/delivery-group.ts';
import { deliveryPaths } from '../lambdas/sync/delivery-path.ts';
import { isRefusal } from '../lambdas/sync/delivery-retry.ts';
import type { FtpsFault } from '../lambdas/sync/ftps-fault.ts';
import { faultPolicies } from '../lambdas/sync/retry.ts';

/** A push flow and its partner. */
export interface PushRoute {
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
}

/** The message group in which an object of the flow is delivered. */
export function groupOfKey({ partner, flow }: PushRoute, key: string): string {
  const paths = deliveryPaths(deliveryRules(flow), { key, versionId: '' });
  const target = typeof paths === 'string' ? flow.remote : paths.target;
  return deliveryGroup(partner.partner, target, partner.connection.maxConnections);
}

/**
 * The groups in which a delivery has failed since then and is to be tried again: what is behind it waits for that. The failed one
 * can be of another flow of the partner.
 */
export async function closedGroups(
  table: Table,
  partner: PartnerFile,
  since: Date,
): Promise<ReadonlySet<string>> {
  const groups = new Set<string>();
  for await (const issue of openIssues(table)) {
    if (issue.partner !== partner.partner || new Date(issue.at) < since || !isTriedAgain(issue.fault))
      continue;
    const flow = partner.flows.find(({ name }) => name === issue.flow);
    if (flow?.direction !== 'push') continue;
    groups.add(groupOfKey({ partner, flow }, flow.prefix + issue.path));
  }
  return groups;
}

/** Whether a delivery that failed so goes back to the queue. */
function isTriedAgain(fault: string): boolean {
  return fault === 'internal' || (isFtpsFault(fault) && !isRefusal(fault));
}

function isFtpsFault(fault: string): fault is FtpsFault {
  return Object.hasOwn(faultPolicies, fault);
}
