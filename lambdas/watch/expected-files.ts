import type { FlowName } from '../ledger/keys.ts';
import type { Finding } from '../sync/expect.ts';
import type { Signal } from './signal.ts';

/** A finding as it is told. What is late has come, and needs nobody. */
export function signalOf(finding: Finding, { partner, flow }: FlowName): Signal {
  const { kind, date, expectation } = finding;
  const { key, pattern, by, count: expected, timeZone } = expectation;
  const id = `${kind}-${key}-${date}`;
  const of = { partner, flow, pattern, date };
  const when = `on ${date} by ${by} ${timeZone}`;
  switch (kind) {
    case 'missing': {
      const { arrived } = finding;
      const dueAt = finding.dueAt.toISOString();
      return {
        id,
        subject: pattern,
        fault: 'file-missing',
        message: `${arrived} of ${expected} files have come that were expected ${when}.`,
        need: 'person',
        event: { type: 'file.missing', detail: { ...of, expected, dueAt, arrived } },
      };
    }
    case 'late': {
      const { inTime } = finding;
      const dueAt = finding.dueAt.toISOString();
      const completeAt = finding.completeAt.toISOString();
      return {
        id,
        subject: pattern,
        fault: 'file-late',
        message: `${inTime} of ${expected} files came in time ${when}; all were there at ${completeAt}.`,
        need: 'told',
        event: { type: 'file.late', detail: { ...of, expected, dueAt, inTime, completeAt } },
      };
    }
    case 'too-small': {
      const { path, sizeBytes } = finding;
      const { minBytes } = expectation;
      return {
        id: `${id}-${path}`,
        subject: path,
        fault: 'file-too-small',
        message: `The file has ${sizeBytes} bytes, and ${minBytes} are the least that is expected ${when}.`,
        need: 'person',
        event: { type: 'file.too-small', detail: { ...of, path, sizeBytes, minBytes } },
      };
    }
    case 'duplicate': {
      const { path, versions, sameAs } = finding;
      const what =
        sameAs === undefined ? `It came ${versions} times for ${date}.` : `It has the content of ${sameAs}.`;
      return {
        id: `${id}-${path}`,
        subject: path,
        fault: 'file-duplicate',
        message: `${what} Ask the partner which one counts.`,
        need: 'person',
        event: { type: 'file.duplicate', detail: { ...of, path, versions, sameAs } },
      };
    }
  }
  return kind satisfies never;
}
