import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type PartnerFileSource,
  type PartnerFiles,
  parsePartnerFiles,
} from '../../lambdas/contract/partner-file/parse-partner-files.ts';
import { partnerOutline } from '../../lambdas/contract/partner-file/partner-outline.ts';
import { referencedFiles } from '../../lambdas/contract/partner-file/referenced-files.ts';
import { YamlFile } from '../../lambdas/contract/partner-file/yaml-file.ts';

/**
 * Reads and checks every `*.yaml` and `*.yml` of the folder, with the CA and holidays files that they refer
 * to.
 * @throws Error if the folder cannot be read. What is wrong with a file is in `errors`.
 */
export async function readPartnerFolder(folder: string): Promise<PartnerFiles> {
  const names = await readdir(folder).catch((cause: unknown) => {
    const message = `Cannot read the folder of partner files ${folder}; pass another one with --partners`;
    throw new Error(message, { cause });
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  return readPartnerFiles(files.map((name) => join(folder, name)));
}

/** The same for the given files. Never throws: a file that cannot be read is in `errors`. */
export async function readPartnerFiles(files: readonly string[]): Promise<PartnerFiles> {
  return parsePartnerFiles(await Promise.all(files.map(readSource)));
}

async function readSource(file: string): Promise<PartnerFileSource> {
  const yaml = new YamlFile({ file, name: basename(file), content: await readText(file) });
  const names = referencedFiles(partnerOutline(yaml.value));
  const texts = names.map(async (name) => [name, await readText(resolve(dirname(file), name))] as const);
  return { yaml, referenced: new Map(await Promise.all(texts)) };
}

function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
