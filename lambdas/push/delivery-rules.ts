import type { PushFlow } from '../contract/push-flow.ts';
import type { DeliveryRules } from '../sync/delivery-path.ts';

/** The partner file's push flow as the paths are decided by. */
export function deliveryRules(flow: PushFlow): DeliveryRules {
  const { prefix, remote, doneFile, checksumFile, stagingName } = flow;
  return { prefix, remote, doneFile, checksumFile, stagingName };
}
