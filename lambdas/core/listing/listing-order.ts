import { compareUtf8, directoryOrder, type FileOrder, nameOrder } from '../path/path-order.ts';
import { directoryBelow } from '../path/relative-path.ts';
import { baseName, parentPath, type RemotePath } from '../path/remote-path.ts';
import type { ListingLine } from './listing.ts';

/**
 * The position of a line in a listing, which is the position of its file in the ledger. The kind tells a file
 * from a refused or skipped name in the same position.
 */
export interface LineOrder extends FileOrder {
  readonly kind: ListingLine['kind'];
}

/**
 * @param remote the flow's remote directory.
 * @throws RelativePathError if the line is not below it.
 */
export function toLineOrder(remote: RemotePath, line: ListingLine): LineOrder {
  return {
    directory: directoryOrderBelow(remote, lineDirectory(line)),
    name: nameOrder(nameOfLine(line)),
    kind: line.kind,
  };
}

/** The order of a directory at the partner, by its path below the flow's remote directory. */
export function directoryOrderBelow(remote: RemotePath, directory: RemotePath): string {
  return directoryOrder(directoryBelow(remote, directory));
}

export function lineDirectory(line: ListingLine): RemotePath {
  return line.kind === 'file' ? parentPath(line.file.path) : line.directory;
}

/** Negative, zero or positive; zero only for two observations of the same name. */
export function compareLines(a: LineOrder, b: LineOrder): number {
  return compareUtf8(a.directory, b.directory) || compareUtf8(a.name, b.name) || compareUtf8(a.kind, b.kind);
}

function nameOfLine(line: ListingLine): string {
  switch (line.kind) {
    case 'file':
      return baseName(line.file.path);
    case 'skipped':
      return line.entry.name;
    case 'refused':
      return line.name.shownName;
  }
  return line satisfies never;
}
