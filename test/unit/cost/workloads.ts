import { readWorkload, type WorkloadOptions } from '../../../cli/cost/read-workload.ts';
import type { Workload } from '../../../cli/cost/workload.ts';

/** The workload of these options, which have no fault. */
export function workload(options: WorkloadOptions): Workload {
  const read = readWorkload({ files: '1000', bytes: '10MB', ...options });
  if (read.kind === 'faults') throw new Error(read.faults.join('\n'));
  return read.workload;
}
