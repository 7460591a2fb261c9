import { type Judgement, judged } from './doctor-finding.ts';
import { type ExaminedPartner, namesOf, pullsOf, pushesOf } from './examined-partner.ts';

/** One command about one file: what it told, or the reply with which it did not. */
export type Answer<T> =
  | { readonly kind: 'told'; readonly value: T }
  | { readonly kind: 'refused'; readonly reply: string };

/** Why nothing can be proved: these commands need a file. */
export function judgeNoFile(what: string, partner: ExaminedPartner): Judgement {
  const pulls = pullsOf(partner);
  return judged('note', {
    found: 'no file to ask with',
    means: `Nothing is known of ${what}.`,
    advice:
      pulls.length === 0
        ? 'Ask with --write and a directory in which a probe file may be put for a moment.'
        : `Ask again when there is a file of two bytes or more in ${pulls[0]?.remote}, or with --write and a directory.`,
  });
}

export function judgeSize(answer: Answer<number>, listedBytes: number | undefined): Judgement {
  if (answer.kind === 'refused') {
    return judged('note', {
      found: answer.reply,
      means:
        'What came is compared with the listing, or with MLST, instead; a push looks for its file in the listing. It is slower, and not wrong.',
      advice: 'Nothing is to be set here.',
    });
  }
  const { value } = answer;
  if (listedBytes === undefined || listedBytes === value) {
    return judged('ok', {
      found: `SIZE says ${value} bytes, as it should`,
      means: 'The bytes that came, or were sent, are compared with it.',
    });
  }
  return judged('note', {
    found: `SIZE says ${value} bytes, the listing said ${listedBytes}`,
    means: 'Either the file is being written, or it would be refused as changed each time.',
    advice: 'Ask again in a minute; if it stays, tell the partner.',
  });
}

export function judgeModifiedTime(answer: Answer<string>, partner: ExaminedPartner): Judgement {
  if (answer.kind === 'told') {
    return judged('ok', {
      found: `MDTM says ${answer.value}`,
      means: 'A file that changes while it is read is noticed, and the zone of LIST can be found.',
    });
  }
  return judged('note', {
    found: answer.reply,
    means:
      'A file that changes while it is read is noticed by its size alone, and the zone of LIST cannot be found.',
    advice:
      partner.connection.timeZone === 'auto' && pullsOf(partner).length > 0
        ? 'Set connection.timeZone where the listing is not MLSD.'
        : undefined,
  });
}

export interface RestFacts {
  readonly proof: 'proved' | 'refused' | 'lies';
  readonly path: string;
  readonly bytes: number;
}

export function judgeRest({ proof, path, bytes }: RestFacts, partner: ExaminedPartner): Judgement {
  const pulls = namesOf(pullsOf(partner));
  switch (proof) {
    case 'proved':
      return judged('ok', {
        found: `proved by the bytes of ${path} (${bytes} bytes): two offsets, and the same bytes where they overlap`,
        means:
          'Big files come in slices, over as many invocations and sessions as they need. It is proved again with larger offsets.',
      });
    case 'refused':
      return judged('note', {
        found: 'the server does not take REST',
        means: `Each file of ${pulls} has to arrive in one piece within one invocation: 15 minutes. Nothing is to be set here.`,
        advice: 'Ask the partner to enable REST, or to send no file that takes longer.',
      });
    case 'lies':
      return judged('note', {
        found: `the server takes REST and then sends something else than what was asked for (${path})`,
        means: `It is not used: each file of ${pulls} comes from its start, and has to arrive within one invocation: 15 minutes. Nothing is to be set here.`,
        advice: 'Show this to the partner; no client can go on with a broken transfer there.',
      });
  }
  return proof satisfies never;
}

export interface HashFacts {
  /** The algorithms by FEAT, best first. */
  readonly offered: readonly string[];
  /** The one that was answered, and whether it was that of the bytes where those are ours; undefined: not asked, or no answer. */
  readonly answered: { readonly algorithm: string; readonly isRight: boolean | undefined } | undefined;
}

export function judgeHash({ offered, answered }: HashFacts, partner: ExaminedPartner): Judgement {
  const pushes = pushesOf(partner);
  if (offered.length === 0) {
    return judged('ok', {
      found: 'no hash command in FEAT',
      means: `What is sent for ${namesOf(pushes)} is verified by its size alone, as is what is pulled.`,
    });
  }
  const found = `${offered.join(', ')} in FEAT`;
  if (answered?.isRight === false) {
    return judged('problem', {
      found: `${found}; the ${answered.algorithm} of the probe file is not that of the bytes sent`,
      means: `Every delivery of ${namesOf(pushes)} would be refused as damaged.`,
      advice: 'Tell the partner: either its hash command or its storage is wrong.',
    });
  }
  return judged('ok', {
    found:
      answered === undefined
        ? `${found}; not asked, or not answered`
        : `${found}; ${answered.algorithm} answered`,
    means:
      pushes.length === 0
        ? 'Big files that are pulled are compared with it where it is a CRC-32.'
        : `What is sent for ${namesOf(pushes)} is compared with it before it gets its name.`,
  });
}

export interface FeaturesFacts {
  /** Undefined where FEAT is not known. */
  readonly names: readonly string[] | undefined;
}

const longestFeatures = 400;

export function judgeFeatures({ names }: FeaturesFacts): Judgement {
  if (names === undefined) {
    return judged('note', {
      found: 'FEAT is not known to the server',
      means: 'What it can do is found by trying, as the steps below do. Nothing is to be set here.',
    });
  }
  const has = (name: string) => names.includes(name);
  const missing = [
    ...(has('MLST') || has('MLSD') ? [] : ['MLSD']),
    ...['SIZE', 'MDTM', 'REST', 'UTF8', 'EPSV'].filter((name) => !has(name)),
  ];
  return judged('ok', {
    found: names.join(' ').slice(0, longestFeatures),
    means:
      missing.length === 0
        ? 'It names all that the flows use.'
        : `It does not name ${missing.join(', ')}; each is tried below all the same.`,
  });
}
