import { CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';
import { z } from 'zod';
import type { NewEvent } from '../../../cli/local/events/event-bus.ts';
import type { LocalStack } from '../../../cli/local/local-stack.ts';
import { type AlarmName, alarmNameOf, alarmNamePrefix } from '../../../lambdas/contract/alarm-names.ts';
import { askAttention } from './ask-attention.ts';

/** What tells of an alarm that rings. */
export interface AlarmSigns {
  /** It rings by what was measured since then. */
  readonly rings: boolean;
  /** The state that CloudWatch's last event on the bus has told. */
  readonly event: string | undefined;
  /** What `attention` says of it among the alarms that ring. */
  readonly attention: string | undefined;
}

/** An alarm whose fault has been produced. */
export const ringsEverywhere = {
  rings: true,
  event: 'ALARM',
  attention: expect.stringContaining('docs/runbook.md#'),
};

const changeSchema = z.object({
  alarmName: z.string(),
  state: z.object({ value: z.string() }),
});

/** The alarms of a local stage, as CloudWatch tells of them. */
export class StageAlarms {
  readonly #stack: LocalStack;
  readonly #told: readonly NewEvent[];
  readonly #seen = new Map<string, AlarmSigns>();

  /** @param told what was put on the bus; it grows. */
  constructor(stack: LocalStack, told: readonly NewEvent[]) {
    this.#stack = stack;
    this.#told = told;
  }

  /** The names of those that ring by what has happened since then. */
  ringing(since: Date): readonly string[] {
    return this.#stack.alarmsRingingSince(since).map((name) => name.replace(alarmNamePrefix('local'), ''));
  }

  /** Those that the template has, as CloudWatch describes them. */
  async described(): Promise<readonly MetricAlarm[]> {
    const found: MetricAlarm[] = [];
    const client = new CloudWatchClient({});
    // Small pages, so that there are several.
    const pages = paginateDescribeAlarms(
      { client, pageSize: 10 },
      { AlarmNamePrefix: alarmNamePrefix('local') },
    );
    for await (const { MetricAlarms = [] } of pages) found.push(...MetricAlarms);
    return found;
  }

  /** Looks for all that tells of the alarm, and keeps what was seen. */
  async signsOf(name: AlarmName, since: Date): Promise<AlarmSigns> {
    const rings = this.ringing(since).includes(name);
    const fullName = alarmNameOf('local', name);
    const shown = (await askAttention()).document.alarms?.find((alarm) => alarm.name === fullName);
    const changes = this.#told
      .filter(({ detailType }) => detailType === 'CloudWatch Alarm State Change')
      .map(({ detail }) => changeSchema.parse(detail))
      .filter(({ alarmName }) => alarmName === fullName);
    const signs = { rings, event: changes.at(-1)?.state.value, attention: shown?.description };
    this.#seen.set(name, signs);
    return signs;
  }

  /** The alarms of these metrics that have not been seen to ring, with an event and an entry in `attention`. */
  async unproved(isMeant: (namespace: string) => boolean): Promise<readonly string[]> {
    const names = (await this.described())
      .filter(({ Namespace, Metrics = [] }) =>
        isMeant(
          Namespace ?? Metrics.find(({ MetricStat }) => MetricStat)?.MetricStat?.Metric?.Namespace ?? '',
        ),
      )
      .map(({ AlarmName = '' }) => AlarmName.replace(alarmNamePrefix('local'), ''));
    return names.filter((name) => {
      const signs = this.#seen.get(name);
      return signs?.rings !== true || signs.event !== 'ALARM' || signs.attention === undefined;
    });
  }
}
