import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveryGroup } from '../../../../lambdas/core/delivery/delivery-group.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { goodPath } from '../arbitraries.ts';

const connections = fc.integer({ min: 1, max: 32 });

describe('the group of a delivery', () => {
  it('is the same for all versions of a path, so that they are delivered in order', () => {
    fc.assert(
      fc.property(goodPath, connections, (path, count) => {
        expect(deliveryGroup('acme', path, count)).toBe(deliveryGroup('acme', path, count));
      }),
    );
  });

  it('is one of as many groups as there are connections', () => {
    fc.assert(
      fc.property(goodPath, connections, (path, count) => {
        const [partner, slot] = deliveryGroup('acme', path, count).split('#');

        expect(partner).toBe('acme');
        expect(Number(slot)).toBeGreaterThanOrEqual(0);
        expect(Number(slot)).toBeLessThan(count);
      }),
    );
  });

  it('spreads many files over all connections', () => {
    const paths = Array.from({ length: 500 }, (_, index) => parseRemotePath(`/in/invoice-${index}.csv`));

    const sizes = Map.groupBy(paths, (path) => deliveryGroup('acme', path, 4));

    expect([...sizes.values()].map(({ length }) => length > 80)).toEqual([true, true, true, true]);
  });

  it('changes with the number of connections only for the paths of the slot that comes or goes', () => {
    fc.assert(
      fc.property(goodPath, connections, (path, count) => {
        const [fewer, more] = [deliveryGroup('acme', path, count), deliveryGroup('acme', path, count + 1)];

        expect([fewer, `acme#${count}`]).toContain(more);
      }),
    );
  });

  it('differs between partners', () => {
    const path = parseRemotePath('/in/a.csv');

    expect(deliveryGroup('acme', path, 1)).not.toBe(deliveryGroup('zeta', path, 1));
  });
});
