import type { CertificateExpiring, CircuitOpened, PartnerChanged } from '../contract/events/event.ts';
import { type Bus, publishCounted, type RejectionReport } from '../events/bus.ts';

/**
 * Publishes the events of a partner's server, for rules that notify people. All throw where the bus rejects
 * the event, so that a later session publishes it.
 */
export interface PartnerEvents {
  readonly circuitOpened: (detail: Omit<CircuitOpened, 'stage'>) => Promise<void>;
  readonly certificateExpiring: (detail: Omit<CertificateExpiring, 'stage'>) => Promise<void>;
  readonly changed: (detail: Omit<PartnerChanged, 'stage'>) => Promise<void>;
}

export interface PartnerEventTarget extends RejectionReport {
  readonly bus: Bus;
  readonly stage: string;
}

/** Puts the events on the bus, each with its stage. One that is rejected is logged and counted. */
export function openPartnerEvents({ bus, stage, ...report }: PartnerEventTarget): PartnerEvents {
  return {
    circuitOpened: (detail) =>
      publishCounted(bus, { type: 'partner.circuit-opened', detail: { stage, ...detail } }, report),
    certificateExpiring: (detail) =>
      publishCounted(bus, { type: 'partner.certificate-expiring', detail: { stage, ...detail } }, report),
    changed: (detail) =>
      publishCounted(bus, { type: 'partner.changed', detail: { stage, ...detail } }, report),
  };
}
