import type { Command } from 'commander';
import { z } from 'zod';
import { flowIdSchema, partnerIdSchema } from '../lambdas/contract/ids.ts';
import { fileStates } from '../lambdas/ledger/known-files.ts';
import { add, ends, paged, pageOf } from './command-frame.ts';
import { adopt } from './commands/adopt.ts';
import { approve } from './commands/approve.ts';
import { files } from './commands/files.ts';
import { forget } from './commands/forget.ts';
import { pause, resume } from './commands/pause.ts';
import { type ReplayScope, replay } from './commands/replay.ts';
import { runStates, runs } from './commands/runs.ts';
import { CommandFault, exitCodes } from './exit-code.ts';
import { parseRunId } from './find-run.ts';
import { commonOptions } from './options.ts';

/** The ledger asked, and the acts of an operator, each of which is recorded with who did it, when, and why. */
export function addOperatorCommands(program: Command): void {
  addQuestions(program);
  addActs(program);
}

function addQuestions(program: Command): void {
  paged(add(program, 'runs [partner] [flow]', 'runs, the newest first, and what operators did'))
    .option('--state <state>', `only those: ${runStates.join(', ')}`)
    .option('--since <time>', 'only from this time on: 2026-11-20T02:00:00Z, or 2026-11-20')
    .action(
      ends(([partner, flow], command) => {
        const state = oneOf(command, 'state', runStates);
        const wanted = { partner, flow, state, since: timeOf(command), page: pageOf(command) };
        return runs(wanted, commonOptions(command));
      }),
    );
  add(program, 'files [partner] [flow]', 'what the ledger knows of files and objects')
    .option('--state <state>', `only those: ${fileStates.join(', ')}`)
    .option('--name <glob>', 'only paths that it matches: **/*.csv')
    .option('--directory <path>', 'only this directory of one flow, which is quick; empty: the flow itself')
    .option('--since <time>', 'only what came into its state from this time on')
    .option('--limit <count>', 'about so many at a time', '1000')
    .option('--token <token>', 'go on where a page before has ended')
    .action(
      ends(([partner, flow], command) => {
        const { name, directory, token } = textsOf(command);
        return files(
          {
            ...maybeFlow(partner, flow),
            state: oneOf(command, 'state', fileStates),
            since: timeOf(command),
            limit: countOf(command),
            name,
            directory: directoryOf(directory, flow),
            token,
          },
          commonOptions(command),
        );
      }),
    );
}

function addActs(program: Command): void {
  const act = (usage: string, description: string) =>
    add(program, usage, description).requiredOption('--reason <text>', 'why: it is recorded, with your name');
  act('replay <partner> <flow> [path]', 'move it again, though the ledger has it')
    .option('--run <run>', 'all files of that run of a pull')
    .option('--since <time>', 'all objects that a push has delivered since then')
    .action(
      ends(([partner, flow, path], command) => {
        const scope = scopeOf(command, path);
        return replay(
          { ...flowNamed(partner, flow), scope, reason: reasonOf(command) },
          commonOptions(command),
        );
      }),
    );
  act('forget <partner> <flow> <path>', 'take what is known of one file out of the ledger')
    .option('--yes', 'do not ask')
    .action(
      ends(([partner, flow, path = ''], command) => {
        const isConfirmed = command.opts().yes === true;
        const wanted = { ...flowNamed(partner, flow), path, reason: reasonOf(command), isConfirmed };
        return forget(wanted, commonOptions(command));
      }),
    );
  paged(act('adopt <partner> <flow>', 'take over objects that were in the bucket before the first run'))
    .option('--dry-run', 'say what would be adopted, and record nothing')
    .action(
      ends(([partner, flow], command) => {
        const mode = command.opts().dryRun === true ? 'plan' : 'run';
        const wanted = {
          ...flowNamed(partner, flow),
          mode,
          page: pageOf(command),
          reason: reasonOf(command),
        } as const;
        return adopt(wanted, commonOptions(command));
      }),
    );
  act('pause <partner> [flow]', 'no run begins and nothing is delivered from now on').action(
    ends(([partner, flow], command) => pause(pauseOf(command, partner, flow), commonOptions(command))),
  );
  act('resume <partner> [flow]', 'let it go on').action(
    ends(([partner, flow], command) => resume(pauseOf(command, partner, flow), commonOptions(command))),
  );
  paged(
    act('approve <run>', 'accept the listing that halted this run, and go on with exactly such a one'),
  ).action(
    ends(([run], command) =>
      approve(
        { run: parseRunId(run ?? ''), reason: reasonOf(command), page: pageOf(command) },
        commonOptions(command),
      ),
    ),
  );
}

