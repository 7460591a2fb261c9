import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { NewEvent } from '../../../cli/local/events/event-bus.ts';
import { type EventType, eventSchemas, eventSource } from '../../../lambdas/contract/event.ts';
import { type OpenIssue, openIssues } from '../../../lambdas/ledger/attention.ts';
import { ledgerItems } from './ledger-items.ts';
import { StageAlarms } from './stage-alarms.ts';
import type { PartnerSetup } from './test-partner.ts';
import { startTestStage, type TestStage, type TestStageOptions } from './test-stage.ts';

/** A stage whose signals are looked at: events, alarms, and `attention`. */
export interface SignalStage extends TestStage {
  readonly alarms: StageAlarms;
  /** What was put on the bus of that type since then, each checked with its published schema; of one partner where it is named. */
  readonly events: (type: EventType, since: Date, partner?: string) => readonly unknown[];
  /** Calls the watch as its schedule does, and waits for it. */
  readonly watch: () => Promise<void>;
  /** As if everything had been watched since then: a test cannot wait until something is due. */
  readonly watchedSince: (since: Date) => Promise<void>;
  /** What is in `attention` of the partner, as faults. */
  readonly attention: (partner: string) => Promise<readonly string[]>;
  readonly issues: () => Promise<readonly OpenIssue[]>;
}

export async function startSignalStage(
  setups: readonly PartnerSetup[],
  options: TestStageOptions = {},
): Promise<SignalStage> {
  const told: (NewEvent & { readonly toldAt: Date })[] = [];
  const test = await startTestStage(setups, {
    ...options,
    onEvent: (event) => told.push({ ...event, toldAt: new Date() }),
  });
  const { stack, stage } = test;
  const issues = () => Array.fromAsync(openIssues(stage.table));
  return {
    ...test,
    alarms: new StageAlarms(stack, told),
    events: (type, since, partner) =>
      told
        .filter(
          ({ source, detailType, toldAt }) =>
            source === eventSource && detailType === type && toldAt >= since,
        )
        .map(({ detail }) => eventSchemas[type].parse(detail))
        .filter((detail) => partner === undefined || ofPartnerSchema.parse(detail).partner === partner),
    watch: async () => {
      const answer = await stack.callFunction('ftps-sync-local-watch', '{}');
      if (answer.kind === 'failed') throw new Error(`The watch failed: ${answer.payload}`);
    },
    watchedSince: async (since) => {
      for (const { pk, sk } of await ledgerItems(stage.table, (item) => item.sk.startsWith('SINCE#'))) {
        await stage.table.client.send(
          new UpdateCommand({
            TableName: stage.table.name,
            Key: { pk, sk },
            UpdateExpression: 'SET #at = :since',
            ExpressionAttributeNames: { '#at': 'at' },
            ExpressionAttributeValues: { ':since': since.toISOString() },
          }),
        );
      }
    },
    issues,
    attention: async (partner) =>
      (await issues()).filter((issue) => issue.partner === partner).map(({ fault }) => fault),
  };
}

const ofPartnerSchema = z.looseObject({ partner: z.string().optional() });
