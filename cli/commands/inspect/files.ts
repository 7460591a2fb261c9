import type { FlowId, PartnerId } from '../../../lambdas/contract/ids.ts';
import { makeSelector } from '../../../lambdas/core/path/selection.ts';
import { openFiles } from '../../../lambdas/ledger/alerts/attention.ts';
import {
  type FileState,
  fileStates,
  isPageToken,
  type KnownFile,
  knownFiles,
} from '../../../lambdas/ledger/entries/known-files.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import { bytesText, countText } from '../../../lambdas/report/amounts.ts';
import { refuseUnknownFlow } from '../../args/chosen-flows.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import type { Invocation } from '../../args/invocation.ts';
import { CommandError, type ExitCode, exitCodes } from '../../exit-code.ts';
import { withStage } from '../../stage/with-stage.ts';
import { textTable } from '../../text/text-table.ts';
import { whenText } from '../../text/time-text.ts';

export const command: CommandDefinition = {
  usage: 'files [partner] [flow]',
  summary: 'list files and objects in the ledger',
  description:
    'List the files of pull flows and the objects of push flows that the ledger knows, page by page. ' +
    '--directory and --state failed are fast; everything else scans the table.',
  options: [
    { flags: '--state <state>', description: `only files in this state: ${fileStates.join(', ')}` },
    { flags: '--name <glob>', description: 'only paths that match the pattern, such as **/*.csv' },
    {
      flags: '--directory <path>',
      description: "only this directory of one flow; an empty path is the flow's top directory",
    },
    { flags: '--since <time>', description: 'only files that have been in their state since this time' },
    { flags: '--limit <count>', description: 'approximate number of files per page', default: '1000' },
    { flags: '--token <token>', description: 'continue after the page that printed this token' },
    ...commonOptions,
  ],
  action: (invocation) => files(parseRequest(invocation), invocation.commonOptions()),
};

interface FilesRequest {
  readonly partner: PartnerId | undefined;
  readonly flow: FlowId | undefined;
  /** One directory of one flow: a single Query. */
  readonly directory: string | undefined;
  readonly state: FileState | undefined;
  /** A glob on the path. */
  readonly name: string | undefined;
  readonly since: Date | undefined;
  /** Approximate: a page of the table is shown whole. */
  readonly limit: number;
  /** Where the previous page ended. */
  readonly token: string | undefined;
}

function parseRequest(invocation: Invocation): FilesRequest {
  const names =
    invocation.args.length === 0 ? { partner: undefined, flow: undefined } : invocation.partnerOrFlow();
  const directory = invocation.text('directory');
  if (directory !== undefined && names.flow === undefined) {
    throw new CommandError(exitCodes.usage, '--directory needs PARTNER and FLOW.');
  }
  return {
    ...names,
    directory: directory?.replaceAll(/^\/|\/$/g, ''),
    state: invocation.oneOf('state', fileStates),
    name: invocation.text('name'),
    since: invocation.time('since'),
    limit: invocation.count('limit', 1) ?? 1000,
    token: invocation.text('token'),
  };
}

/** Holds one page. */
async function files(request: FilesRequest, options: CommonOptions): Promise<ExitCode> {
  return withStage(options, 'files', async (stage) => {
    const { found, next } = await readPage(stage.table, request);
    if (found.length === 0) await refuseUnknownFlow(stage, request);
    options.output.json({ files: found, ...(next === undefined ? {} : { next }) });
    if (found.length > 0) options.output.text(textTable(header, found.map(toRow)));
    options.output.text(`${countText(found.length, 'file')}.\n`);
    if (next !== undefined) options.output.text(`For the next page, add --token ${next}\n`);
    return exitCodes.done;
  });
}

interface FoundPage {
  readonly found: readonly KnownFile[];
  readonly next: string | undefined;
}

async function readPage(table: Table, request: FilesRequest): Promise<FoundPage> {
  const isWanted = makeFilter(request);
  const found: KnownFile[] = [];
  // Failed files have their own index, which is small whatever the size of the table.
  if (request.state === 'failed' && request.directory === undefined) {
    for await (const file of failedFiles(table)) if (isWanted(file)) found.push(file);
    return { found, next: undefined };
  }
  let { token } = request;
  if (token !== undefined && !isPageToken(token)) {
    const message = `'${token}' is not a valid page token. Use the token that 'files' printed below the previous page.`;
    throw new CommandError(exitCodes.usage, message);
  }
  do {
    const { files: some, next } = await knownFiles(table, request, token);
    found.push(...some.filter(isWanted));
    token = next;
  } while (token !== undefined && found.length < request.limit);
  return { found, next: token };
}

async function* failedFiles(table: Table): AsyncGenerator<KnownFile> {
  for await (const { partner, flow, path, at, error, message } of openFiles(table)) {
    yield { partner, flow, path, state: 'failed', at, sizeBytes: undefined, detail: `${error}: ${message}` };
  }
}

function makeFilter({ partner, flow, state, name, since }: FilesRequest): (file: KnownFile) => boolean {
  const select = name === undefined ? undefined : makeSelector({ include: [name], exclude: [] });
  return (file) =>
    (partner === undefined || file.partner === partner) &&
    (flow === undefined || file.flow === flow) &&
    (state === undefined || file.state === state) &&
    (since === undefined || (file.at !== undefined && new Date(file.at) >= since)) &&
    (select === undefined || select(file.path) === 'selected');
}

const header = ['STATE', 'FLOW', 'FILE', 'SIZE', 'SINCE', 'DETAIL'];

function toRow({ state, partner, flow, path, sizeBytes, at, detail }: KnownFile): string[] {
  const size = sizeBytes === undefined ? '' : bytesText(sizeBytes);
  return [state, `${partner}/${flow}`, path, size, at === undefined ? '' : whenText(at), detail];
}
