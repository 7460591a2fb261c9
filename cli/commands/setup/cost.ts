import type { CommandDefinition } from '../../args/command-definition.ts';
import { jsonOption } from '../../args/common-options.ts';
import { estimate } from '../../cost/estimate.ts';
import { estimateText } from '../../cost/estimate-text.ts';
import { readPrices } from '../../cost/price-list.ts';
import { readWorkload, type WorkloadOptions, workloadOptionsSchema } from '../../cost/read-workload.ts';
import { CommandError, type ExitCode, exitCodes } from '../../exit-code.ts';
import { makeOutput, type Output } from '../../text/output.ts';

export const command: CommandDefinition = {
  usage: 'cost',
  summary: 'estimate the monthly AWS bill of a workload',
  description:
    'Estimate the monthly AWS bill of a workload, by service, and compare it with AWS Transfer Family. ' +
    'Works offline: prices are in the repository (docs/scale.md).',
  // No common options: the command uses no stage and no partner file, and its --partners is a number.
  options: [
    { flags: '--files <count>', description: 'files that each run of a flow lists', isRequired: true },
    {
      flags: '--bytes <amount>',
      description: 'their total size: 1500000, 20GB or 1.5TiB',
      isRequired: true,
    },
    { flags: '--runs-per-month <count>', description: 'runs of each flow', default: '30' },
    {
      flags: '--changed-share <share>',
      description: 'share of the files that have changed at each run (default: 0.1)',
    },
    { flags: '--new-files <count>', description: 'files that are new at each run; replaces --changed-share' },
    {
      flags: '--directories <count>',
      description: 'directories that hold the files (default: one per 1,000 files)',
    },
    { flags: '--partners <count>', description: 'number of partners, all alike', default: '1' },
    { flags: '--flows <count>', description: 'flows per partner, all alike', default: '1' },
    { flags: '--direction <direction>', description: 'pull or push', default: 'pull' },
    { flags: '--region <region>', description: 'eu-west-1 or us-east-1', default: 'eu-west-1' },
    {
      flags: '--static-address',
      description: 'include a NAT gateway for one outgoing IP address (the constructs create none)',
    },
    jsonOption,
  ],
  action: (invocation) =>
    cost(
      workloadOptionsSchema.parse(invocation.options),
      makeOutput(invocation.flag('json') ? 'json' : 'text'),
    ),
};

async function cost(options: WorkloadOptions, output: Output): Promise<ExitCode> {
  const read = readWorkload(options);
  if (read.kind === 'errors') throw new CommandError(exitCodes.usage, read.errors.join('\n'));
  const estimated = estimate(read.workload, readPrices(read.workload.region));
  output.json(estimated);
  output.text(estimateText(estimated));
  return exitCodes.done;
}
