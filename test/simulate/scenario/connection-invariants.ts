import type { Item } from '../model/expressions.ts';
import type { Setting } from './setting.ts';

/** What must hold of the connections of a partner in every history. */
export class ConnectionInvariants {
  #setting: Setting | undefined;

  use(setting: Setting): void {
    this.#setting = setting;
  }

  /** No more sessions than `maxConnections`, apart from those of functions that stood still. */
  neverMoreSessionsThanAllowed(): void {
    const setting = this.#setting;
    if (setting === undefined) return;
    const open = [...setting.server.sessions].filter(({ process }) => process.suspendedUntilMs === 0).length;
    if (open <= setting.mostConnections) return;
    const message = `${open} sessions are open, ${setting.mostConnections} are allowed`;
    setting.world.fail('neverMoreSessionsThanAllowed', message);
  }

  /** The circuit counts no refused login twice: it must not open after one that a person would call one. */
  noRefusedLoginCountsTwice(sk: string, after: Item | undefined): void {
    const setting = this.#setting;
    if (setting === undefined || sk !== 'CIRCUIT') return;
    const count = (after?.refused as { readonly count: number } | undefined)?.count ?? 0;
    if (count <= setting.server.refusedLogins) return;
    const message = `the circuit counts ${count} refused logins, and the server refused ${setting.server.refusedLogins}`;
    setting.world.fail('noRefusedLoginCountsTwice', message);
  }
}
