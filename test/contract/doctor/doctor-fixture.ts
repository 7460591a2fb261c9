import type { ConnectionDependencies } from '../../../lambdas/connections/connection-dependencies.ts';
import type { Diagnosis } from '../../../lambdas/contract/documents/diagnosis.ts';
import type { CertificateExpiring, PartnerChanged } from '../../../lambdas/contract/events/event.ts';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import type { DoctorStep } from '../../../lambdas/core/doctor/finding.ts';
import { parseRemotePath } from '../../../lambdas/core/path/remote-path.ts';
import { examine } from '../../../lambdas/doctor/examine.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import type { MemoryTree } from '../../../testing/ftps-server/tree/memory-tree.ts';
import { treePath } from '../../../testing/ftps-server/tree/tree-path.ts';
import {
  type PartnerSettings,
  type PartnerSetup,
  startTestPartner,
  type TestPartner,
} from '../../support/partner/test-partner.ts';
import { connectionDependencies, noPartnerEvents } from '../../support/test-connections.ts';

let partners = 0;

/** A partner with a file of 200 kB in the directory of its pull, and a push that replaces. */
export async function startPartner(settings: PartnerSettings = {}): Promise<TestPartner> {
  partners += 1;
  const flows = { files: {}, orders: { direction: 'push', overwrite: 'replace' } };
  const partner = await startTestPartner(`partner-${partners}`, { flows, ...settings });
  partner.tree.put('/files/a.csv', { content: Buffer.alloc(200_000, 'some bytes of a file') });
  return partner;
}

/** The names in a directory of a partner. */
export async function namesIn(tree: MemoryTree, directory: string): Promise<readonly string[]> {
  return [...(await tree.list(treePath(directory)))].map(({ name }) => name);
}

export interface DoctorOptions {
  /** The directory that the doctor may write to. */
  readonly write?: string;
  readonly dependencies?: Partial<ConnectionDependencies>;
}

/** The diagnosis, and the events that the doctor published. */
export interface DoctorRun {
  readonly diagnosis: Diagnosis;
  readonly changed: readonly Omit<PartnerChanged, 'stage'>[];
  readonly expiring: readonly Omit<CertificateExpiring, 'stage'>[];
}

/** Runs the doctor on a partner, with the login of its secret. */
export async function runDoctor(
  table: Table,
  { document, login }: PartnerSetup,
  { write, dependencies = {} }: DoctorOptions = {},
): Promise<DoctorRun> {
  const partner = partnerFileSchema.parse(document);
  const changed: Omit<PartnerChanged, 'stage'>[] = [];
  const expiring: Omit<CertificateExpiring, 'stage'>[] = [];
  const { user = '', password = '' } = login ?? {};
  const request = {
    partner: partner.partner,
    write: write === undefined ? undefined : parseRemotePath(write),
  };
  const diagnosis = await examine(
    { request, execution: { id: `execution of ${partner.partner}` } },
    {
      ...connectionDependencies(table, { user, password }, dependencies),
      readPartner: async () => partner,
      partnerEvents: {
        ...noPartnerEvents,
        changed: async (detail) => void changed.push(detail),
        certificateExpiring: async (detail) => void expiring.push(detail),
      },
    },
  );
  return { diagnosis, changed, expiring };
}

/** The level of each step; of several findings the highest. */
export function stepLevels({ findings }: Diagnosis): Readonly<Partial<Record<DoctorStep, string>>> {
  const levels: Partial<Record<DoctorStep, string>> = {};
  const order = ['ok', 'warning', 'error'];
  for (const { step, level } of findings) {
    if (order.indexOf(level) >= order.indexOf(levels[step] ?? 'ok')) levels[step] = level;
  }
  return levels;
}

/** The steps whose level is not `ok`. */
export function levelsNotOk(diagnosis: Diagnosis): Readonly<Partial<Record<DoctorStep, string>>> {
  return Object.fromEntries(Object.entries(stepLevels(diagnosis)).filter(([, level]) => level !== 'ok'));
}

export function findStep({ findings }: Diagnosis, step: DoctorStep): Diagnosis['findings'][number] {
  const found = findings.find((finding) => finding.step === step);
  if (found === undefined) throw new Error(`The step ${step} has no finding`);
  return found;
}

/** @example { 'connection.maxConnections': 2 } */
export function settingsByPath({ settings }: Pick<Diagnosis, 'settings'>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(settings.map(({ path, value }) => [path.join('.'), value]));
}
