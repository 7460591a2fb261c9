import { type ExaminedPartner, flowNames, pushFlows } from './examined-partner.ts';
import { type Finding, finding, type Setting } from './finding.ts';

export function evaluateUpload(path: string, bytes: number): Finding {
  return finding('ok', {
    found: `uploaded ${path}, and SIZE or the listing shows its ${bytes} bytes`,
    means: 'This user can write here.',
  });
}

export function evaluateRename(to: string): Finding {
  return finding('ok', {
    found: `renamed to ${to}`,
    means: 'A push can rename a complete upload to its final name; `after: move` works too.',
  });
}

/** What RNTO does where the new name exists. */
export type RenameOver =
  | { readonly kind: 'replaces' }
  | { readonly kind: 'refused'; readonly answer: string }
  /** The server answers success, but the old file is still there. */
  | { readonly kind: 'ignored' };

export function evaluateRenameOver(result: RenameOver, partner: ExaminedPartner): Finding {
  const replacing = pushFlows(partner).filter(({ overwrite }) => overwrite === 'replace');
  if (result.kind === 'replaces') {
    return finding('ok', {
      found: 'RNTO replaces an existing file',
      means:
        'overwrite: replace works and never leaves the partner without the file. overwrite: refuse checks before it renames.',
    });
  }
  const found =
    result.kind === 'refused'
      ? `RNTO refuses to replace an existing file: ${result.answer}`
      : 'RNTO to an existing file answers success, but the old file stays';
  const settings = replacing.map(
    ({ name }): Setting => ({
      path: ['flows', name, 'overwrite'],
      value: 'delete-first',
      why: 'for a moment the partner has neither file',
    }),
  );
  return finding(replacing.length > 0 ? 'error' : 'warning', {
    found,
    means:
      replacing.length > 0
        ? `${flowNames(replacing)} cannot replace a file with overwrite: replace.`
        : 'overwrite: replace would not work; no flow uses it.',
    advice: 'Use overwrite: delete-first, which deletes the old file before it renames.',
    settings,
  });
}

/** What happens to an upload that continues an incomplete file. */
export type Resume =
  | { readonly kind: 'works' }
  | { readonly kind: 'refused'; readonly answer: string }
  /** The server accepts it, but the file has other bytes or another size. */
  | { readonly kind: 'corrupts'; readonly bytes: number | undefined; readonly expectedBytes: number };

export function evaluateAppend(result: Resume): Finding {
  return evaluateResume('APPE', result);
}

export function evaluateRestart(result: Resume): Finding {
  return evaluateResume('STOR after REST', result);
}

function evaluateResume(command: string, result: Resume): Finding {
  switch (result.kind) {
    case 'works':
      return finding('ok', {
        found: `${command} continues an incomplete file`,
        means: 'An interrupted upload resumes, so that objects of any size are delivered.',
      });
    case 'refused':
      return finding('warning', {
        found: `the server refuses ${command}: ${result.answer}`,
        means: usesOther,
      });
    case 'corrupts':
      return finding('warning', {
        found: `the server accepts ${command}, but the file then has wrong bytes: ${result.bytes ?? 'an unknown number'}, expected ${result.expectedBytes}`,
        means: usesOther,
      });
  }
  return result satisfies never;
}

const usesOther =
  'The push detects this and uses the other one of APPE and STOR after REST. If neither works, an object must be sent in one piece within one invocation. Nothing needs to be set.';

/** What the server made of the doctor's files and directory. */
export interface DeletedProbes {
  /** The files that still exist, or may exist. */
  readonly left: readonly string[];
  /** The directory that was created, and not removed. */
  readonly leftDirectories: readonly string[];
  /** How many files it has deleted. A file whose upload failed is not one of them. */
  readonly deleted: number;
}

export function evaluateDelete({ left, leftDirectories, deleted }: DeletedProbes): Finding {
  if (left.length === 0 && leftDirectories.length > 0) {
    return finding('warning', {
      found: `probe files deleted: ${deleted}; left behind: the directory ${leftDirectories.join(', ')}`,
      means: 'Its removal (RMD) was refused. No flow removes directories.',
      advice: 'Ask the partner to remove this directory.',
    });
  }
  if (left.length === 0 && deleted === 0) {
    return finding('ok', {
      found: 'no probe file to delete; none left behind',
      means: 'Whether this user may delete here was not seen.',
    });
  }
  if (left.length === 0) {
    return finding('ok', {
      found: `probe files deleted: ${deleted}; none left behind`,
      means: 'Flows can remove their staging files; `after: delete` works here.',
    });
  }
  return finding('error', {
    found: `left behind: ${[...left, ...leftDirectories].join(', ')}`,
    means:
      'This user cannot delete here: staging files of interrupted uploads stay, and `overwrite: delete-first` and `after: delete` fail.',
    advice: 'Ask the partner to delete these files and to allow DELE.',
  });
}
