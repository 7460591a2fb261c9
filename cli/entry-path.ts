import type { Flow } from '../lambdas/contract/partner-file.ts';

/**
 * A path as the ledger has it, below the flow's remote directory or prefix. Operators copy paths from where they see them: a pull's
 * may begin with the remote directory, and a push's with the prefix or the remote directory.
 */
export function entryPath(flow: Flow, path: string): string {
  const starts = flow.direction === 'push' ? [flow.prefix, below(flow.remote)] : [below(flow.remote)];
  const start = starts.find((each) => path.startsWith(each)) ?? '';
  return path.slice(start.length);
}

function below(remote: string): string {
  return remote === '/' ? '/' : `${remote}/`;
}
