import { type ExaminedPartner, flowNames, pullFlows, pushFlows } from './examined-partner.ts';
import { type Finding, finding } from './finding.ts';

/** The answer to a command about one file: its value, or the reply that refused it. */
export type Answer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'refused'; readonly reply: string };

/**
 * @param command what could not be checked: it needs a file.
 * @param sizes `unknown`: there are files, and no one tells their sizes.
 */
export function evaluateNoFile(
  command: string,
  partner: ExaminedPartner,
  sizes: 'known' | 'unknown' = 'known',
): Finding {
  const [pull] = pullFlows(partner);
  if (sizes === 'unknown') {
    return finding('warning', {
      found: 'the size of no file is known',
      means: `Whether ${command} works is not known.`,
      advice: 'Run the doctor with --write and a directory for a temporary probe file.',
    });
  }
  return finding('warning', {
    found: 'there is no file to check it with',
    means: `Whether ${command} works is not known.`,
    advice:
      pull === undefined
        ? 'Run the doctor with --write and a directory for a temporary probe file.'
        : `Run the doctor again when ${pull.remote} has a file of at least two bytes, or with --write and a directory.`,
  });
}

export function evaluateSize(answer: Answer<number>, listedBytes: number | undefined): Finding {
  if (answer.kind === 'refused' && listedBytes === undefined) {
    return finding('error', {
      found: `${answer.reply}; the listing has no size either`,
      means: 'Each file without a size fails: nothing can prove that all of it came.',
      advice: 'Ask the partner to enable SIZE, or to let MLSD show `size`.',
    });
  }
  if (answer.kind === 'refused') {
    return finding('warning', {
      found: answer.reply,
      means:
        'Sizes are verified with MLST or the listing instead, which takes longer. Nothing needs to be set.',
    });
  }
  const { value } = answer;
  if (listedBytes === undefined || listedBytes === value) {
    return finding('ok', {
      found: `SIZE answers ${value} bytes, as expected`,
      means: 'The bytes of each transfer are compared with it.',
    });
  }
  return finding('warning', {
    found: `SIZE answers ${value} bytes, the listing ${listedBytes}`,
    means:
      'Either the file is being written, or SIZE is wrong, and each transfer would fail because the file seems to change.',
    advice: 'Run the doctor again in a minute; if it happens again, tell the partner.',
  });
}

export function evaluateModifiedTime(answer: Answer<string>, partner: ExaminedPartner): Finding {
  if (answer.kind === 'answered') {
    return finding('ok', {
      found: `MDTM answers ${answer.value}`,
      means: 'It detects a file that changes during its transfer, and the time zone of LIST.',
    });
  }
  return finding('warning', {
    found: answer.reply,
    means:
      'A file that changes during its transfer is detected by its size only, and the time zone of LIST cannot be detected.',
    advice:
      partner.connection.timeZone === 'auto' && pullFlows(partner).length > 0
        ? 'Set connection.timeZone unless the listing is MLSD.'
        : undefined,
  });
}

export interface RestFacts {
  readonly proof: 'proved' | 'refused' | 'lies';
  readonly path: string;
  readonly bytes: number;
}

export function evaluateRest({ proof, path, bytes }: RestFacts, partner: ExaminedPartner): Finding {
  const pulls = flowNames(pullFlows(partner));
  switch (proof) {
    case 'proved':
      return finding('ok', {
        found: `REST verified with the bytes of ${path} (${bytes} bytes), read from two offsets`,
        means:
          'Big files are transferred in slices, over several invocations and sessions. Runs verify it again at larger offsets.',
      });
    case 'refused':
      return finding('warning', {
        found: 'the server refuses REST',
        means: `Each file of ${pulls} must be transferred in one piece within one invocation of 15 minutes. No setting changes this.`,
        advice: 'Ask the partner to enable REST, or not to offer files that take longer.',
      });
    case 'lies':
      return finding('warning', {
        found: `the server accepts REST, but then sends bytes from another offset (${path})`,
        means: `REST is not used: each file of ${pulls} must be transferred in one piece within one invocation of 15 minutes. No setting changes this.`,
        advice: 'Report it to the partner: no client can resume a download from this server.',
      });
  }
  return proof satisfies never;
}

export interface HashFacts {
  /** The algorithms that FEAT names, best first. */
  readonly offered: readonly string[];
  /**
   * The algorithm that was answered, and whether the hash was right, where the bytes are known; undefined:
   * not asked, or not answered.
   */
  readonly answered: { readonly algorithm: string; readonly isRight: boolean | undefined } | undefined;
}

export function evaluateHash({ offered, answered }: HashFacts, partner: ExaminedPartner): Finding {
  const pushes = pushFlows(partner);
  if (offered.length === 0) {
    return finding('ok', {
      found: 'FEAT names no hash command',
      means: 'Transfers are verified by size only.',
    });
  }
  const found = `FEAT names ${offered.join(', ')}`;
  if (answered?.isRight === false) {
    return finding('error', {
      found: `${found}; the ${answered.algorithm} of the probe file differs from that of the bytes sent`,
      means: `Every delivery of ${flowNames(pushes)} would fail as corrupted.`,
      advice: 'Tell the partner: its hash command or its storage is broken.',
    });
  }
  return finding('ok', {
    found:
      answered === undefined
        ? `${found}; not asked, or not answered`
        : `${found}; ${answered.algorithm} answered`,
    means:
      pushes.length === 0
        ? 'Big files of pulls are verified with it where it is a CRC-32.'
        : `Each upload of ${flowNames(pushes)} is verified with it before it gets its final name.`,
  });
}

export interface FeaturesFacts {
  /** Undefined where the server does not support FEAT. */
  readonly names: readonly string[] | undefined;
  /** How its reply ends where it does not end as it should; undefined where it does. */
  readonly unusualEnd?: string | undefined;
}

const maxFeaturesLength = 400;

export function evaluateFeatures({ names, unusualEnd }: FeaturesFacts): Finding {
  if (names === undefined) {
    return finding('warning', {
      found: 'the server does not support FEAT',
      means: 'Its features are detected by trying them, as the steps below do. Nothing needs to be set.',
    });
  }
  const has = (name: string) => names.includes(name);
  const missing = [
    ...(has('MLST') || has('MLSD') ? [] : ['MLSD']),
    ...['SIZE', 'MDTM', 'REST', 'UTF8', 'EPSV'].filter((name) => !has(name)),
  ];
  const found = names.join(' ').slice(0, maxFeaturesLength);
  const means =
    missing.length === 0
      ? 'It names all features that flows use.'
      : `It does not name ${missing.join(', ')}; the steps below try them anyway.`;
  if (unusualEnd === undefined) return finding('ok', { found, means });
  return finding('warning', {
    found: `${unusualEnd}: ${found}`,
    means: `${means} Each session takes the features that were listed, a few seconds later where the end is missing.`,
    advice: 'Show this to the partner; RFC 2389 says how the reply ends. Nothing needs to be set.',
  });
}
