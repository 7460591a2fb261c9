import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PartnerSetup, secretOf } from './test-partner.ts';

/** The partner files and secrets of commands. */
export interface PartnerFolder {
  readonly partners: string;
  readonly secrets: string;
}

/** Writes the partner files and the secrets file into the folder, and overwrites existing ones. */
export function writePartners(folder: string, setups: readonly PartnerSetup[]): PartnerFolder {
  const partners = join(folder, 'partners');
  const secrets = join(folder, 'secrets.json');
  mkdirSync(partners, { recursive: true });
  for (const { name, document } of setups) {
    writeFileSync(join(partners, `${name}.yaml`), JSON.stringify(document, undefined, 2));
  }
  const logins = setups.flatMap(({ name, login }) => (login === undefined ? [] : [[secretOf(name), login]]));
  writeFileSync(secrets, JSON.stringify(Object.fromEntries(logins)), { mode: 0o600 });
  return { partners, secrets };
}
