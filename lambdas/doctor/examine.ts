import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { ConnectionSystems } from '../connections/connection-systems.ts';
import { inSlot } from '../connections/in-slot.ts';
import { noticeServer, seenIn, tellExpiringCertificate } from '../connections/notice-server.ts';
import { PartnerConnections } from '../connections/partner-connections.ts';
import type { TellOfServer } from '../connections/tell-of-server.ts';
import type { Diagnosis, doctorInputSchema } from '../contract/diagnosis.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { dropCapabilities, provedCapabilities, recordCapabilities } from '../ledger/capabilities.ts';
import { connectionOf } from '../partners/connection-of.ts';
import type { Partners } from '../partners/partners.ts';
import { judgeTls } from '../sync/doctor-certificate.ts';
import { judged } from '../sync/doctor-finding.ts';
import { judgeConnections } from '../sync/doctor-transfers.ts';
import type { ServerChange } from '../sync/known-server.ts';
import type { ServerCertificate } from '../sync/server-certificate.ts';
import { Chart, seen } from './chart.ts';
import { countConnections } from './count-connections.ts';
import { diagnosisOf, type Stopped } from './diagnosis-of.ts';
import { DoctorSessions } from './doctor-sessions.ts';
import { lookAtDirectories } from './look-at-directories.ts';
import { lookAtFile, type RestResult } from './look-at-file.ts';
import { type Examination, lookAtServer } from './look-at-server.ts';
import { lookAtTheWayIn } from './way-in.ts';
import { WriteProbes } from './write-probes.ts';

export interface ExamineSystems extends ConnectionSystems, Pick<Partners, 'readPartner'> {
  readonly tellOfServer: TellOfServer;
}

type DoctorInput = z.infer<typeof doctorInputSchema>;

/** A server that does not answer is told from one that does sooner than where files depend on it. */
const timeouts = {
  loginMs: 15_000,
  replyMs: 10_000,
  dataConnectMs: 5_000,
  idleMs: 15_000,
  finalReplyMs: 15_000,
} as const;

/**
 * Connects to the partner, looks at one thing after the other, and keeps what it has seen. What is wrong with the partner is a
 * finding, and nothing that is thrown. @throws PartnerError where there is no such partner; what is wrong with us.
 */
export async function examine(
  { request, execution }: DoctorInput,
  given: ExamineSystems,
): Promise<Diagnosis> {
  const systems = { ...given, timeouts: { ...timeouts, ...given.timeouts } };
  const partner = await systems.readPartner(request.partner);
  const begun = systems.now();
  const chart = new Chart(partner, systems.deadline.signal);
  const visit = new Visit(partner, chart, systems);
  const stopped = await visit.go({ write: request.write, id: idOf(execution.id) });
  const { certificates, changes } = visit;
  const mayWrite = request.write !== undefined;
  const ended = systems.now();
  return diagnosisOf({ partner, chart, begun, ended, certificates, changes, stopped, mayWrite });
}

/** The same where the step is tried again, so that what was left behind is found again. */
function idOf(execution: string): string {
  return createHash('sha256').update(execution).digest('hex').slice(0, 8);
}

interface Probing {
  readonly write: DoctorInput['request']['write'];
  readonly id: string;
}

class Visit {
  readonly #partner: PartnerFile;
  readonly #chart: Chart;
  readonly #systems: ExamineSystems;
  certificates: readonly ServerCertificate[] = [];
  changes: readonly ServerChange[] = [];

  constructor(partner: PartnerFile, chart: Chart, systems: ExamineSystems) {
    this.#partner = partner;
    this.#chart = chart;
    this.#systems = systems;
  }

  async go(probing: Probing): Promise<Stopped> {
    const { signal } = this.#systems.deadline;
    try {
      const wayIn = await this.#wayIn();
      if (wayIn === 'closed') return 'way-in';
      return await this.#inside(wayIn, probing);
    } catch (error) {
      if (signal.aborted) return 'time-is-up';
      if (error instanceof FtpsError && error.kind === 'partner-busy') return 'busy';
      throw error;
    }
  }

