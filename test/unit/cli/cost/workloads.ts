import { readWorkload, type WorkloadOptions } from '../../../../cli/cost/read-workload.ts';
import type { Workload } from '../../../../cli/cost/workload.ts';

/** The workload of valid options. */
export function workload(options: WorkloadOptions): Workload {
  const read = readWorkload({ files: '1000', bytes: '10MB', ...options });
  if (read.kind === 'errors') throw new Error(read.errors.join('\n'));
  return read.workload;
}
