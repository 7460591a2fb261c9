import { estimate } from '../cost/estimate.ts';
import { estimateText } from '../cost/estimate-text.ts';
import { readPrices } from '../cost/price-list.ts';
import { readWorkload, type WorkloadOptions } from '../cost/read-workload.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import type { Output } from '../output.ts';

/** `cost --files N --bytes B`: the month's bill for such work, by service. Asks nobody: prices are in the repository. */
export async function cost(options: WorkloadOptions, output: Output): Promise<ExitCode> {
  const read = readWorkload(options);
  if (read.kind === 'faults') throw new CommandFault(exitCodes.usage, read.faults.join('\n'));
  const estimated = estimate(read.workload, readPrices(read.workload.region));
  output.json(estimated);
  output.text(estimateText(estimated));
  return exitCodes.done;
}
