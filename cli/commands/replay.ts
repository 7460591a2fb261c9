import type { FlowId, PartnerId, RunId } from '../../lambdas/contract/ids.ts';
import { outcomeSchema } from '../../lambdas/contract/outcome-documents.ts';
import type { Flow, PartnerFile } from '../../lambdas/contract/partner-file.ts';
import { documentNames, runFolder } from '../../lambdas/contract/run-folder.ts';
import { filesOfDirectory } from '../../lambdas/ledger/file-entries.ts';
import { markReplay } from '../../lambdas/ledger/replay-marks.ts';
import { readRun } from '../../lambdas/ledger/run-record.ts';
import { flowOf } from '../../lambdas/partners/read-partner.ts';
import { keysUnder, readJsonLines } from '../../lambdas/s3/documents.ts';
import { pathBelow } from '../../lambdas/sync/remote-path.ts';
import { countText } from '../amounts.ts';
import { entryPath } from '../entry-path.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import { operatorName, recordDeed } from '../operator.ts';
import type { CommonOptions } from '../options.ts';
import { pushObjects } from '../push-states.ts';
import { replayDelivery } from '../replay-delivery.ts';
import { runFiles } from '../run-files.ts';
import { runText } from '../run-text.ts';
import type { Stage } from '../stage.ts';
import { withDeliveringStage } from '../with-stage.ts';
import { runPush } from './push.ts';
import { exitCodeOf } from './run.ts';

/** What is to be moved again: one file, all files of a run of a pull, or all objects that a push has delivered since a time. */
export type ReplayScope =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'run'; readonly run: RunId }
  | { readonly kind: 'since'; readonly since: Date };

export interface ReplayWanted {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly scope: ReplayScope;
  readonly reason: string;
}

const page = { offset: 0, limit: 1000 };

/** How many entries are marked at once. */
const marksAtOnce = 25;

/** `replay PARTNER FLOW PATH|--run ID|--since TIME`: marks what is wanted again in the ledger, and moves it at once. */
export async function replay(wanted: ReplayWanted, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow: flowId, scope, reason } = wanted;
  return withDeliveringStage(options, `replay ${partner} ${flowId}`, async (stage) => {
    const file = await stage.readPartner(partner);
    const flow = flowOf(file, flowId);
    const marked = await markAll(stage, wanted, pathsOf(stage, wanted, flow));
    if (marked === 0) throw new CommandFault(exitCodes.usage, nothingKnown(wanted));
    const on =
      scope.kind === 'path' ? scope.path : scope.kind === 'run' ? scope.run : scope.since.toISOString();
    await recordDeed(stage, { kind: 'replay', partner, flow: flowId, reason, on });
    options.output.note(`${countText(marked, 'file')} marked. The marks stay until each is moved again.`);
    return flow.direction === 'pull'
      ? replayPull(stage, wanted, options)
      : replayPush(stage, { wanted, file, flow }, options);
  });
}

async function replayPull(
  stage: Stage,
  { partner, flow, scope }: ReplayWanted,
  { output }: CommonOptions,
): Promise<ExitCode> {
  const report = await followRun(stage, { partner, flow, mode: 'run', acceptListing: false }, output);
  const files = await runFiles(stage, report, page);
  const isLeft = scope.kind === 'path' && (await isStillMarked(stage, { partner, flow, path: scope.path }));
  output.json({ ...report, files, replayed: !isLeft });
  output.text(runText(report, files));
  if (!isLeft) return exitCodeOf(report);
  output.text(
    `${scope.path} was not taken again: it failed, or is not in the partner's listing now. The mark stays, and the next run that finds it takes it.\n`,
  );
  return report.status === 'succeeded' ? exitCodes.someFilesFailed : exitCodeOf(report);
}

