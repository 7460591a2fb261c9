import type { RemotePath } from '../path/remote-path.ts';
import { type ExaminedPartner, type ExaminedPush, flowNames, pushFlows } from './examined-partner.ts';
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

/** The pushes to a directory that would create missing directories in it. */
export function directoryMakers(directory: RemotePath, partner: ExaminedPartner): readonly ExaminedPush[] {
  return pushFlows(partner).filter(
    ({ remote, makeDirectories = true }) => remote === directory && makeDirectories,
  );
}

/** What MKD did in a directory that exists: a file was just uploaded to it. */
export interface MadeDirectory {
  /** The directory of the pushes. */
  readonly directory: RemotePath;
  /** The reply to CWD where it refuses to enter that directory. A push enters it before it sends MKD. */
  readonly notEntered: string | undefined;
  /** `unknown`: an error that passes, or a full disk, which say nothing of the user's rights. */
  readonly made:
    | { readonly kind: 'made' }
    | { readonly kind: 'refused' | 'unknown'; readonly answer: string };
}

/** @param makers the pushes to this directory that create directories. */
export function evaluateMakeDirectory(facts: MadeDirectory, makers: readonly ExaminedPush[]): Finding {
  const { directory, notEntered, made } = facts;
  const why = 'the directory of the flow exists; no MKD is sent';
  const settings = makers.map(
    ({ name }): Setting => ({
      path: ['flows', name, 'makeDirectories'],
      value: false,
      why,
    }),
  );
  const shown = made.kind === 'made' ? 'MKD creates a directory in it' : `to MKD in it: ${made.answer}`;
  if (notEntered !== undefined) {
    return finding('error', {
      found: `${directory} exists, and this user may not enter it: ${notEntered}; ${shown}`,
      means: `${flowNames(makers)} cannot deliver here: a push that creates directories enters the directory first.`,
      advice: 'Ask the partner to allow CWD, or set makeDirectories: false.',
      settings,
    });
  }
  switch (made.kind) {
    case 'made':
      return finding('ok', {
        found: `MKD creates a directory in ${directory}`,
        means: 'A push creates the directories that are missing for a key with slashes.',
      });
    case 'refused':
      return finding('warning', {
        found: `${directory} exists, and MKD in it is refused: ${made.answer}`,
        means: `${flowNames(makers)} can deliver to ${directory} itself, and to directories that the partner has created.`,
        advice: 'Ask the partner to allow MKD, or set makeDirectories: false.',
        settings,
      });
    case 'unknown':
      return finding('warning', {
        found: `not known whether MKD is allowed in ${directory}: ${made.answer}`,
        means: 'The reply is about the moment, and not about the rights of this user.',
        advice: 'Run the doctor again later.',
      });
  }
  return made satisfies never;
}
