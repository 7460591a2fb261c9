import { type ExaminedPartner, flowNames, pushFlows } from './examined-partner.ts';
import { type Finding, finding, type Setting } from './finding.ts';

/** A finding that a setting of a push resolves: an error as long as a flow lacks it. */
interface Limit {
  readonly found: string;
  readonly partner: ExaminedPartner;
  readonly key: 'verify' | 'delivery';
  readonly value: string;
  readonly why: string;
  readonly lacks: string;
}

function evaluateLimit({ found, partner, key, value, why, lacks }: Limit): Finding {
  const without = pushFlows(partner).filter((flow) => flow[key] !== value);
  const settings = without.map(({ name }): Setting => ({ path: ['flows', name, key], value, why }));
  return finding(settings.length > 0 ? 'error' : 'warning', {
    found,
    means:
      settings.length > 0
        ? `${flowNames(without)} cannot deliver here with other settings: ${lacks}.`
        : `No push of this partner depends on it: ${lacks}.`,
    advice: `Ask the partner to allow it, or set ${key}: ${value}; docs/push.md says what is lost.`,
    settings,
  });
}

/** The upload was confirmed, and the server does not tell what arrived. */
export function evaluateUnseenUpload(path: string, answer: string, partner: ExaminedPartner): Finding {
  return evaluateLimit({
    found: `uploaded ${path}, and ${answer}`,
    partner,
    key: 'verify',
    value: 'none',
    why: 'the 226 of the server alone then counts',
    lacks: 'nothing shows how much of a file has arrived',
  });
}

/** RNFR or RNTO is refused for a file that was just written. */
export function evaluateNoRename(answer: string, partner: ExaminedPartner): Finding {
  return evaluateLimit({
    found: `this user cannot rename: ${answer}`,
    partner,
    key: 'delivery',
    value: 'direct',
    why: 'a reader may then see a part of a file',
    lacks: 'a complete upload cannot get its final name',
  });
}
