import type { FaultRule } from '../../testing/ftps-server/faults.ts';
import type { FtpsServer } from '../../testing/ftps-server/server.ts';
import type { Random } from '../simulate/machine/random.ts';
import { pickOne } from './partner-folder.ts';

const kinds: readonly Omit<FaultRule, 'times'>[] = [
  { on: 'RETR', do: { kind: 'cut-data', afterBytes: 100, with: 'fin' } },
  { on: 'RETR', do: { kind: 'cut-data', afterBytes: 5_000, with: 'reset' } },
  { on: 'RETR', do: { kind: 'cut-control', when: 'after' } },
  { on: 'RETR', do: { kind: 'reply', code: 450, text: 'Busy.' } },
  { on: 'MLSD', do: { kind: 'short-listing', lines: 1, code: 426, text: 'Aborted.' } },
  { on: 'MLSD', do: { kind: 'cut-control', when: 'before' } },
  { on: 'SIZE', do: { kind: 'cut-control', when: 'after', with: 'reset' } },
  { on: 'STOR', do: { kind: 'cut-data', afterBytes: 100, with: 'reset' } },
  { on: 'STOR', do: { kind: 'reply', code: 452, text: 'No space.' } },
  { on: 'STOR', do: { kind: 'cut-control', when: 'after' } },
  { on: 'RNTO', do: { kind: 'cut-control', when: 'after' } },
  { on: 'RNTO', do: { kind: 'cut-control', when: 'before' } },
  { on: 'DELE', do: { kind: 'cut-control', when: 'after' } },
  { on: 'DELE', do: { kind: 'reply', code: 450, text: 'Locked.' } },
  { on: 'connect', do: { kind: 'reply', code: 421, text: 'Too many users.' } },
];

/** One random fault for the next matching command. */
export function addFault(server: FtpsServer, random: Random): void {
  const rule = pickOne(kinds, random);
  if (rule !== undefined) server.fault({ ...rule, times: 1 });
}
