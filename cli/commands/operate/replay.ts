import { outcomeSchema } from '../../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import type { FlowId, PartnerId, RunId } from '../../../lambdas/contract/ids.ts';
import type { Flow } from '../../../lambdas/contract/partner-file/partner-file.ts';
import { isBelow, keyBelow, pathBelow, type RelativePath } from '../../../lambdas/core/path/relative-path.ts';
import type { RemotePath } from '../../../lambdas/core/path/remote-path.ts';
import { readDirectory } from '../../../lambdas/ledger/entries/file-entries.ts';
import { markReplay } from '../../../lambdas/ledger/entries/replay-marks.ts';
import { readRun } from '../../../lambdas/ledger/runs/run-record.ts';
import { findFlow } from '../../../lambdas/partners/read-partner.ts';
import { countText } from '../../../lambdas/report/amounts.ts';
import { listKeys, readJsonLines } from '../../../lambdas/s3/documents/documents.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { entryPath } from '../../args/entry-path.ts';
import { type Invocation, reasonOption } from '../../args/invocation.ts';
import { parseRunId } from '../../args/names.ts';
import type { PushRoute } from '../../deliveries/push-groups.ts';
import { pushObjects } from '../../deliveries/push-states.ts';
import { replayDelivery } from '../../deliveries/replay-delivery.ts';
import { runPush } from '../../deliveries/run-push.ts';
import { CommandError, type ExitCode, exitCodeForRun, exitCodes } from '../../exit-code.ts';
import { followRun } from '../../runs/follow-run.ts';
import { runFiles } from '../../runs/run-files.ts';
import { recordAudit } from '../../stage/audit.ts';
import type { Stage } from '../../stage/stage.ts';
import { withDeliveringStage } from '../../stage/with-stage.ts';
import { runText } from '../../text/run-text.ts';

export const command: CommandDefinition = {
  usage: 'replay <partner> <flow> [path]',
  summary: 'transfer again a file that the ledger already has',
  description:
    'Transfer again what the ledger already has: one PATH, all files of a pull run (--run), or all objects ' +
    'that a push delivered since a time (--since).',
  options: [
    { flags: '--run <run>', description: 'all files of this run of a pull flow' },
    { flags: '--since <time>', description: 'all objects that a push flow has delivered since this time' },
    reasonOption,
    ...commonOptions,
  ],
  action: (invocation) =>
    replay(
      { ...invocation.flowName(), scope: parseScope(invocation), reason: invocation.reason() },
      invocation.commonOptions(),
    ),
};

/** What to transfer again. */
type ReplayScope =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'run'; readonly run: RunId }
  | { readonly kind: 'since'; readonly since: Date };

interface ReplayRequest {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly scope: ReplayScope;
  readonly reason: string;
}

function parseScope(invocation: Invocation): ReplayScope {
  const [, , path] = invocation.args;
  const run = invocation.text('run');
  const since = invocation.time('since');
  const scopes: ReplayScope[] = [
    ...(path === undefined ? [] : [{ kind: 'path', path } as const]),
    ...(run === undefined ? [] : [{ kind: 'run', run: parseRunId(run) } as const]),
    ...(since === undefined ? [] : [{ kind: 'since', since } as const]),
  ];
  const [scope] = scopes;
  if (scope !== undefined && scopes.length === 1) return scope;
  throw new CommandError(exitCodes.usage, 'Give exactly one of PATH, --run ID and --since TIME.');
}

const page = { offset: 0, limit: 1000 };

/** How many entries are marked concurrently. */
const markConcurrency = 25;

/** Marks the entries in the ledger, then transfers what is marked. */
async function replay(request: ReplayRequest, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow: flowId, scope, reason } = request;
  return withDeliveringStage(options, `replay ${partner} ${flowId}`, async (stage) => {
    const file = await stage.readPartner(partner);
    const flow = findFlow(file, flowId);
    const marked = await markAll(stage, request, listPaths(stage, request, flow));
    if (marked === 0) throw new CommandError(exitCodes.usage, unknownText(request));
    const on =
      scope.kind === 'path' ? scope.path : scope.kind === 'run' ? scope.run : scope.since.toISOString();
    await recordAudit(stage, { kind: 'replay', partner, flow: flowId, reason, on });
    options.output.note(
      `Marked ${countText(marked, 'file')} for replay. A mark stays until the file is transferred.`,
    );
    return flow.direction === 'pull'
      ? replayPull(stage, request, options)
      : replayPush(stage, { partner: file, flow }, { scope, options });
  });
}

