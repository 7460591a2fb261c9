import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { partnerOutline } from '../../lambdas/contract/partner-file/partner-outline.ts';
import { referencedFiles } from '../../lambdas/contract/partner-file/referenced-files.ts';
import { YamlFile } from '../../lambdas/contract/partner-file/yaml-file.ts';
import { sourceDigest } from './source-digest.ts';

/**
 * What a stack is synthesized from besides the app, as a digest: the names and contents of the partner files,
 * of what is beside them, and of what they refer to elsewhere, for one stage. Empty without the folder.
 */
export function stackInputs({
  partnersFolder,
  stage,
}: {
  readonly partnersFolder: string;
  readonly stage: string;
}): string {
  const folder = resolve(partnersFolder);
  if (!existsSync(folder)) return '';
  return sourceDigest([folder, ...referencedElsewhere(folder)], { salt: stage });
}

/** Files outside of the folder that partner files name, such as a certificate authority `../ca/acme.pem`. */
function referencedElsewhere(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  const referenced = names.flatMap((name) => {
    const file = join(folder, name);
    const yaml = new YamlFile({ file, name, content: readUnlessFolder(file) });
    return referencedFiles(partnerOutline(yaml.value)).map((each) => resolve(folder, each));
  });
  const elsewhere = referenced.filter((path) => !path.startsWith(`${folder}${sep}`));
  return [...new Set(elsewhere)].filter(isFile).toSorted();
}

function readUnlessFolder(path: string): string | undefined {
  return isFile(path) ? readFileSync(path, 'utf8') : undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
