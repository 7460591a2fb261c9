import { z } from 'zod';
import { runInProcess } from '../../../support/cli/run-in-process.ts';

/** What `npx ftps-sync <line>` prints. */
export async function printed(line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runInProcess(line);
  if (exitCode !== 0) throw new Error(`'${line}' ended with ${exitCode}: ${stderr}`);
  return stdout;
}

const billSchema = z.object({ usd: z.number() });
const estimateSchema = z.object({
  month: billSchema,
  storageUsd: z.number(),
  firstLoadUsd: z.number(),
  run: z.object({ route: z.string(), usd: z.number() }).optional(),
  alternatives: z.tuple([z.object({ bill: billSchema }), z.object({ bill: billSchema })]),
});

/** What `npx ftps-sync <line> --json` prints. */
export async function estimated(line: string): Promise<z.infer<typeof estimateSchema>> {
  return estimateSchema.parse(JSON.parse(await printed(`${line} --json`)));
}
