import { compareUtf8, directoryOrder, type FileOrder, nameOrder } from './file-order.ts';
import type { ListingLine } from './listing.ts';
import { nameOf, parentPath, pathBelow, type RemotePath } from './remote-path.ts';

/** Where a line stands in a listing: as its file stands in the ledger. A file, a refused and a skipped name may share a place otherwise. */
export interface LineOrder extends FileOrder {
  readonly kind: ListingLine['kind'];
}

/** @param remote the flow's remote directory. */
export function lineOrder(remote: RemotePath, line: ListingLine): LineOrder {
  return {
    directory: directoryOrderBelow(remote, directoryOfLine(line)),
    name: nameOrder(nameOfLine(line)),
    kind: line.kind,
  };
}

/** The order of a directory at the partner, by its path below the flow's remote directory. */
export function directoryOrderBelow(remote: RemotePath, directory: RemotePath): string {
  return directoryOrder(pathBelow(remote, directory) ?? '');
}

export function directoryOfLine(line: ListingLine): RemotePath {
  return line.kind === 'file' ? parentPath(line.file.path) : line.directory;
}

/** Zero for two sightings of the same name only. */
export function compareLines(a: LineOrder, b: LineOrder): number {
  return compareUtf8(a.directory, b.directory) || compareUtf8(a.name, b.name) || compareUtf8(a.kind, b.kind);
}

function nameOfLine(line: ListingLine): string {
  switch (line.kind) {
    case 'file':
      return nameOf(line.file.path);
    case 'skipped':
      return line.entry.name;
    case 'refused':
      return line.name.shownName;
  }
  return line satisfies never;
}
