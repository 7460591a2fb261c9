import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type PartnerFolder, writePartners } from './partner-folder.ts';
import { type CommandEnd, type RunningCommand, startCli } from './run-cli.ts';
import { shareFunctions } from './share-functions.ts';
import type { PartnerSetup } from './test-partner.ts';

/** A folder in which commands are run, with their partner files, secrets and local state. */
export interface CliFolder extends CommandPlaces {
  readonly folder: string;
  /** Where commands work; nothing of theirs belongs there. */
  readonly home: string;
  /** Runs a command with this folder's partners, secrets and data. */
  run(...args: readonly string[]): Promise<CommandEnd>;
  start(...args: readonly string[]): RunningCommand;
  /** The same, with other places instead of this folder's own. */
  startIn(places: Partial<CommandPlaces>, ...args: readonly string[]): RunningCommand;
}

interface CommandPlaces extends PartnerFolder {
  readonly dataFolder: string;
}

/** Makes the folder; it goes with the test file. */
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