async function replayPull(
  stage: Stage,
  { partner, flow, scope }: ReplayRequest,
  { output }: CommonOptions,
): Promise<ExitCode> {
  const report = await followRun(stage, { partner, flow, mode: 'run', acceptListing: false }, output);
  const files = await runFiles(stage, report, page);
  const isPending =
    scope.kind === 'path' && (await isStillMarked(stage, { partner, flow, path: scope.path }));
  output.json({ ...report, files, replayed: !isPending });
  output.text(runText(report, files));
  if (!isPending) return exitCodeForRun(report);
  output.text(
    `${scope.path} was not transferred: it failed, or is not in the partner's listing. It stays marked: the next run that lists it transfers it.\n`,
  );
  return report.status === 'succeeded' ? exitCodes.someFilesFailed : exitCodeForRun(report);
}

async function replayPush(
  stage: Stage,
  { partner, flow }: PushRoute,
  { scope, options }: { readonly scope: ReplayScope; readonly options: CommonOptions },
): Promise<ExitCode> {
  if (scope.kind !== 'path') return runPush(stage, { partner, flow }, page, options);
  return replayDelivery(stage, { partner, flow, relativePath: entryPath(flow, scope.path) }, options);
}

async function* listPaths(
  stage: Stage,
  { partner, scope }: ReplayRequest,
  flow: Flow,
): AsyncGenerator<RelativePath> {
  const flowName = { partner, flow: flow.name };
  switch (scope.kind) {
    case 'path':
      yield entryPath(flow, scope.path);
      return;
    case 'run':
      if (flow.direction === 'push') throw new CommandError(exitCodes.usage, pushHasNoRuns);
      if ((await readRun(stage.table, { ...flowName, runId: scope.run, mode: 'run' })) === undefined) {
        throw new CommandError(exitCodes.usage, `${partner}/${flow.name} has no run ${scope.run}.`);
      }
      yield* listRunPaths(stage, runFolder({ ...flowName, runId: scope.run }), flow.remote);
      return;
    case 'since':
      if (flow.direction === 'pull') throw new CommandError(exitCodes.usage, pullHasRuns);
      for await (const { key, state } of pushObjects(stage, { flowName, flow })) {
        if (state.kind === 'delivered' && state.at >= scope.since) yield keyBelow(flow.prefix, key);
      }
      return;
  }
  scope satisfies never;
}

const pushHasNoRuns = 'A push flow has no runs: each object is a delivery. Give a PATH, or --since TIME.';
const pullHasRuns =
  "--since is for push flows. For a pull flow, give a PATH, or --run ID ('runs' lists runs).";

/** The files that the run transferred, or failed to transfer. */
async function* listRunPaths(
  { runs }: Stage,
  folder: string,
  remote: RemotePath,
): AsyncGenerator<RelativePath> {
  for await (const key of listKeys(runs, `${folder}${documentNames.outcomes}`)) {
    for await (const { kind, path } of readJsonLines(runs, key, outcomeSchema)) {
      if (kind !== 'unchanged' && isBelow(remote, path)) yield pathBelow(remote, path);
    }
  }
}

/** @returns how many of the paths the ledger has. */
async function markAll(
  { table, operator }: Stage,
  { partner, flow, reason }: ReplayRequest,
  paths: AsyncIterable<RelativePath>,
): Promise<number> {
  const mark = { who: await operator(), reason, at: new Date() };
  let marked = 0;
  let waiting: Promise<'marked' | 'unknown'>[] = [];
  const settle = async () => {
    for (const answer of await Promise.all(waiting)) marked += answer === 'marked' ? 1 : 0;
    waiting = [];
  };
  for await (const relativePath of paths) {
    waiting.push(markReplay(table, { flowName: { partner, flow }, relativePath }, mark));
    if (waiting.length === markConcurrency) await settle();
  }
  await settle();
  return marked;
}

async function isStillMarked(
  stage: Stage,
  { partner, flow: flowId, path }: Pick<ReplayRequest, 'partner' | 'flow'> & { readonly path: string },
): Promise<boolean> {
  const flow = findFlow(await stage.readPartner(partner), flowId);
  const relativePath = entryPath(flow, path);
  const slash = relativePath.lastIndexOf('/');
  const name = relativePath.slice(slash + 1);
  const where = { directory: relativePath.slice(0, Math.max(0, slash)), names: new Set([name]) };
  const records = await readDirectory(stage.table, { partner, flow: flowId }, where);
  return records.get(name)?.replay !== undefined;
}

function unknownText({ partner, flow, scope }: ReplayRequest): string {
  const what = scope.kind === 'path' ? `no entry ${scope.path}` : 'none of these files';
  return `The ledger of ${partner}/${flow} has ${what}. To list entries: files ${partner} ${flow}`;
}
