import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { certificateChange } from '../connections/compare-certificate.ts';
import type { ConnectionDependencies } from '../connections/connection-dependencies.ts';
import {
  observeServer,
  publishExpiringCertificate,
  toObservedServer,
} from '../connections/observe-server.ts';
import { PartnerConnections } from '../connections/partner-connections.ts';
import { withConnectionSlot } from '../connections/with-connection-slot.ts';
import type { Diagnosis, doctorInputSchema, doctorRequestSchema } from '../contract/documents/diagnosis.ts';
import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import type { ServerChange } from '../core/connection/known-server.ts';
import type { ServerCertificate } from '../core/connection/server-certificate.ts';
import { evaluateTls } from '../core/doctor/certificate.ts';
import { finding } from '../core/doctor/finding.ts';
import { evaluateConnections } from '../core/doctor/transfers.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import {
  dropCapabilities,
  provenCapabilities,
  recordCapabilities,
} from '../ledger/connection/server-capabilities.ts';
import type { Partners } from '../partners/partners.ts';
import type { CheckContext } from './check-context.ts';
import { checkDirectories, type ListedFiles } from './check-directories.ts';
import { checkFile, type RestResult } from './check-file.ts';
import { checkLogin } from './check-login.ts';
import { checkServer } from './check-server.ts';
import { WriteCheck } from './check-writing.ts';
import { countConnections } from './count-connections.ts';
import { DoctorSessions } from './doctor-sessions.ts';
import { doctorTimeouts } from './doctor-timeouts.ts';
import { FindingsRecorder, stepResult } from './findings-recorder.ts';
import { type StopReason, toDiagnosis } from './to-diagnosis.ts';

export type ExamineDependencies = ConnectionDependencies & Pick<Partners, 'readPartner'>;

type DoctorInput = Pick<z.infer<typeof doctorInputSchema>, 'execution'> & {
  readonly request: z.infer<typeof doctorRequestSchema>;
};

/**
 * Connects to the partner, checks one thing after the other, and remembers what it has learned of the server.
 * An error of the partner is a finding and is not thrown.
 * @throws PartnerError where there is no such partner; internal errors.
 */
export async function examine(
  { request, execution }: DoctorInput,
  given: ExamineDependencies,
): Promise<Diagnosis> {
  const partner = await given.readPartner(request.partner);
  const timeouts = { ...doctorTimeouts(partner.connection), ...given.timeouts };
  const dependencies = { ...given, timeouts };
  const startedAt = dependencies.now();
  const recorder = new FindingsRecorder(partner, dependencies.deadline.signal);
  const examination = new Examination(partner, recorder, dependencies);
  const stopReason = await examination.run({ write: request.write, id: probeId(execution.id) });
  const { certificates, changes } = examination;
  const mayWrite = request.write !== undefined;
  const endedAt = dependencies.now();
  return toDiagnosis({
    partner,
    recorder,
    startedAt,
    endedAt,
    certificates,
    changes,
    stopReason,
    mayWrite,
  });
}

/** The same for a retry of the step, so that it finds and deletes the files of the first try. */
function probeId(execution: string): string {
  return createHash('sha256').update(execution).digest('hex').slice(0, 8);
}

interface WriteRequest {
  readonly write: DoctorInput['request']['write'];
  readonly id: string;
}

class Examination {
  readonly #partner: PartnerFile;
  readonly #recorder: FindingsRecorder;
  readonly #dependencies: ExamineDependencies;
  certificates: readonly ServerCertificate[] = [];
  changes: readonly ServerChange[] = [];

  constructor(partner: PartnerFile, recorder: FindingsRecorder, dependencies: ExamineDependencies) {
    this.#partner = partner;
    this.#recorder = recorder;
    this.#dependencies = dependencies;
  }

  async run(request: WriteRequest): Promise<StopReason> {
    const { signal } = this.#dependencies.deadline;
    try {
      const kind = await this.#checkLogin();
      if (kind === 'unreachable') return 'unreachable';
      return await this.#checkWithSession(kind, request);
    } catch (error) {
      if (signal.aborted) return 'out-of-time';
      if (error instanceof FtpsError && error.kind === 'partner-busy') return 'busy';
      throw error;
    }
  }

