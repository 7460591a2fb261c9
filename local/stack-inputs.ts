import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { sourceDigest } from './cdk-synth/source-digest.ts';

/** The names and contents of the partner files and what is beside them, for one stage, as a digest. */
export function stackInputs({
  partnersFolder,
  stage,
}: {
  readonly partnersFolder: string;
  readonly stage: string;
}): string {
  const folder = resolve(partnersFolder);
  return existsSync(folder) ? sourceDigest([folder], { salt: stage }) : '';
}
