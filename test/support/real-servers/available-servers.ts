import { containmentRefusal } from './contained-program.ts';
import { installedPath, installRemedy } from './installed-path.ts';
import { proftpd } from './proftpd.ts';
import { pureftpd } from './pure-ftpd.ts';
import type { RealServer, RealServerOptions, Security, ServerName, SessionReuse } from './real-server.ts';
import type { ServerProgram } from './server-program.ts';
import { startRealServer } from './start-real-server.ts';
import { vsftpd } from './vsftpd.ts';

export interface AvailableServer {
  readonly name: ServerName;
  /** The kinds of TLS start that it has. */
  readonly securities: readonly Security[];
  readonly sessionReuse: SessionReuse;
  start(options: RealServerOptions): Promise<RealServer>;
}

export interface AbsentServer {
  readonly name: ServerName;
  /** What is missing, and how to enable it. */
  readonly reason: string;
}

export interface AvailableServers {
  readonly ready: readonly AvailableServer[];
  readonly absent: readonly AbsentServer[];
}

const programs: readonly ServerProgram[] = [vsftpd, proftpd, pureftpd];

/** Which real servers can run on this machine, and why not the others. Never throws for a server that is not there. */
export async function availableServers(): Promise<AvailableServers> {
  const refusal = await containmentRefusal();
  const found = await Promise.all(
    programs.map(async (program) => ({ program, reason: refusal ?? (await absence(program)) })),
  );
  return {
    ready: found.flatMap(({ program, reason }) => (reason === undefined ? [available(program)] : [])),
    absent: found.flatMap(({ program, reason }) =>
      reason === undefined ? [] : [{ name: program.name, reason }],
    ),
  };
}

async function absence({ name, parts }: ServerProgram): Promise<string | undefined> {
  for (const part of parts) {
    if ((await installedPath(name, part)) === undefined) return `${part} is not installed: ${installRemedy}`;
  }
  return undefined;
}

function available(program: ServerProgram): AvailableServer {
  const { name, securities, sessionReuse } = program;
  return { name, securities, sessionReuse, start: (options) => startRealServer(program, options) };
}
