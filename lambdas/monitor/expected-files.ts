import { flowExpectations } from '../contract/partner-file/expectation.ts';
import type { Flow } from '../contract/partner-file/partner-file.ts';
import { type Anomaly, evaluatedDays, evaluateExpectation } from '../core/expectation/expectation.ts';
import { plusDays } from '../core/expectation/expectation-calendar.ts';
import { readArrivals } from '../ledger/alerts/arrivals.ts';
import type { OpenAlerts } from '../ledger/alerts/open-alerts.ts';
import type { FlowName } from '../ledger/keys.ts';
import type { Table } from '../ledger/table.ts';
import type { Alert } from './alert.ts';
import { monitoredSince } from './monitored-since.ts';

interface ExpectedFilesResult {
  readonly alerts: readonly Alert[];
  /** How many of the anomalies are of missing files. */
  readonly missing: number;
}

/** Compares the files that arrived with the `expect` setting of a pull. A push expects none. */
export async function checkExpectedFiles(
  name: FlowName,
  flow: Flow,
  before: OpenAlerts,
  dependencies: { readonly table: Table; readonly now: () => Date },
): Promise<ExpectedFilesResult> {
  if (flow.direction === 'push') return { alerts: [], missing: 0 };
  const now = dependencies.now();
  const evaluated = flowExpectations(flow).map(async (expectation) => {
    const { key } = expectation;
    const since = await monitoredSince(key, { name, before }, dependencies);
    // One day more than is evaluated: which date it is depends on the time zone.
    const date = plusDays(now.toISOString().slice(0, 10), -evaluatedDays - 1);
    const arrivals = await readArrivals(dependencies.table, name, { key, date });
    return evaluateExpectation(expectation, arrivals, { now, since });
  });
  const anomalies = (await Promise.all(evaluated)).flat();
  return {
    alerts: anomalies.map((anomaly) => toAlert(anomaly, name)),
    missing: anomalies.filter(({ kind }) => kind === 'missing').length,
  };
}

/** The alert of an anomaly. Late files have arrived: no one has to act. */
function toAlert(anomaly: Anomaly, { partner, flow }: FlowName): Alert {
  const { kind, date, expectation } = anomaly;
  const { key, pattern, by, count: expected, timeZone } = expectation;
  const id = `${kind}-${key}-${date}`;
  const common = { partner, flow, pattern, date };
  const due = `by ${by} ${timeZone} on ${date}`;
  switch (kind) {
    case 'missing': {
      const { arrived } = anomaly;
      const dueAt = anomaly.dueAt.toISOString();
      return {
        id,
        subject: pattern,
        error: 'file-missing',
        message: `${arrived} of ${expected} files expected ${due} have arrived.`,
        need: 'person',
        event: { type: 'file.missing', detail: { ...common, expected, dueAt, arrived } },
      };
    }
    case 'late': {
      const { inTime } = anomaly;
      const dueAt = anomaly.dueAt.toISOString();
      const completeAt = anomaly.completeAt.toISOString();
      return {
        id,
        subject: pattern,
        error: 'file-late',
        message: `${inTime} of ${expected} files expected ${due} arrived in time; the last one arrived at ${completeAt}.`,
        need: 'none',
        event: { type: 'file.late', detail: { ...common, expected, dueAt, inTime, completeAt } },
      };
    }
    case 'too-small': {
      const { path, sizeBytes } = anomaly;
      const { minBytes } = expectation;
      return {
        id: `${id}-${path}`,
        subject: path,
        error: 'file-too-small',
        message: `The file expected ${due} has ${sizeBytes} bytes; expect.minBytes is ${minBytes}.`,
        need: 'person',
        event: { type: 'file.too-small', detail: { ...common, path, sizeBytes, minBytes } },
      };
    }
    case 'duplicate': {
      const { path, versions, sameAs } = anomaly;
      const duplicate =
        sameAs === undefined
          ? `The file arrived in ${versions} versions for ${date}.`
          : `The file has the same content as ${sameAs}.`;
      return {
        id: `${id}-${path}`,
        subject: path,
        error: 'file-duplicate',
        message: `${duplicate} Ask the partner which one is valid.`,
        need: 'person',
        event: { type: 'file.duplicate', detail: { ...common, path, versions, sameAs } },
      };
    }
  }
  return kind satisfies never;
}
