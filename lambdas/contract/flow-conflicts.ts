/** A flow as far as it can be in another one's way; undefined where the partner file does not say, or not rightly. */
export interface FlowOutline {
  readonly name: string | undefined;
  readonly direction: string | undefined;
  readonly remote: string | undefined;
  /** Where taken files are moved, with its placeholders. */
  readonly moveTo: string | undefined;
}

export interface FlowConflict {
  /** Below `flows`. */
  readonly path: readonly PropertyKey[];
  /** The end of a sentence that begins with the key. */
  readonly message: string;
}

/** What is wrong between the flows of one partner, though each by itself is right. */
export function flowConflicts(flows: readonly FlowOutline[]): FlowConflict[] {
  return flows.flatMap((flow, index) => {
    const isDouble = flows.slice(0, index).some((other) => isSame(other.name, flow.name));
    const double = `'${flow.name}' is the name of an earlier flow; give each its own`;
    const pulls = flows.filter(({ direction }) => direction === 'pull');
    const into = pulls.find((other) => liesInside(undatedPart(flow.moveTo), other.remote));
    const isPush = flow.direction === 'push';
    const back = isPush ? pulls.find((other) => liesInside(flow.remote, other.remote)) : undefined;
    const same = isPush ? flows.slice(0, index).find((other) => couldMeet(flow, other)) : undefined;
    const shared = `overlaps remote ${same?.remote} of the push flow ${same?.name}: an object of each could get the same name; give each flow its own directory`;
    const returned = `lies inside remote ${back?.remote} of the pull flow ${back?.name}, which would take back what is pushed; choose a directory outside it`;
    const caught = `lies inside remote ${into?.remote} of the flow ${into?.name}, which would take the moved files; choose a directory outside it`;
    return [
      ...(isDouble ? [{ path: [index, 'name'], message: double }] : []),
      ...(back === undefined ? [] : [{ path: [index, 'remote'], message: returned }]),
      ...(same === undefined ? [] : [{ path: [index, 'remote'], message: shared }]),
      ...(into === undefined ? [] : [{ path: [index, 'after', 'move'], message: caught }]),
    ];
  });
}

/** Two flows must not write under one prefix: each would take the other's objects for strangers. */
export function prefixesOverlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a === b;
}

/** An object of each could go to the same name, and the one would replace the other for ever. */
function couldMeet(push: FlowOutline, other: FlowOutline): boolean {
  return (
    other.direction === 'push' &&
    (liesInside(push.remote, other.remote) || liesInside(other.remote, push.remote))
  );
}

function liesInside(directory: string | undefined, remote: string | undefined): boolean {
  if (directory === undefined || remote === undefined) return false;
  return withSlash(directory).startsWith(withSlash(remote));
}

function withSlash(directory: string): string {
  return directory.endsWith('/') ? directory : `${directory}/`;
}

/** The part of a dated directory that has no placeholder in it: `/archive/{yyyy}/{MM}` -> `/archive`. */
function undatedPart(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const names = path.split('/');
  const dated = names.findIndex((name) => name.includes('{'));
  return (dated === -1 ? names : names.slice(0, dated)).join('/');
}
