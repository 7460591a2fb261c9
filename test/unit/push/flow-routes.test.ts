import { describe, expect, it } from 'vitest';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import { FlowRoutes } from '../../../lambdas/push/flow-routes.ts';

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
  const stage = { files, nowMs: 0, reads: 0 };
  const readAll = async () => {
    stage.reads += 1;
    return stage.files;
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

    const route = await routes.routeOf(key);

    expect([route?.partner.partner, route?.flow.name]).toEqual([partnerId, flow]);
  });
});

describe('the deployed partner files', () => {
  it('are read once for all keys of a minute', async () => {
    const { stage, routes } = stageWith(acme);

    for (stage.nowMs = 0; stage.nowMs <= 60_000; stage.nowMs += 5000)
      await routes.routeOf('acme/orders/a.csv');

    expect(stage.reads).toBe(1);
  });

  it('are read again after a minute, and hold from then on', async () => {
    const { stage, routes } = stageWith(acme);
    await routes.routeOf('acme/orders/a.csv');
    stage.files = [partner('acme', { name: 'returns', direction: 'push', prefix: 'acme/orders/' })];
    stage.nowMs = 60_001;

    const route = await routes.routeOf('acme/orders/a.csv');

    expect([route?.flow.name, stage.reads]).toEqual(['returns', 2]);
  });

  it('are read again for a key of no flow, since the event would be dropped and the flow may be new', async () => {
    const { stage, routes } = stageWith(acme);
    await routes.routeOf('acme/orders/a.csv');
    stage.files = [acme, zeta];
    stage.nowMs = 2000;

    const route = await routes.routeOf('zeta/a.csv');

    expect(route?.partner.partner).toBe('zeta');
  });

  it('are read no more than once a second, however many keys have no flow', async () => {
    const { stage, routes } = stageWith(acme);

    for (let key = 0; key < 100; key++) {
      stage.nowMs += 100;
      await routes.routeOf(`stranger/${key}`);
    }

    expect(stage.reads).toBeLessThanOrEqual(10);
  });

  it('are asked for again after a read that failed', async () => {
    const answers = [Promise.reject(new Error('throttled')), Promise.resolve([acme])];
    const routes = new FlowRoutes(
      () => answers.shift() ?? Promise.resolve([]),
      () => 0,
    );

    await expect(routes.routeOf('acme/orders/a.csv')).rejects.toThrow('throttled');
    const route = await routes.routeOf('acme/orders/a.csv');

    expect(route?.flow.name).toBe('orders');
  });
});
