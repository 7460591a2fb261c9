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

/** SIZE is refused, and the listing shows the file that was just written: a push finds the size there. */
export function evaluateListedUpload(path: string, answer: string, partner: ExaminedPartner): Finding {
  const asking = pushFlows(partner).filter(({ verify = 'size' }) => verify === 'size');
  const why = 'the server refuses SIZE, and its listing has the size';
  return finding('warning', {
    found: `uploaded ${path}: ${answer}, and the listing shows it with its size`,
    means: 'This user can write here. A push asks for SIZE in vain, and then finds the size in the listing.',
    advice: asking.length === 0 ? undefined : 'Set verify: listing, which asks for the listing only.',
    settings: asking.map(({ name }): Setting => ({ path: ['flows', name, 'verify'], value: 'listing', why })),
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
