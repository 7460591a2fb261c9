import type { PartnerFile } from '../../lambdas/contract/partner-file/partner-file.ts';
import type { PushFlow } from '../../lambdas/contract/partner-file/push-flow.ts';
import type { FtpsErrorKind } from '../../lambdas/core/connection/ftps-error-kind.ts';
import { ftpsErrorPolicies } from '../../lambdas/core/connection/ftps-error-policies.ts';
import { deliveryGroup } from '../../lambdas/core/delivery/delivery-group.ts';
import { deliveryPaths } from '../../lambdas/core/delivery/delivery-path.ts';
import { isRefusal } from '../../lambdas/core/delivery/delivery-retry.ts';
import { type OpenItem, openIssues } from '../../lambdas/ledger/alerts/attention.ts';
import type { Table } from '../../lambdas/ledger/table.ts';

/** A push flow and its partner. */
export interface PushRoute {
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
}

/** The message group of an object's deliveries. */
export function keyGroup({ partner, flow }: PushRoute, key: string): string {
  const paths = deliveryPaths(flow, { key, versionId: '' });
  const target = typeof paths === 'string' ? flow.remote : paths.target;
  return deliveryGroup(partner.partner, target, partner.connection.maxConnections);
}

/**
 * The message groups with a delivery that has failed since then and will be retried. Other deliveries of the
 * group wait for it, also those of other flows of the partner.
 */
export async function blockedGroups(
  table: Table,
  partner: PartnerFile,
  since: Date,
): Promise<ReadonlySet<string>> {
  const groups = new Set<string>();
  for await (const issue of openIssues(table)) {
    if (
      issue.partner !== partner.partner ||
      new Date(issue.lastTryAt ?? issue.at) < since ||
      !isRetried(issue)
    )
      continue;
    const flow = partner.flows.find(({ name }) => name === issue.flow);
    if (flow?.direction !== 'push') continue;
    groups.add(keyGroup({ partner, flow }, flow.prefix + issue.path));
  }
  return groups;
}

/** Whether the delivery goes back to the queue. */
function isRetried({ error, isGivenUp }: OpenItem): boolean {
  return !isGivenUp && (error === 'internal' || (isFtpsErrorKind(error) && !isRefusal(error)));
}

function isFtpsErrorKind(error: string): error is FtpsErrorKind {
  return Object.hasOwn(ftpsErrorPolicies, error);
}
