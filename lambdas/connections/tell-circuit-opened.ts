import { type Bus, publish } from '../events/bus.ts';
import type { TellCircuitOpened } from './connection-systems.ts';

/** Puts `partner.circuit-opened` on the bus, for rules that call somebody. */
export function circuitEvents(bus: Bus, stage: string): TellCircuitOpened {
  return (opened) => publish(bus, 'partner.circuit-opened', { stage, ...opened });
}
