import type { Circuit } from '../connection/circuit.ts';
import type { Condition, Item, ItemWrite } from './item-write.ts';

/** The item of a partner's circuit. It is read, changed and written as a whole. */

/** Incremented by each change, so that one of two concurrent changes is refused and decides again. */
export function revisionOf({ revision }: Item): number {
  return typeof revision === 'number' ? revision : 0;
}

/**
 * Replaces the circuit if it still has the revision that was read.
 * @param change.id unique to the change, so that a repeated request of it is no conflict.
 */
export function circuitWrite(
  circuit: Circuit,
  change: { readonly revision: number; readonly id: string },
): ItemWrite {
  const { revision, id } = change;
  const isUnchanged: Condition =
    revision === 0
      ? { kind: 'absent', path: 'revision' }
      : { kind: 'equal', path: 'revision', value: revision };
  const attributes = Object.entries(circuit);
  return {
    condition: isUnchanged,
    set: { ...Object.fromEntries(attributes), revision: revision + 1 },
    remove: attributes.flatMap(([name, value]) => (value === undefined ? [name] : [])),
    proof: { kind: 'stamp', at: 'changeId', id },
  };
}
