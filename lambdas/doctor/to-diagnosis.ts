import type { Diagnosis } from '../contract/documents/diagnosis.ts';
import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import type { ServerChange } from '../core/connection/known-server.ts';
import type { ServerCertificate } from '../core/connection/server-certificate.ts';
import { type DoctorStep, doctorSteps, toVerdict } from '../core/doctor/finding.ts';
import type { FindingsRecorder } from './findings-recorder.ts';

/** Why the doctor stopped before its last step; undefined where it did not. */
export type StopReason = 'unreachable' | 'no-session' | 'busy' | 'out-of-time' | undefined;

interface ExaminationResult {
  readonly partner: PartnerFile;
  readonly recorder: FindingsRecorder;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly certificates: readonly ServerCertificate[];
  readonly changes: readonly ServerChange[];
  readonly stopReason: StopReason;
  /** Whether it was allowed to write. */
  readonly mayWrite: boolean;
}

/** The diagnosis as a document. */
export function toDiagnosis(result: ExaminationResult): Diagnosis {
  const { partner, recorder, startedAt, endedAt, certificates, changes, stopReason } = result;
  const { host, port } = partner.connection;
  const skipped = skippedSteps(result);
  return {
    partner: partner.partner,
    host,
    port,
    at: startedAt.toISOString(),
    seconds: (endedAt.getTime() - startedAt.getTime()) / 1000,
    verdict: stopReason === 'busy' ? 'busy' : toVerdict(recorder.findings),
    findings: recorder.findings.map((each) => ({ ...each, settings: toSettings(each.settings) })),
    ...(skipped.length === 0 ? {} : { skipped: { steps: [...skipped], reason: reasonText(stopReason) } }),
    certificates: certificates.map(({ validFrom, expiresAt, names, ...certificate }) => ({
      ...certificate,
      names: [...names],
      validFrom: validFrom.toISOString(),
      expiresAt: expiresAt.toISOString(),
    })),
    settings: toSettings(recorder.settings),
    traits: recorder.traits,
    changes: [...changes],
  };
}

function toSettings(settings: FindingsRecorder['settings']): Diagnosis['settings'] {
  return settings.map(({ path, value, why }) => ({
    path: [...path],
    value: typeof value === 'object' ? [...value] : value,
    why,
  }));
}

const writeSteps: ReadonlySet<DoctorStep> = new Set([
  'upload',
  'clock',
  'make-directory',
  'rename',
  'rename-over',
  'append',
  'restart',
  'delete',
]);

/** A step that only the missing `--write` left out does not count as skipped. */
function skippedSteps({ recorder, mayWrite, stopReason }: ExaminationResult): readonly DoctorStep[] {
  if (stopReason === undefined) return [];
  const done = new Set(recorder.findings.map(({ step }) => step));
  return doctorSteps.filter((step) => !done.has(step) && (mayWrite || !writeSteps.has(step)));
}

function reasonText(stopReason: StopReason): string {
  switch (stopReason) {
    case 'unreachable':
      return 'the error above prevents every connection; no login was tried';
    case 'no-session':
      return 'the login failed';
    case 'busy':
      return 'other flows of this partner have all its connections; run the doctor again when they have ended';
    case 'out-of-time':
      return 'the function ran out of time';
    case undefined:
      return '';
  }
  return stopReason satisfies never;
}
