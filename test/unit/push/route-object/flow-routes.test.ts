import { describe, expect, it } from 'vitest';
import {
  type PartnerFile,
  partnerFileSchema,
} from '../../../../lambdas/contract/partner-file/partner-file.ts';
import { PartnerError } from '../../../../lambdas/partners/partner-error.ts';
import type { UnreadablePartner } from '../../../../lambdas/partners/read-partner.ts';
import { FlowRoutes } from '../../../../lambdas/push/route-object/flow-routes.ts';

function partner(
  name: string,
  ...flows: readonly { name: string; direction: string; prefix: string }[]
): PartnerFile {
  return partnerFileSchema.parse({
    partner: name,
    connection: { host: 'ftps.example', security: 'explicit', secret: name },
    flows: flows.map((flow) => ({ remote: `/${flow.name}`, ...flow })),
  });
}

const acme = partner(
  'acme',
  { name: 'invoices', direction: 'pull', prefix: 'acme/invoices/' },
  { name: 'orders', direction: 'push', prefix: 'acme/orders/' },
);
const zeta = partner('zeta', { name: 'orders', direction: 'push', prefix: 'zeta/' });

/** A stage whose deployed partner files and clock a test can change. */
function stageWith(...files: readonly PartnerFile[]) {
  const stage = { files, nowMs: 0, reads: 0, unreadable: [] as UnreadablePartner[] };
  const readAll = async () => {
    stage.reads += 1;
    return { partners: stage.files, unreadable: stage.unreadable };
  };
  return { stage, routes: new FlowRoutes(readAll, () => stage.nowMs) };
}

describe('the route of a key', () => {
  it.each([
    ['acme/orders/a.csv', 'acme', 'orders'],
    ['zeta/2026/a.csv', 'zeta', 'orders'],
    ['acme/invoices/a.csv', undefined, undefined],
    ['acme/orders', undefined, undefined],
    ['acme/orders-old/a.csv', undefined, undefined],
    ['a.csv', undefined, undefined],
  ])('%s leads to %s/%s: a pull is none', async (key, partnerId, flow) => {
    const { routes } = stageWith(acme, zeta);

    const route = await routes.findRoute(key);

    expect([route?.partner.partner, route?.flow.name]).toEqual([partnerId, flow]);
  });
});

describe('the deployed partner files', () => {
  it('are read once a minute for all keys', async () => {
    const { stage, routes } = stageWith(acme);

    for (stage.nowMs = 0; stage.nowMs <= 60_000; stage.nowMs += 5000)
      await routes.findRoute('acme/orders/a.csv');

    expect(stage.reads).toBe(1);
  });

  it('are read again after a minute, and cached again', async () => {
    const { stage, routes } = stageWith(acme);
    await routes.findRoute('acme/orders/a.csv');
    stage.files = [partner('acme', { name: 'returns', direction: 'push', prefix: 'acme/orders/' })];
    stage.nowMs = 60_001;

    const route = await routes.findRoute('acme/orders/a.csv');

    expect([route?.flow.name, stage.reads]).toEqual(['returns', 2]);
  });

  it('are read again for a key of no flow, because the event would be dropped and the flow may be new', async () => {
    const { stage, routes } = stageWith(acme);
    await routes.findRoute('acme/orders/a.csv');
    stage.files = [acme, zeta];
    stage.nowMs = 2000;

    const route = await routes.findRoute('zeta/a.csv');

    expect(route?.partner.partner).toBe('zeta');
  });

  it('are read no more than once a second, however many keys have no flow', async () => {
    const { stage, routes } = stageWith(acme);

    for (let key = 0; key < 100; key++) {
      stage.nowMs += 100;
      await routes.findRoute(`stranger/${key}`);
    }

    expect(stage.reads).toBeLessThanOrEqual(10);
  });

  it('are read again after a failed read', async () => {
    const read = Promise.resolve({ partners: [acme], unreadable: [] });
    const answers = [Promise.reject(new Error('throttled')), read];
    const routes = new FlowRoutes(
      () => answers.shift() ?? read,
      () => 0,
    );

    await expect(routes.findRoute('acme/orders/a.csv')).rejects.toThrow('throttled');
    const route = await routes.findRoute('acme/orders/a.csv');

    expect(route?.flow.name).toBe('orders');
  });
});

describe('while a partner file cannot be read', () => {
  it('the objects of other partners have their route, and the event of any other object is not dropped', async () => {
    const { stage, routes } = stageWith(zeta);
    const error = new PartnerError('partner-invalid', 'This version cannot read the deployed partner file.');
    stage.unreadable = [{ partner: 'acme', error }];

    const route = await routes.findRoute('zeta/a.csv');
    const unknown = routes.findRoute('acme/orders/a.csv');

    expect(route?.flow.name).toBe('orders');
    await expect(unknown).rejects.toMatchObject({
      error: 'partner-invalid',
      message: expect.stringMatching(/acme.orders.a\.csv.*may belong to a flow of 'acme'/),
    });
  });
});
