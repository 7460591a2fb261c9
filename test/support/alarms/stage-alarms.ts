import { CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';
import { z } from 'zod';
import {
  type AlarmName,
  alarmNameOf,
  alarmNamePrefix,
} from '../../../lambdas/contract/events/alarm-names.ts';
import type { NewEvent } from '../../../local/eventbridge/event-bus.ts';
import type { LocalStack } from '../../../local/local-stack.ts';
import { askAttention } from './ask-attention.ts';

/** The signs of an active alarm. */
export interface AlarmSigns {
  /** Whether the alarm is active by the metrics since then. */
  readonly active: boolean;
  /** The state in CloudWatch's last event on the bus. */
  readonly event: string | undefined;
  /** Its description among the active alarms of `attention`. */
  readonly attention: string | undefined;
}

/** All signs of an active alarm. */
export const activeEverywhere = {
  active: true,
  event: 'ALARM',
  attention: expect.stringContaining('docs/runbook.md#'),
};

const changeSchema = z.object({
  alarmName: z.string(),
  state: z.object({ value: z.string() }),
});

/** The alarms of a local stage. */
export class StageAlarms {
  readonly #stack: LocalStack;
  readonly #events: readonly NewEvent[];
  readonly #seen = new Map<string, AlarmSigns>();

  /** @param events of the bus; the array grows. */
  constructor(stack: LocalStack, events: readonly NewEvent[]) {
    this.#stack = stack;
    this.#events = events;
  }

  /** The names of the alarms that are active by the metrics since then. */
  active(since: Date): readonly string[] {
    return this.#stack.activeAlarmsSince(since).map((name) => name.replace(alarmNamePrefix('local'), ''));
  }

  /** All alarms of the template, as CloudWatch describes them. */
  async describe(): Promise<readonly MetricAlarm[]> {
    const found: MetricAlarm[] = [];
    const client = new CloudWatchClient({});
    // Small pages, so that there is more than one.
    const pages = paginateDescribeAlarms(
      { client, pageSize: 10 },
      { AlarmNamePrefix: alarmNamePrefix('local') },
    );
    for await (const { MetricAlarms = [] } of pages) found.push(...MetricAlarms);
    return found;
  }

  /** Collects the signs of an alarm, and remembers them for {@link unproved}. */
  async readSigns(name: AlarmName, since: Date): Promise<AlarmSigns> {
    const active = this.active(since).includes(name);
    const fullName = alarmNameOf('local', name);
    const shown = (await askAttention()).document.alarms?.find((alarm) => alarm.name === fullName);
    const changes = this.#events
      .filter(({ detailType }) => detailType === 'CloudWatch Alarm State Change')
      .map(({ detail }) => changeSchema.parse(detail))
      .filter(({ alarmName }) => alarmName === fullName);
    const signs = { active, event: changes.at(-1)?.state.value, attention: shown?.description };
    this.#seen.set(name, signs);
    return signs;
  }

  /** The alarms of these metrics that have not shown all signs of an active alarm. */
  async unproved(matches: (namespace: string) => boolean): Promise<readonly string[]> {
    const names = (await this.describe())
      .filter(({ Namespace, Metrics = [] }) =>
        matches(
          Namespace ?? Metrics.find(({ MetricStat }) => MetricStat)?.MetricStat?.Metric?.Namespace ?? '',
        ),
      )
      .map(({ AlarmName = '' }) => AlarmName.replace(alarmNamePrefix('local'), ''));
    return names.filter((name) => {
      const signs = this.#seen.get(name);
      return signs?.active !== true || signs.event !== 'ALARM' || signs.attention === undefined;
    });
  }
}
