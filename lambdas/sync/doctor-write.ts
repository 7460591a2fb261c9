import { type Judgement, judged, type Setting } from './doctor-finding.ts';
import { type ExaminedPartner, namesOf, pullsOf, pushesOf } from './examined-partner.ts';

export function judgeUpload(path: string, bytes: number): Judgement {
  return judged('ok', {
    found: `${bytes} bytes to ${path}, and they are there`,
    means: 'This user may write here.',
  });
}

const minuteMs = 60_000;

/** The difference that a clock may have before somebody should know. */
const smallSkewMs = 2 * minuteMs;

/** @param aheadMs by how much the MDTM of a file that was written just now is ahead of our clock, read as UTC. */
export function judgeClock(aheadMs: number, partner: ExaminedPartner): Judgement {
  const size = Math.abs(aheadMs);
  const quarter = Math.round(size / (15 * minuteMs)) * 15;
  const text = `${Math.round(size / 1000)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} ours`;
  if (size <= smallSkewMs) {
    return judged('ok', {
      found: `MDTM of the probe file is ${text}`,
      means: 'MDTM is UTC, and the clock of the server is right.',
    });
  }
  const isZone = quarter > 0 && Math.abs(size - quarter * minuteMs) <= smallSkewMs && quarter <= 15 * 60;
  if (isZone) {
    return judged('problem', {
      found: `MDTM of the probe file is ${text}: it is local time, not UTC (RFC 3659, 2.3)`,
      means: `The ages of files in ${namesOf(pullsOf(partner))} are wrong by as much: young files may be taken, or old ones held. auto cannot find this.`,
      advice: 'Set connection.timeZone to the zone of the server (vsftpd: use_localtime=YES).',
      settings: [
        { path: ['connection', 'timeZone'], value: 'Europe/Rome', why: "write the partner's zone instead" },
      ],
    });
  }
  return judged('note', {
    found: `MDTM of the probe file is ${text}`,
    means: 'The clock of the server is wrong: the ages of files are wrong by as much.',
    advice: 'Tell the partner, and let settled.minAge be longer than the difference.',
  });
}

export function judgeRename(to: string): Judgement {
  return judged('ok', {
    found: `to ${to}, and it is there`,
    means: 'A push shows a file under its name only when it is whole; `after: move` works too.',
  });
}

/** What RNTO over a file that exists came to: with which reply it was refused, or that the file was replaced. */
export type RenameOver =
  | { readonly kind: 'replaces' }
  | { readonly kind: 'refused'; readonly answer: string }
  /** It said yes, and the old file is still there. */
  | { readonly kind: 'lies' };

export function judgeRenameOver(result: RenameOver, partner: ExaminedPartner): Judgement {
  const replacing = pushesOf(partner).filter(({ overwrite }) => overwrite === 'replace');
  if (result.kind === 'replaces') {
    return judged('ok', {
      found: 'RNTO replaces a file that is there',
      means:
        'overwrite: replace works here, and leaves no moment without the file. overwrite: refuse looks before it renames.',
    });
  }
  const found =
    result.kind === 'refused'
      ? `RNTO over a file that is there is refused: ${result.answer}`
      : 'RNTO over a file that is there says yes, and the old file stays';
  const settings = replacing.map(
    ({ name }): Setting => ({
      path: ['flows', name, 'overwrite'],
      value: 'delete-first',
      why: 'there is a moment in which the partner has neither file',
    }),
  );
  return judged(replacing.length > 0 ? 'problem' : 'note', {
    found,
    means:
      replacing.length > 0
        ? `${namesOf(replacing)} cannot replace a file with overwrite: replace.`
        : 'overwrite: replace would not work here; no flow has it.',
    advice: 'overwrite: delete-first deletes the old file, and then renames.',
    settings,
  });
}

/** How a file is gone on with: `size` the bytes are as many as they should be, `content` they are the right ones. */
export type GoingOn =
  | { readonly kind: 'works' }
  | { readonly kind: 'refused'; readonly answer: string }
  | { readonly kind: 'lies'; readonly bytes: number | undefined; readonly expectedBytes: number };

export function judgeAppend(result: GoingOn): Judgement {
  return judgeGoingOn('APPE', result);
}

export function judgeRestart(result: GoingOn): Judgement {
  return judgeGoingOn('STOR behind REST', result);
}

function judgeGoingOn(command: string, result: GoingOn): Judgement {
  switch (result.kind) {
    case 'works':
      return judged('ok', {
        found: `${command} goes on with a file`,
        means: 'An upload that was cut is gone on with, so that an object of any size is delivered.',
      });
    case 'refused':
      return judged('note', { found: `${command} is refused: ${result.answer}`, means: notGoingOn });
    case 'lies':
      return judged('note', {
        found: `${command} is taken, and leaves ${result.bytes ?? 'no known number of'} bytes where there should be ${result.expectedBytes}, or others`,
        means: notGoingOn,
      });
  }
  return result satisfies never;
}

const notGoingOn =
  'The push finds this out by itself and uses the other of APPE and REST with STOR. Without either, an object has to be sent in one piece, within one invocation. Nothing is to be set here.';

export function judgeDelete(left: readonly string[], deleted: number): Judgement {
  if (left.length === 0) {
    return judged('ok', {
      found: `${deleted} probe files deleted; nothing is left`,
      means: 'The flows may tidy up what they staged; `after: delete` works here.',
    });
  }
  return judged('problem', {
    found: `left behind: ${left.join(', ')}`,
    means:
      'This user may not delete here: staged files that were cut stay, and `overwrite: delete-first` and `after: delete` fail.',
    advice: 'Ask the partner to delete them, and to allow DELE.',
  });
}