/** Both names, which must be there. @throws CommandFault */
export function flowNamed(partner: string | undefined, flow: string | undefined) {
  const read = { partner: partnerIdSchema.safeParse(partner), flow: flowIdSchema.safeParse(flow) };
  if (read.partner.success && read.flow.success) return { partner: read.partner.data, flow: read.flow.data };
  const wrong = read.partner.success ? `The flow's name '${flow}'` : `The partner's name '${partner}'`;
  const rule = [read.partner, read.flow].flatMap(({ error }) => error?.issues ?? [])[0]?.message;
  throw new CommandFault(exitCodes.usage, `${wrong} ${rule}.`);
}

function maybeFlow(partner: string | undefined, flow: string | undefined) {
  if (partner === undefined) return { partner: undefined, flow: undefined };
  const named = flowNamed(partner, flow ?? 'any');
  return { partner: named.partner, flow: flow === undefined ? undefined : named.flow };
}

function pauseOf(command: Command, partner: string | undefined, flow: string | undefined) {
  const named = flowNamed(partner, flow ?? 'any');
  const reason = reasonOf(command);
  return { partner: named.partner, flow: flow === undefined ? undefined : named.flow, reason };
}

function scopeOf(command: Command, path: string | undefined): ReplayScope {
  const { run } = textsOf(command);
  const since = timeOf(command);
  const scopes: ReplayScope[] = [
    ...(path === undefined ? [] : [{ kind: 'path', path } as const]),
    ...(run === undefined ? [] : [{ kind: 'run', run: parseRunId(run) } as const]),
    ...(since === undefined ? [] : [{ kind: 'since', since } as const]),
  ];
  const [scope] = scopes;
  if (scope !== undefined && scopes.length === 1) return scope;
  throw new CommandFault(
    exitCodes.usage,
    'Say what is to be replayed: one of PATH, --run ID and --since TIME.',
  );
}

const longestReason = 500;

function reasonOf(command: Command): string {
  const reason = String(command.opts().reason).trim();
  if (reason !== '' && reason.length <= longestReason) return reason;
  throw new CommandFault(exitCodes.usage, `--reason must have 1 to ${longestReason} characters`);
}

const textsSchema = z.object({
  name: z.string().optional(),
  directory: z.string().optional(),
  token: z.string().optional(),
  run: z.string().optional(),
});

function textsOf(command: Command) {
  const { name, directory, token, run } = textsSchema.parse(command.opts());
  return { name, directory, token, run };
}

function directoryOf(directory: string | undefined, flow: string | undefined): string | undefined {
  if (directory === undefined || flow !== undefined) return directory?.replaceAll(/^\/|\/$/g, '');
  throw new CommandFault(exitCodes.usage, '--directory needs PARTNER and FLOW');
}

/** @throws CommandFault */
function timeOf(command: Command): Date | undefined {
  const { since } = command.opts();
  if (since === undefined) return undefined;
  const time = new Date(String(since));
  if (!Number.isNaN(time.getTime())) return time;
  throw new CommandFault(
    exitCodes.usage,
    `--since must be a time such as 2026-11-20T02:00:00Z, not '${String(since)}'`,
  );
}

function countOf(command: Command): number {
  const limit = Number(command.opts().limit);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new CommandFault(
    exitCodes.usage,
    `--limit must be a whole number from 1, not '${String(command.opts().limit)}'`,
  );
}

function oneOf<T extends string>(command: Command, option: string, words: readonly T[]): T | undefined {
  const said: unknown = command.opts()[option];
  if (said === undefined) return undefined;
  const word = words.find((each) => each === said);
  if (word !== undefined) return word;
  throw new CommandFault(
    exitCodes.usage,
    `--${option} must be one of ${words.join(', ')}, not '${String(said)}'`,
  );
}
