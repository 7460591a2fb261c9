import type { ConnectionSystems } from '../../../lambdas/connections/connection-systems.ts';
import type { Diagnosis } from '../../../lambdas/contract/diagnosis.ts';
import type { CertificateExpiring, PartnerChanged } from '../../../lambdas/contract/event.ts';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import { examine } from '../../../lambdas/doctor/examine.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import type { DoctorStep } from '../../../lambdas/sync/doctor-finding.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import type { MemoryTree } from '../../support/ftps-server/memory-tree.ts';
import { treePath } from '../../support/ftps-server/tree-path.ts';
import {
  type PartnerSettings,
  type PartnerSetup,
  startTestPartner,
  type TestPartner,
} from '../../support/stage/test-partner.ts';
import { connectionSystems } from '../../support/test-connections.ts';

let partners = 0;

/** A partner with a file of 200 kB in the directory of its pull, and a push that replaces. */
export async function startPartner(settings: PartnerSettings = {}): Promise<TestPartner> {
  partners += 1;
  const flows = { files: {}, orders: { direction: 'push', overwrite: 'replace' } };
  const partner = await startTestPartner(`partner-${partners}`, { flows, ...settings });
  partner.tree.put('/files/a.csv', { content: Buffer.alloc(200_000, 'some bytes of a file') });
  return partner;
}

/** What a directory of a partner has. */
export async function namesIn(tree: MemoryTree, directory: string): Promise<readonly string[]> {
  return [...(await tree.list(treePath(directory)))].map(({ name }) => name);
}

export interface Visit {
  /** Where it may write. */
  readonly write?: string;
  readonly systems?: Partial<ConnectionSystems>;
}

/** What the doctor said, and told others. */
export interface Visited {
  readonly diagnosis: Diagnosis;
  readonly changed: readonly Omit<PartnerChanged, 'stage'>[];
  readonly expiring: readonly Omit<CertificateExpiring, 'stage'>[];
}

/** Lets the doctor look at a partner, with a ledger of its own and whatever the partner's secret holds. */
export async function visit(
  table: Table,
  { document, login }: PartnerSetup,
  { write, systems = {} }: Visit = {},
): Promise<Visited> {
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
      ...connectionSystems(table, { user, password }, systems),
      readPartner: async () => partner,
      tellOfServer: {
        changed: async (told) => void changed.push(told),
        certificateExpiring: async (told) => void expiring.push(told),
      },
    },
  );
  return { diagnosis, changed, expiring };
}

/** The level of each step, the worst where it has several findings. */
export function levelsOf({ findings }: Diagnosis): Readonly<Partial<Record<DoctorStep, string>>> {
  const levels: Partial<Record<DoctorStep, string>> = {};
  const order = ['ok', 'note', 'problem'];
  for (const { step, level } of findings) {
    if (order.indexOf(level) >= order.indexOf(levels[step] ?? 'ok')) levels[step] = level;
  }
  return levels;
}

/** The steps whose level is not `ok`. */
export function ailmentsOf(diagnosis: Diagnosis): Readonly<Partial<Record<DoctorStep, string>>> {
  return Object.fromEntries(Object.entries(levelsOf(diagnosis)).filter(([, level]) => level !== 'ok'));
}

export function findingOf({ findings }: Diagnosis, step: DoctorStep): Diagnosis['findings'][number] {
  const found = findings.find((finding) => finding.step === step);
  if (found === undefined) throw new Error(`There is no finding of ${step}`);
  return found;
}

/** By their paths in the partner file, as they would be read aloud. */
export function settingsOf({ settings }: Pick<Diagnosis, 'settings'>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(settings.map(({ path, value }) => [path.join('.'), value]));
}
