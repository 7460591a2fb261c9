import { isPositive, type Reply } from './reply.ts';

/** What a server says it can do. It is only its word: a contradiction by a reply wins. */
export interface Capabilities {
  /** The FEAT lines by their upper-case first word (RFC 2389, 3.2); undefined where FEAT is not known to the server. */
  readonly features: ReadonlyMap<string, string> | undefined;
  /** MLSD is offered, or may be: a server without FEAT is asked by trying (RFC 3659, 7.8). */
  readonly mlsd: boolean;
  readonly utf8: boolean;
  /** The facts that MLSD could send and does not send now, of those that matter here. */
  readonly silentFacts: readonly string[];
}

/** The facts a listing is made of (RFC 3659, 7.5). */
export const wantedFacts = ['type', 'size', 'modify', 'unique'];

/** What the reply to FEAT names (RFC 2389). Without FEAT, MLSD is to be tried, and UTF-8 is not offered. */
export function capabilitiesOf(featReply: Reply): Capabilities {
  if (!isPositive(featReply)) return { features: undefined, mlsd: true, utf8: false, silentFacts: [] };
  const features = new Map<string, string>();
  for (const line of featReply.bytes.split('\n').slice(1, -1)) {
    const [name = '', ...parameters] = line.trim().split(' ');
    features.set(name.toUpperCase(), parameters.join(' '));
  }
  return {
    features,
    mlsd: features.has('MLST') || features.has('MLSD'),
    utf8: features.has('UTF8'),
    silentFacts: silentFacts(features.get('MLST') ?? ''),
  };
}

/** In `MLST type*;size*;modify;` the star marks what is switched on (RFC 3659, 7.8). */
function silentFacts(offered: string): string[] {
  const facts = new Set(offered.toLowerCase().split(';'));
  return wantedFacts.filter((fact) => facts.has(fact) && !facts.has(`${fact}*`));
}
