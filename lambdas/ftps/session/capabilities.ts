import { isPositive, type Reply, shownText } from '../control/reply.ts';
import { isEndLine } from '../control/reply-reader.ts';

/** What a server claims in its reply to FEAT. A reply to a command that contradicts it wins. */
export interface Capabilities {
  /**
   * The parameters of the FEAT lines by their first word in upper case (RFC 2389, 3.2); undefined where the
   * server does not support FEAT.
   */
  readonly features: ReadonlyMap<string, string> | undefined;
  /** The server offers MLSD (RFC 3659, 7.8), or has no FEAT, so that MLSD has to be tried. */
  readonly mlsd: boolean;
  /** The server offers UTF-8 names (RFC 2640, 3.2). */
  readonly utf8: boolean;
  /** Those of {@link wantedFacts} that MLSD offers, but leaves out until `OPTS MLST` asks for them. */
  readonly disabledFacts: readonly string[];
  /** How the reply to FEAT ends where it does not end as RFC 2389, 3.2 says; undefined where it does. */
  readonly unusualEnd?: string;
}

/** The facts a listing is made of (RFC 3659, 7.5). */
export const wantedFacts = ['type', 'size', 'modify', 'unique'];

/** Parses the reply to FEAT (RFC 2389); a negative reply means a server without FEAT. */
export function parseCapabilities(featReply: Reply): Capabilities {
  if (!isPositive(featReply)) return { features: undefined, mlsd: true, utf8: false, disabledFacts: [] };
  const features = new Map<string, string>();
  const lines = featReply.bytes.split('\n');
  const last = lines.at(-1) ?? '';
  const hasEnd = isEndLine(last) || /^\d{3}-End\b/i.test(last);
  for (const line of hasEnd ? lines.slice(1, -1) : lines.slice(1)) {
    // Some servers begin each line with the code.
    const [name = '', ...parameters] = line
      .replace(/^\d{3}-/, '')
      .trim()
      .split(' ');
    features.set(name.toUpperCase(), parameters.join(' '));
  }
  return {
    ...unusualEnd(featReply, last),
    features,
    mlsd: features.has('MLST') || features.has('MLSD'),
    utf8: features.has('UTF8'),
    disabledFacts: disabledFacts(features.get('MLST') ?? ''),
  };
}

function unusualEnd({ code }: Reply, last: string): Pick<Capabilities, 'unusualEnd'> {
  if (last.startsWith(`${code}`) && isEndLine(last)) return {};
  const how = /^\d{3}/.test(last) ? `ends with "${shownText(last)}"` : 'has no last line';
  return { unusualEnd: `the reply to FEAT begins with ${code}- and ${how}` };
}

/** In `MLST type*;size*;modify;` the star marks enabled facts (RFC 3659, 7.8). */
function disabledFacts(offered: string): string[] {
  const facts = new Set(offered.toLowerCase().split(';'));
  return wantedFacts.filter((fact) => facts.has(fact) && !facts.has(`${fact}*`));
}
