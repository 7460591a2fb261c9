import type { CertificateExpiring, PartnerChanged } from '../contract/event.ts';
import { type Bus, publish } from '../events/bus.ts';

/** Tells others what was noticed of a partner's server. */
export interface TellOfServer {
  readonly certificateExpiring: (expiring: Omit<CertificateExpiring, 'stage'>) => Promise<void>;
  readonly changed: (changed: Omit<PartnerChanged, 'stage'>) => Promise<void>;
}

/** Puts `partner.certificate-expiring` and `partner.changed` on the bus, for rules that call somebody. */
export function serverEvents(bus: Bus, stage: string): TellOfServer {
  return {
    certificateExpiring: (expiring) => publish(bus, 'partner.certificate-expiring', { stage, ...expiring }),
    changed: (changed) => publish(bus, 'partner.changed', { stage, ...changed }),
  };
}
