/** A flow as far as it can conflict with another one; undefined where the file has no or no valid value. */
export interface FlowOutline {
  readonly name: string | undefined;
  readonly direction: string | undefined;
  readonly remote: string | undefined;
  /** The directory of `after: { move }`, with its placeholders. */
  readonly moveTo: string | undefined;
}

export interface FlowConflict {
  /** Below `flows`. */
  readonly path: readonly PropertyKey[];
  /** Continues a sentence that begins with the key. */
  readonly message: string;
}

/** The conflicts between flows of one partner, each of which is valid by itself. */
export function flowConflicts(flows: readonly FlowOutline[]): FlowConflict[] {
  const pulls = flows.filter(({ direction }) => direction === 'pull');
  return flows.flatMap((flow, index) => {
    const earlier = flows.slice(0, index);
    const conflicts: (readonly [string[], string | undefined])[] = [
      [['name'], nameConflict(flow, earlier)],
      [['remote'], returnConflict(flow, pulls)],
      [['remote'], targetConflict(flow, earlier)],
      [['after', 'move'], archiveConflict(flow, pulls)],
    ];
    return conflicts.flatMap(([path, message]) =>
      message === undefined ? [] : [{ path: [index, ...path], message }],
    );
  });
}

/** Whether one prefix contains the other: each flow would take the other's objects for foreign ones. */
export function prefixesOverlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function nameConflict({ name }: FlowOutline, earlier: readonly FlowOutline[]): string | undefined {
  const isDuplicate = name !== undefined && earlier.some((other) => other.name === name);
  return isDuplicate ? `'${name}' is already the name of an earlier flow; give each flow its own` : undefined;
}

/** A push into the directory of a pull: the pull would fetch what was pushed. */
function returnConflict(flow: FlowOutline, pulls: readonly FlowOutline[]): string | undefined {
  if (flow.direction !== 'push') return undefined;
  const pull = pulls.find((other) => isInside(flow.remote, other.remote));
  if (pull === undefined) return undefined;
  return `is inside remote ${pull.remote} of the pull flow ${pull.name}, which would fetch the pushed files; choose a directory outside of it`;
}

/**
 * Two pushes into overlapping directories: an object of each could get the same name, and replace the other.
 */
function targetConflict(flow: FlowOutline, earlier: readonly FlowOutline[]): string | undefined {
  if (flow.direction !== 'push') return undefined;
  const push = earlier.find(
    (other) =>
      other.direction === 'push' &&
      (isInside(flow.remote, other.remote) || isInside(other.remote, flow.remote)),
  );
  if (push === undefined) return undefined;
  return `overlaps remote ${push.remote} of the push flow ${push.name}, so that two objects could get the same name; give each flow its own directory`;
}

/** An archive in the directory of a pull: the pull would fetch the archived files. */
function archiveConflict({ moveTo }: FlowOutline, pulls: readonly FlowOutline[]): string | undefined {
  const pull = pulls.find((other) => isInside(undatedPart(moveTo), other.remote));
  if (pull === undefined) return undefined;
  return `is inside remote ${pull.remote} of the flow ${pull.name}, which would fetch the moved files; choose a directory outside of it`;
}

function isInside(directory: string | undefined, remote: string | undefined): boolean {
  if (directory === undefined || remote === undefined) return false;
  return withSlash(directory).startsWith(withSlash(remote));
}

function withSlash(directory: string): string {
  return directory.endsWith('/') ? directory : `${directory}/`;
}

/** The part of a directory before its first placeholder: `/archive/{yyyy}/{MM}` -> `/archive`. */
function undatedPart(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const names = path.split('/');
  const dated = names.findIndex((name) => name.includes('{'));
  return (dated === -1 ? names : names.slice(0, dated)).join('/');
}
