/** How many files of a listing have a fact that neither the listing nor the server tells. */
export interface UnknownFacts {
  readonly filesWithoutTime?: number | undefined;
  readonly filesWithoutSize?: number | undefined;
}

/** What it means that facts of files are unknown, one sentence for each fact. */
export function unknownFactsTexts({ filesWithoutTime = 0, filesWithoutSize = 0 }: UnknownFacts): string[] {
  const time = `${filesText(filesWithoutTime)} no time, neither in the listing nor by MDTM: a change at the same size is not seen.`;
  const size = `${filesText(filesWithoutSize)} no size, neither in the listing nor by SIZE: nothing can prove that all of such a file came.`;
  return [...(filesWithoutTime > 0 ? [time] : []), ...(filesWithoutSize > 0 ? [size] : [])];
}

function filesText(count: number): string {
  return count === 1 ? '1 file has' : `${count} files have`;
}