  async #checkLogin(): Promise<'ready' | 'try' | 'unreachable'> {
    const { deadline, now } = this.#dependencies;
    const partner = this.#partner;
    const check = {
      partner,
      connection: partner.connection,
      recorder: this.#recorder,
      signal: deadline.signal,
      now,
    };
    const { kind, tls } = await withConnectionSlot(partner, this.#dependencies, () => checkLogin(check));
    this.certificates = tls?.chain ?? [];
    const [certificate] = this.certificates;
    if (kind === 'unreachable' && certificate !== undefined) await this.#compareCertificate(certificate);
    // Nothing is remembered of a certificate that is not trusted, but one that has expired has its event.
    if (kind === 'unreachable' && certificate !== undefined && certificate.expiresAt <= now()) {
      const { host } = partner.connection;
      await publishExpiringCertificate({ partner: partner.partner, host, certificate }, this.#dependencies);
    }
    return kind;
  }

  /** Adds to the finding on a refused certificate what has changed since the last good session. */
  async #compareCertificate(certificate: ServerCertificate): Promise<void> {
    const change = await certificateChange(this.#partner, certificate, this.#dependencies.table);
    const refused = this.#recorder.findings.find(
      ({ step, level }) => step === 'certificate' && level === 'error',
    );
    if (change === undefined || refused === undefined) return;
    this.#recorder.replace('certificate', { ...refused, found: `${refused.found}. ${change}` });
  }

  async #checkWithSession(kind: 'ready' | 'try', request: WriteRequest): Promise<StopReason> {
    const { deadline, now } = this.#dependencies;
    const recorder = this.#recorder;
    await using connections = new PartnerConnections(this.#partner, this.#dependencies);
    const sessions = new DoctorSessions(connections, deadline.signal);
    const context = { partner: this.#partner, recorder, sessions, signal: deadline.signal, now };
    const error = await recorder.step('login', async () => {
      await sessions.current();
      return stepResult(
        finding('ok', {
          found: 'logged in; data connections are encrypted (PROT P)',
          means: 'The server accepts user, password and client certificate.',
        }),
      );
    });
    if (error !== undefined) return 'no-session';
    if (kind === 'try') await this.#readTlsFromSession(sessions);
    await checkServer(context);
    const listed = await checkDirectories(context);
    const rest = await this.#checkFiles(context, { ...request, listed, connections });
    await this.#remember(rest, sessions);
    return undefined;
  }

  async #checkFiles(
    context: CheckContext,
    {
      write,
      id,
      listed,
      connections,
    }: WriteRequest & { readonly listed: ListedFiles; readonly connections: PartnerConnections },
  ): Promise<RestResult | undefined> {
    const writing = write === undefined ? undefined : new WriteCheck(context, { directory: write, id });
    try {
      const probe = await writing?.checkUpload(listed.style);
      const rest = await checkFile(context, { pulled: listed.pulled, probe });
      await this.#countConnections(connections, context.sessions);
      if (probe !== undefined) {
        await writing?.checkMakeDirectory();
        await writing?.checkChanges(probe);
      }
      return rest;
    } finally {
      await writing?.cleanUp();
    }
  }

  async #countConnections(connections: PartnerConnections, sessions: DoctorSessions): Promise<void> {
    const { table, now, deadline } = this.#dependencies;
    const { partner, connection } = this.#partner;
    await this.#recorder.step('connections', async () => {
      await sessions.current();
      const allowed = connection.maxConnections;
      const { signal } = deadline;
      const facts = await countConnections({ partner, allowed, connections, table, now, signal });
      return stepResult(evaluateConnections(facts), { connections: `${facts.opened} of ${facts.allowed}` });
    });
  }

  /** Replaces the finding on TLS where only a session with our client certificate could complete it. */
  async #readTlsFromSession(sessions: DoctorSessions): Promise<void> {
    const { certificate } = toObservedServer(await sessions.current());
    this.certificates = certificate === undefined ? [] : [certificate];
    this.#recorder.replace('tls', {
      ...evaluateTls({ version: 'TLS', cipher: 'with a client certificate' }),
      level: 'warning',
      means: 'The server requires a client certificate, and accepts the one in the secret.',
    });
  }

  /** Records what was learned of the server, for runs and the next doctor, and publishes what has changed. */
  async #remember(rest: RestResult | undefined, sessions: DoctorSessions): Promise<void> {
    const { table, now } = this.#dependencies;
    const { partner, connection } = this.#partner;
    const observed = toObservedServer(await sessions.current());
    const traits = { ...observed.traits, ...this.#recorder.traits };
    const { certificate } = observed;
    this.changes = await observeServer(this.#partner, { certificate, traits }, this.#dependencies);
    if (rest === undefined) return;
    if (rest.proof === 'lies') return dropCapabilities(table, partner);
    const server = `${connection.host}:${connection.port}`;
    const before = await provenCapabilities(table, partner);
    const isMore = before?.server !== server || before.restUpTo < rest.upTo;
    if (rest.proof === 'proved' && isMore) {
      await recordCapabilities(table, partner, { server, restUpTo: rest.upTo, at: now() });
    }
  }
}
