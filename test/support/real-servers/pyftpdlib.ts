import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { askVersion } from './ask-version.ts';
import { requiredPath } from './installed-path.ts';
import type { ProgramName, RealServer, RealServerOptions } from './real-server.ts';
import type { Launch, Place, ServerProgram } from './server-program.ts';
import { startRealServer } from './start-real-server.ts';

const pythonPattern = 'venv/bin/python3';
const libraryPattern = 'venv/lib/python3*/site-packages/pyftpdlib/__init__.py';

/** Its settings are `no-epsv`, and `local-times`: MLSD and MDTM in local time (`use_gmt_times = False`). */
export const pyftpdlib: ServerProgram<ProgramName> = {
  name: 'pyftpdlib',
  securities: ['explicit'],
  sessionReuse: 'offered',
  parts: [pythonPattern, libraryPattern],
  version: (program) =>
    askVersion([program, '-c', 'from importlib.metadata import version; print(version("pyftpdlib"))']),
  arrange,
};

/** It begins TLS on a data connection only after the 150, and breaks one where the client begins earlier. */
export function startPyftpdlib(options: RealServerOptions): Promise<RealServer> {
  return startRealServer(pyftpdlib, options);
}

async function arrange(place: Place): Promise<Launch> {
  const { folder, ports, root, user } = place;
  const at = (name: string) => join(folder, name);
  await writeFile(at('certificate.pem'), place.keyPem + place.chainPem, { mode: 0o600 });
  const configuration = {
    root,
    user,
    password: place.password,
    certificate: at('certificate.pem'),
    port: ports.control,
    passivePorts: [ports.firstPassive, ports.lastPassive],
    settings: place.settings,
  };
  await writeFile(at('pyftpdlib.json'), JSON.stringify(configuration), { mode: 0o600 });
  const script = join(dirname(import.meta.filename), 'pyftpdlib-server.py');
  return {
    command: [await requiredPath('pyftpdlib', pythonPattern), script, at('pyftpdlib.json')],
    environment: {},
    overlays: [],
  };
}
