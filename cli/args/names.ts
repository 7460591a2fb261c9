import {
  type FlowId,
  flowIdSchema,
  type PartnerId,
  partnerIdSchema,
  type RunId,
  runIdSchema,
} from '../../lambdas/contract/ids.ts';
import { CommandError, exitCodes } from '../exit-code.ts';

/** @throws CommandError (usage) with the rule that the name breaks. */
export function parsePartnerId(text: string | undefined): PartnerId {
  const read = partnerIdSchema.safeParse(text);
  if (read.success) return read.data;
  throw new CommandError(exitCodes.usage, `The partner name '${text}' ${read.error.issues[0]?.message}.`);
}

/** @throws CommandError (usage) with the rule that the name breaks. */
export function parseFlowId(text: string | undefined): FlowId {
  const read = flowIdSchema.safeParse(text);
  if (read.success) return read.data;
  throw new CommandError(exitCodes.usage, `The flow name '${text}' ${read.error.issues[0]?.message}.`);
}

/** @throws CommandError (usage) with an example of a run ID. */
export function parseRunId(text: string | undefined): RunId {
  const read = runIdSchema.safeParse(text);
  if (read.success) return read.data;
  throw new CommandError(
    exitCodes.usage,
    `'${text}' is not a valid run ID. A run ID looks like 20261120T021500Z-1f3a9c04; 'runs' lists them. ` +
      'To start a run: run PARTNER FLOW.',
  );
}