  async #wayIn(): Promise<'open' | 'try' | 'closed'> {
    const { deadline, now } = this.#systems;
    const partner = this.#partner;
    const way = {
      partner,
      connection: connectionOf(partner),
      chart: this.#chart,
      signal: deadline.signal,
      now,
    };
    const { kind, tls } = await inSlot(partner, this.#systems, () => lookAtTheWayIn(way));
    this.certificates = tls?.chain ?? [];
    const [certificate] = this.certificates;
    // One that has ended is told, as one that is about to end; nothing is kept of what could not be trusted.
    if (kind === 'closed' && certificate !== undefined && certificate.expiresAt <= now()) {
      const { host } = partner.connection;
      await tellExpiringCertificate({ partner: partner.partner, host, certificate }, this.#systems);
    }
    return kind;
  }

  async #inside(wayIn: 'open' | 'try', { write, id }: Probing): Promise<Stopped> {
    const { deadline, now } = this.#systems;
    const chart = this.#chart;
    await using connections = new PartnerConnections(this.#partner, this.#systems);
    const sessions = new DoctorSessions(connections, deadline.signal);
    const examination = { partner: this.#partner, chart, sessions, signal: deadline.signal, now };
    const refused = await chart.step('login', async () => {
      await sessions.current();
      return seen(
        judged('ok', {
          found: 'logged in, and data connections are private (PROT P)',
          means: 'User, password and client certificate are accepted.',
        }),
      );
    });
    if (refused !== undefined) return 'login';
    await this.#meet(wayIn, sessions);
    await lookAtServer(examination);
    const { pulled } = await lookAtDirectories(examination);
    const rest = await this.#lookAtFiles(examination, { pulled, write, id, connections });
    await this.#keep(rest, sessions);
    return undefined;
  }

  async #lookAtFiles(
    examination: Examination,
    {
      pulled,
      write,
      id,
      connections,
    }: Probing & Awaited<ReturnType<typeof lookAtDirectories>> & { readonly connections: PartnerConnections },
  ): Promise<RestResult | undefined> {
    const probes = write === undefined ? undefined : new WriteProbes(examination, { directory: write, id });
    try {
      const own = await probes?.upload();
      const rest = await lookAtFile(examination, { pulled, own });
      await this.#count(connections, examination.sessions);
      if (own !== undefined) await probes?.change(own);
      return rest;
    } finally {
      await probes?.cleanUp();
    }
  }

  async #count(connections: PartnerConnections, sessions: DoctorSessions): Promise<void> {
    const { table, now, deadline } = this.#systems;
    const { partner, connection } = this.#partner;
    await this.#chart.step('connections', async () => {
      await sessions.current();
      const allowed = connection.maxConnections;
      const { signal } = deadline;
      const facts = await countConnections({ partner, allowed, connections, table, now, signal });
      return seen(judgeConnections(facts), { connections: `${facts.opened} of ${facts.allowed}` });
    });
  }

  /** What the session shows of the server; where TLS could be seen through it alone, it is seen now. */
  async #meet(wayIn: 'open' | 'try', sessions: DoctorSessions): Promise<void> {
    if (wayIn === 'open') return;
    const { certificate } = seenIn(await sessions.current());
    this.certificates = certificate === undefined ? [] : [certificate];
    this.#chart.replace('tls', {
      ...judgeTls({ version: 'TLS', cipher: 'with a client certificate' }),
      level: 'note',
      means:
        'The server asks for a client certificate before it shows more; the one in the secret is accepted.',
    });
  }

  /** Keeps what was seen, for the runs and for the next doctor; tells of what has changed. */
  async #keep(rest: RestResult | undefined, sessions: DoctorSessions): Promise<void> {
    const { table, now } = this.#systems;
    const { partner, connection } = this.#partner;
    const session = seenIn(await sessions.current());
    const traits = { ...session.traits, ...this.#chart.traits };
    this.changes = await noticeServer(
      this.#partner,
      { certificate: session.certificate, traits },
      this.#systems,
    );
    if (rest === undefined) return;
    if (rest.proof === 'lies') return dropCapabilities(table, partner);
    const server = `${connection.host}:${connection.port}`;
    const before = await provedCapabilities(table, partner);
    const isMore = before?.server !== server || before.restUpTo < rest.upTo;
    if (rest.proof === 'proved' && isMore) {
      await recordCapabilities(table, partner, { server, restUpTo: rest.upTo, at: now() });
    }
  }
}