async function replayPush(
  stage: Stage,
  replayed: { readonly wanted: ReplayWanted; readonly file: PartnerFile; readonly flow: Flow },
  options: CommonOptions,
): Promise<ExitCode> {
  const { file: partner, flow, wanted } = replayed;
  if (flow.direction !== 'push') throw new TypeError('a pull is not delivered');
  const { scope } = wanted;
  if (scope.kind !== 'path') return runPush(stage, { partner, flow }, page, options);
  return replayDelivery(stage, { partner, flow, relativePath: entryPath(flow, scope.path) }, options);
}

async function* pathsOf(stage: Stage, { partner, scope }: ReplayWanted, flow: Flow): AsyncGenerator<string> {
  const flowName = { partner, flow: flow.name };
  switch (scope.kind) {
    case 'path':
      yield entryPath(flow, scope.path);
      return;
    case 'run':
      if (flow.direction === 'push') throw new CommandFault(exitCodes.usage, pushHasNoRuns);
      if ((await readRun(stage.table, { ...flowName, runId: scope.run, mode: 'run' })) === undefined) {
        throw new CommandFault(exitCodes.usage, `${partner}/${flow.name} has no run ${scope.run}.`);
      }
      yield* movedBy(stage, runFolder({ ...flowName, runId: scope.run }), flow.remote);
      return;
    case 'since':
      if (flow.direction === 'pull') throw new CommandFault(exitCodes.usage, pullHasRuns);
      for await (const { key, state } of pushObjects(stage, { flowName, flow })) {
        if (state.kind === 'delivered' && state.at >= scope.since) yield key.slice(flow.prefix.length);
      }
      return;
  }
  scope satisfies never;
}

const pushHasNoRuns = 'A push has no runs: each object is a delivery. Name its PATH, or --since TIME.';
const pullHasRuns = "A pull has runs: name one by --run ID ('runs' shows them), or a PATH.";

/** What the run brought, and what it tried to bring. */
async function* movedBy(
  { runs }: Stage,
  folder: string,
  remote: Parameters<typeof pathBelow>[0],
): AsyncGenerator<string> {
  for await (const key of keysUnder(runs, `${folder}${documentNames.outcomes}`)) {
    for await (const { kind, path } of readJsonLines(runs, key, outcomeSchema)) {
      const below = kind === 'unchanged' ? undefined : pathBelow(remote, path);
      if (below !== undefined) yield below;
    }
  }
}

/** @returns how many the ledger knew. */
async function markAll(
  { table }: Stage,
  { partner, flow, reason }: ReplayWanted,
  paths: AsyncIterable<string>,
): Promise<number> {
  const mark = { who: operatorName(), reason, at: new Date() };
  let marked = 0;
  let waiting: Promise<'marked' | 'unknown'>[] = [];
  const settle = async () => {
    for (const answer of await Promise.all(waiting)) marked += answer === 'marked' ? 1 : 0;
    waiting = [];
  };
  for await (const relativePath of paths) {
    waiting.push(markReplay(table, { flowName: { partner, flow }, relativePath }, mark));
    if (waiting.length === marksAtOnce) await settle();
  }
  await settle();
  return marked;
}

async function isStillMarked(
  stage: Stage,
  { partner, flow: flowId, path }: Pick<ReplayWanted, 'partner' | 'flow'> & { readonly path: string },
): Promise<boolean> {
  const flow = flowOf(await stage.readPartner(partner), flowId);
  const relativePath = entryPath(flow, path);
  const slash = relativePath.lastIndexOf('/');
  const name = relativePath.slice(slash + 1);
  const where = { directory: relativePath.slice(0, Math.max(0, slash)), names: new Set([name]) };
  const records = await filesOfDirectory(stage.table, { partner, flow: flowId }, where);
  return records.get(name)?.replay !== undefined;
}

function nothingKnown({ partner, flow, scope }: ReplayWanted): string {
  const what = scope.kind === 'path' ? `${scope.path}` : 'any file of that';
  return `The ledger of ${partner}/${flow} does not know ${what}. 'files ${partner} ${flow}' shows what it knows.`;
}
