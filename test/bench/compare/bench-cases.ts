import { flowDirectory } from '../../support/real-partner/real-partner.ts';
import type { SeededFolder } from '../../support/real-partner/seeded-folder.ts';

/** A case: the files at the partner, and whether they have been transferred before. */
export interface BenchCase {
  readonly name: string;
  readonly files: number;
  readonly fileBytes: number;
  /** `fresh`: the destination is empty. `again`: everything is there, and nothing has changed. */
  readonly destination: 'fresh' | 'again';
}

const mebibyte = 1024 * 1024;

export const benchCases: readonly BenchCase[] = [
  { name: '500 files of 4 KiB', files: 500, fileBytes: 4096, destination: 'fresh' },
  { name: 'one file of 512 MiB', files: 1, fileBytes: 512 * mebibyte, destination: 'fresh' },
  { name: '5,000 unchanged files', files: 5000, fileBytes: 1024, destination: 'again' },
];

/** Files in nested folders of a hundred files. */
export async function seedCase(folder: SeededFolder, { files, fileBytes }: BenchCase): Promise<void> {
  for (let number = 0; number < files; number++) {
    const place = Math.floor(number / 100);
    const path = `${flowDirectory}/region-${place % 5}/shop-${place}/sales-${number}.csv`;
    await folder.put(path, { sizeBytes: fileBytes, seed: number });
  }
}
