import { z } from 'zod';
import { partnerIdSchema, runIdSchema } from '../../lambdas/contract/ids.ts';
import { priceSchema, regions } from '../cost/price-list.ts';

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();

/** `validate`. */
export const validateDocument = z.object({
  valid: z.boolean(),
  partners: z.array(partnerIdSchema),
  flows: count,
  errors: z.array(
    z.object({
      file: z.string(),
      line: count,
      column: count,
      key: z.string().meta({ description: 'flows[0].schedule.cron; empty for the file as a whole.' }),
      message: z.string(),
    }),
  ),
});

/** `secret put`. */
export const secretDocument = z.object({
  partner: partnerIdSchema,
  secret: z.string(),
  written: z.literal(true),
});

const bill = z.object({
  lines: z.array(
    z.object({ service: z.string(), what: z.string(), quantity: amount, price: priceSchema, usd: amount }),
  ),
  usd: amount,
});

/** `cost`. */
export const costDocument = z.object({
  workload: z.object({
    direction: z.enum(['pull', 'push']),
    region: z.enum(regions),
    partners: count,
    flows: count,
    files: count,
    bytes: amount,
    directories: count,
    runsPerMonth: amount,
    moved: z.object({ are: z.enum(['changed', 'new']), files: amount }),
    staticAddress: z.boolean(),
  }),
  pricesAsOf: z.iso.date(),
  month: bill,
  standingUsd: amount,
  storageUsd: amount,
  run: z.object({ route: z.string(), usd: amount }).optional(),
  firstLoadUsd: amount,
  growth: z.object({ gigabytes: amount, usdPerMonth: amount }),
  alternatives: z.array(z.object({ name: z.string(), but: z.string(), bill })),
});

/** `demo`. */
export const demoDocument = z.object({
  steps: z.array(
    z.object({
      title: z.string(),
      step: z.enum(['plan', 'run', 'push']),
      flow: z.string(),
      run: runIdSchema.optional(),
      listed: count,
      moved: count,
      skipped: count,
      held: count,
      bytes: amount,
      seconds: amount,
      asExpected: z.boolean(),
    }),
  ),
  asExpected: z.boolean(),
  report: z.string().meta({ description: 'The page with the report of the last run.' }),
});

/** `local up`, whether or not --json is given. */
export const localUpDocument = z.object({
  endpoint: z.url(),
  environment: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), z.string()),
  logsFolder: z.string(),
});
