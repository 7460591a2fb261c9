import type { Flow } from '../../lambdas/contract/partner-file/partner-file.ts';
import { parseRelativePath, type RelativePath } from '../../lambdas/core/path/relative-path.ts';
import { CommandError, exitCodes } from '../exit-code.ts';

/**
 * The path of a file in the ledger, which is below the flow's remote directory or prefix. Accepts a path as
 * an operator copies it, with the remote directory, or for a push with the prefix, in front.
 * @example entryPath(flow, '/outgoing/invoices/a.csv') // 'a.csv' for `remote: /outgoing/invoices`
 * @throws CommandError (usage) when the path names no file below them.
 */
export function entryPath(flow: Flow, path: string): RelativePath {
  const starts = flow.direction === 'push' ? [flow.prefix, withSlash(flow.remote)] : [withSlash(flow.remote)];
  const start = starts.find((each) => path.startsWith(each)) ?? '';
  const rest = path.slice(start.length);
  if (rest !== '') return parseRelativePath(rest);
  const folder = flow.direction === 'push' ? flow.prefix : flow.remote;
  const message = `'${path}' is not a file of the flow ${flow.name}. Give the path of a file below ${folder}.`;
  throw new CommandError(exitCodes.usage, message);
}

function withSlash(remote: string): string {
  return remote === '/' ? '/' : `${remote}/`;
}
