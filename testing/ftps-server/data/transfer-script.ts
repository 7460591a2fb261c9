import { type Reply, reply } from '../connection/reply.ts';
import type { FaultAction } from '../faults.ts';

/** How the data connection of one listing or transfer behaves. */
export interface TransferScript {
  readonly handshake: 'proper' | 'stall';
  /** The bytes after which nothing more is sent or received; undefined for all. */
  readonly limitBytes: number | undefined;
  readonly extraBytes: number;
  readonly ending: 'close-notify' | 'fin' | 'reset' | 'stall';
  readonly finalReply: Reply | 'never';
  readonly finalDelayMs: number;
  readonly meanwhile: { readonly afterBytes: number; readonly change: () => unknown } | undefined;
}

const complete = reply(226, 'Transfer complete.');

const usual: TransferScript = {
  handshake: 'proper',
  limitBytes: undefined,
  extraBytes: 0,
  ending: 'close-notify',
  finalReply: complete,
  finalDelayMs: 0,
  meanwhile: undefined,
};

/** The script for a fault; that of a usual transfer without one, or with one of the control connection. */
export function transferScript(
  fault: FaultAction | undefined,
  { closeNotify }: { readonly closeNotify: boolean },
): TransferScript {
  const proper: TransferScript = { ...usual, ending: closeNotify ? 'close-notify' : 'fin' };
  switch (fault?.kind) {
    case 'cut-data':
      return {
        ...proper,
        limitBytes: fault.afterBytes,
        ending: fault.with,
        finalReply: reply(fault.code ?? 226, fault.text ?? 'Transfer complete.'),
      };
    case 'stall-data':
      return { ...proper, limitBytes: fault.afterBytes, ending: 'stall', finalReply: 'never' };
    case 'stall-data-handshake':
      return { ...proper, handshake: 'stall', finalReply: 'never' };
    case 'extra-data':
      return { ...proper, extraBytes: fault.bytes };
    case 'final-reply':
      return { ...proper, finalReply: reply(fault.code, fault.text) };
    case 'no-final-reply':
      return { ...proper, finalReply: 'never' };
    case 'delay-final-reply':
      return { ...proper, finalDelayMs: fault.delayMs };
    case 'meanwhile':
      return { ...proper, meanwhile: fault };
    case 'short-listing':
      return { ...proper, finalReply: reply(fault.code ?? 226, fault.text ?? 'Transfer complete.') };
    default:
      return proper;
  }
}
