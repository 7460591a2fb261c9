import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type EventType, eventSchemas, eventSource } from '../../../lambdas/contract/events/event.ts';
import { type OpenItem, openIssues } from '../../../lambdas/ledger/alerts/attention.ts';
import type { NewEvent } from '../../../local/eventbridge/event-bus.ts';
import type { PartnerSetup } from '../partner/test-partner.ts';
import { startTestStage, type TestStage, type TestStageOptions } from '../stage/test-stage.ts';
import { ledgerItems } from '../stored/ledger-items.ts';
import { StageAlarms } from './stage-alarms.ts';

/** A stage with access to its events, alarms and `attention`. */
export interface AlarmStage extends TestStage {
  readonly alarms: StageAlarms;
  /**
   * The details of events of a type since then, validated by the published schema; of one partner if named.
   */
  readonly events: (type: EventType, since: Date, partner?: string) => readonly unknown[];
  /** Invokes the monitor like its schedule does, and waits for its end. */
  readonly runMonitor: () => Promise<void>;
  /** Makes the monitor believe that it has monitored everything since then, so that something is due. */
  readonly monitoredSince: (since: Date) => Promise<void>;
  /** The errors of the partner's open issues. */
  readonly attention: (partner: string) => Promise<readonly string[]>;
  readonly issues: () => Promise<readonly OpenItem[]>;
}

export async function startAlarmStage(
  setups: readonly PartnerSetup[],
  options: TestStageOptions = {},
): Promise<AlarmStage> {
  const published: (NewEvent & { readonly publishedAt: Date })[] = [];
  const test = await startTestStage(setups, {
    ...options,
    onEvent: (event) => published.push({ ...event, publishedAt: new Date() }),
  });
  const { stack, stage } = test;
  const issues = () => Array.fromAsync(openIssues(stage.table));
  return {
    ...test,
    alarms: new StageAlarms(stack, published),
    events: (type, since, partner) =>
      published
        .filter(
          ({ source, detailType, publishedAt }) =>
            source === eventSource && detailType === type && publishedAt >= since,
        )
        .map(({ detail }) => eventSchemas[type].parse(detail))
        .filter((detail) => partner === undefined || ofPartnerSchema.parse(detail).partner === partner),
    runMonitor: async () => {
      const answer = await stack.callFunction('ftps-sync-local-monitor', '{}');
      if (answer.kind === 'failed') throw new Error(`The monitor failed: ${answer.payload}`);
    },
    monitoredSince: async (since) => {
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
      (await issues()).filter((issue) => issue.partner === partner).map(({ error }) => error),
  };
}

const ofPartnerSchema = z.looseObject({ partner: z.string().optional() });
