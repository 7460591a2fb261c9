import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { shareFunctions } from '../functions/share-functions.ts';
import { type PartnerFolder, writePartners } from '../partner/partner-folder.ts';
import type { PartnerSetup } from '../partner/test-partner.ts';
import { type CommandEnd, type RunningCommand, startCli } from './run-cli.ts';

/** A folder for commands, with partner files, secrets and local state. */
export interface CliFolder extends CommandPlaces {
  readonly folder: string;
  /** The working directory of commands, which must stay empty. */
  readonly home: string;
  /** Runs a command with this folder's partners, secrets and data. */
  run(...args: readonly string[]): Promise<CommandEnd>;
  start(...args: readonly string[]): RunningCommand;
  /** The same, with other places instead of those of this folder. */
  startIn(places: Partial<CommandPlaces>, ...args: readonly string[]): RunningCommand;
}

interface CommandPlaces extends PartnerFolder {
  readonly dataFolder: string;
}

/** Creates the folder and removes it at the end of the test file. */
export function makeCliFolder(setups: readonly PartnerSetup[]): CliFolder {
  const folder = mkdtempSync(join(tmpdir(), 'ftps-sync-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const own = { ...writePartners(folder, setups), dataFolder: join(folder, 'data') };
  const home = join(folder, 'home');
  mkdirSync(home);
  shareFunctions(own.dataFolder);
  const startIn: CliFolder['startIn'] = (given, ...args) => {
    const { partners, secrets, dataFolder } = { ...own, ...given };
    return startCli([...args, '--partners', partners, '--secrets', secrets, '--data', dataFolder], home);
  };
  return {
    ...own,
    folder,
    home,
    startIn,
    start: (...args) => startIn({}, ...args),
    run: (...args) => startIn({}, ...args).ended,
  };
}
