import type { FlowId, PartnerId } from '../../lambdas/contract/ids.ts';
import { openFiles } from '../../lambdas/ledger/attention.ts';
import { type FileState, isPageToken, type KnownFile, knownFiles } from '../../lambdas/ledger/known-files.ts';
import type { Table } from '../../lambdas/ledger/table.ts';
import { makeSelector } from '../../lambdas/sync/selection.ts';
import { bytesText, countText } from '../amounts.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import { textTable } from '../text-table.ts';
import { withStage } from '../with-stage.ts';

export interface FilesWanted {
  readonly partner: PartnerId | undefined;
  readonly flow: FlowId | undefined;
  /** One directory of one flow, which is asked for quickly. */
  readonly directory: string | undefined;
  readonly state: FileState | undefined;
  /** A glob on the path. */
  readonly name: string | undefined;
  readonly since: Date | undefined;
  /** About so many: a page of the table is never cut. */
  readonly limit: number;
  /** Where the pages before have ended. */
  readonly token: string | undefined;
}

/** `files [PARTNER [FLOW]]`: what the ledger knows of files, a page at a time; no more than that is held. */
export async function files(wanted: FilesWanted, options: CommonOptions): Promise<ExitCode> {
  return withStage(options, 'files', async ({ table }) => {
    const { found, next } = await page(table, wanted);
    options.output.json({ files: found, ...(next === undefined ? {} : { next }) });
    if (found.length > 0) options.output.text(textTable(header, found.map(rowOf)));
    options.output.text(`${countText(found.length, 'file')}.\n`);
    if (next !== undefined) options.output.text(`More: the same with --token ${next}\n`);
    return exitCodes.done;
  });
}

interface Found {
  readonly found: readonly KnownFile[];
  readonly next: string | undefined;
}

async function page(table: Table, wanted: FilesWanted): Promise<Found> {
  const isWanted = filterOf(wanted);
  const found: KnownFile[] = [];
  // What has failed has an index of its own, which is small whatever the size of the table.
  if (wanted.state === 'failed' && wanted.directory === undefined) {
    for await (const file of failedFiles(table)) if (isWanted(file)) found.push(file);
    return { found, next: undefined };
  }
  let { token } = wanted;
  if (token !== undefined && !isPageToken(token)) {
    const message = `'${token}' is no token: 'files' says that of the next page below each page but the last.`;
    throw new CommandFault(exitCodes.usage, message);
  }
  do {
    const { files: some, next } = await knownFiles(table, wanted, token);
    found.push(...some.filter(isWanted));
    token = next;
  } while (token !== undefined && found.length < wanted.limit);
  return { found, next: token };
}

async function* failedFiles(table: Table): AsyncGenerator<KnownFile> {
  for await (const { partner, flow, path, at, fault, message } of openFiles(table)) {
    yield { partner, flow, path, state: 'failed', at, sizeBytes: undefined, detail: `${fault}: ${message}` };
  }
}

function filterOf({ partner, flow, state, name, since }: FilesWanted): (file: KnownFile) => boolean {
  const select = name === undefined ? undefined : makeSelector({ include: [name], exclude: [] });
  return (file) =>
    (partner === undefined || file.partner === partner) &&
    (flow === undefined || file.flow === flow) &&
    (state === undefined || file.state === state) &&
    (since === undefined || (file.at !== undefined && new Date(file.at) >= since)) &&
    (select === undefined || select(file.path) === 'selected');
}

const header = ['STATE', 'FLOW', 'FILE', 'SIZE', 'AT', 'WHY'];

function rowOf({ state, partner, flow, path, sizeBytes, at, detail }: KnownFile): string[] {
  const size = sizeBytes === undefined ? '' : bytesText(sizeBytes);
  return [state, `${partner}/${flow}`, path, size, at ?? '', detail];
}
