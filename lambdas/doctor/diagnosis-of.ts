import type { Diagnosis } from '../contract/diagnosis.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { type DoctorStep, doctorSteps, verdictOf } from '../sync/doctor-finding.ts';
import type { ServerChange } from '../sync/known-server.ts';
import type { ServerCertificate } from '../sync/server-certificate.ts';
import type { Chart } from './chart.ts';

/** Why a visit went no further than it did. */
export type Stopped = 'way-in' | 'login' | 'busy' | 'time-is-up' | undefined;

interface Visited {
  readonly partner: PartnerFile;
  readonly chart: Chart;
  readonly begun: Date;
  readonly ended: Date;
  readonly certificates: readonly ServerCertificate[];
  readonly changes: readonly ServerChange[];
  readonly stopped: Stopped;
  /** Whether it was allowed to write. */
  readonly mayWrite: boolean;
}

/** What the doctor says, as a document. */
export function diagnosisOf(visited: Visited): Diagnosis {
  const { partner, chart, begun, ended, certificates, changes, stopped } = visited;
  const { host, port } = partner.connection;
  const notAsked = stepsNotAsked(visited);
  return {
    partner: partner.partner,
    host,
    port,
    at: begun.toISOString(),
    seconds: (ended.getTime() - begun.getTime()) / 1000,
    verdict: stopped === 'busy' ? 'busy' : verdictOf(chart.findings),
    findings: chart.findings.map((finding) => ({ ...finding, settings: plain(finding.settings) })),
    ...(notAsked.length === 0 ? {} : { notAsked: { steps: [...notAsked], why: whyNotAsked(stopped) } }),
    certificates: certificates.map(({ validFrom, expiresAt, names, ...certificate }) => ({
      ...certificate,
      names: [...names],
      validFrom: validFrom.toISOString(),
      expiresAt: expiresAt.toISOString(),
    })),
    settings: plain(chart.settings),
    traits: chart.traits,
    changes: [...changes],
  };
}

function plain(settings: Chart['settings']): Diagnosis['settings'] {
  return settings.map(({ path, value, why }) => ({
    path: [...path],
    value: typeof value === 'object' ? [...value] : value,
    why,
  }));
}

const writing: ReadonlySet<DoctorStep> = new Set([
  'upload',
  'clock',
  'rename',
  'rename-over',
  'append',
  'restart',
  'delete',
]);

function stepsNotAsked({ chart, mayWrite, stopped }: Visited): readonly DoctorStep[] {
  if (stopped === undefined) return [];
  const asked = new Set(chart.findings.map(({ step }) => step));
  return doctorSteps.filter((step) => !asked.has(step) && (mayWrite || !writing.has(step)));
}

function whyNotAsked(stopped: Stopped): string {
  switch (stopped) {
    case 'way-in':
      return 'the problem above keeps everybody out; nobody has logged in';
    case 'login':
      return 'there is no session';
    case 'busy':
      return 'other flows of this partner have all its connections; ask again when they have ended';
    case 'time-is-up':
      return "the function's time was over";
    case undefined:
      return '';
  }
  return stopped satisfies never;
}
