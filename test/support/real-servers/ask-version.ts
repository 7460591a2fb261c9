import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a command that prints a version, and returns the first one in its output, such as `1.3.8`. */
export async function askVersion([program, ...args]: readonly [string, ...string[]]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args);
  const version = /\d+\.\d+(\.\d+)*/.exec(stdout + stderr)?.[0];
  if (version === undefined) throw new Error(`${program} did not print its version: ${stdout}${stderr}`);
  return version;
}
