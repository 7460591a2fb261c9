import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { z } from 'zod';
import { SyncStack, type SyncStackProps } from '../../infra/sync-stack.ts';
import { type PartnerFile, partnerFileSchema } from '../../lambdas/contract/partner-file/partner-file.ts';

export const projectRoot = join(import.meta.dirname, '../..');

/** The context of cdk.json. Its feature flags are part of the deployed template. */
export const cdkContext = z
  .object({ context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8'))).context;

const outputs = mkdtempSync(join(tmpdir(), 'ftps-sync-stages-'));
afterAll(() => rmSync(outputs, { recursive: true, force: true }));

/** An app without bundling, which app.test.ts covers. */
export function appWithoutBundles(): App {
  return new App({
    context: { ...cdkContext, 'aws:cdk:bundling-stacks': [] },
    outdir: mkdtempSync(join(outputs, 'cdk.out-')),
  });
}

export function stageStack(props: Partial<SyncStackProps> = {}): SyncStack {
  return new SyncStack(appWithoutBundles(), {
    stage: 'test',
    partners: [partner('acme'), partner('globex')],
    onRemoval: 'retain',
    alarmTopic: undefined,
    ...props,
  });
}

export function stageTemplate(props: Partial<SyncStackProps> = {}): Template {
  return Template.fromStack(stageStack(props));
}

/** A partner with one scheduled flow, `invoices`; `changes` override keys of the partner file. */
export function partner(name: string, changes: Readonly<Record<string, unknown>> = {}): PartnerFile {
  return partnerFileSchema.parse({
    partner: name,
    connection: { host: `ftps.${name}.example`, security: 'explicit', secret: `ftps-sync/${name}` },
    flows: [pullFlow(`${name}/invoices/`)],
    ...changes,
  });
}

/** A push flow whose only trigger is `event`. */
export function pushFlow(prefix: string, changes: Readonly<Record<string, unknown>> = {}): unknown {
  return { name: 'orders', direction: 'push', remote: '/incoming/orders', prefix, ...changes };
}

export function pullFlow(prefix: string, changes: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    name: 'invoices',
    direction: 'pull',
    remote: '/outgoing/invoices',
    prefix,
    schedule: { cron: '15 2 * * ? *', timeZone: 'Europe/Rome' },
    ...changes,
  };
}

/** A pull flow and a push flow, each with a schedule. */
export function bothWays(name: string): readonly unknown[] {
  const schedule = { cron: '0 * * * ? *', timeZone: 'UTC' };
  return [
    pullFlow(`${name}/invoices/`),
    pushFlow(`${name}/orders/`, { trigger: ['event', 'schedule'], schedule }),
  ];
}
