import { containmentRefusal } from './contained-program.ts';
import { installedPath, installRemedy } from './installed-path.ts';
import { proftpd, startProftpd } from './proftpd.ts';
import { pureftpd, startPureftpd } from './pure-ftpd.ts';
import { pyftpdlib } from './pyftpdlib.ts';
import type {
  ProgramName,
  RealServer,
  RealServerOptions,
  Security,
  ServerName,
  SessionReuse,
} from './real-server.ts';
import type { ServerProgram } from './server-program.ts';
import { startVsftpd, vsftpd } from './vsftpd.ts';

export interface AvailableServer {
  readonly name: ServerName;
  /** The kinds of TLS that it supports. */
  readonly securities: readonly Security[];
  readonly sessionReuse: SessionReuse;
  start(options: RealServerOptions): Promise<RealServer>;
}

interface AbsentServer {
  readonly name: ServerName;
  /** What is missing, and how to enable it. */
  readonly reason: string;
}

export interface AvailableServers {
  readonly ready: readonly AvailableServer[];
  readonly absent: readonly AbsentServer[];
}

const servers = [
  { program: vsftpd, start: startVsftpd },
  { program: proftpd, start: startProftpd },
  { program: pureftpd, start: startPureftpd },
];

/**
 * Which real servers can run on this machine, and why the others cannot. Does not throw for a missing server.
 */
export async function availableServers(): Promise<AvailableServers> {
  const refusal = await containmentRefusal();
  const ready: AvailableServer[] = [];
  const absent: AbsentServer[] = [];
  for (const { program, start } of servers) {
    const { name, securities, sessionReuse } = program;
    const reason = refusal ?? (await absence(program));
    if (reason === undefined) ready.push({ name, securities, sessionReuse, start });
    else absent.push({ name, reason });
  }
  return { ready, absent };
}

/** Why pyftpdlib cannot run on this machine; undefined where it can. */
export async function pyftpdlibAbsence(): Promise<string | undefined> {
  return (await containmentRefusal()) ?? (await absence(pyftpdlib));
}

async function absence({ name, parts }: ServerProgram<ProgramName>): Promise<string | undefined> {
  for (const part of parts) {
    if ((await installedPath(name, part)) === undefined) return `${part} is not installed: ${installRemedy}`;
  }
  return undefined;
}
