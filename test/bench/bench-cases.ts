import { flowDirectory } from '../support/real-partner/real-partner.ts';
import type { SeededFolder } from '../support/real-partner/seeded-folder.ts';

/** What is measured: the files at the partner, and whether everybody has them already. */
export interface BenchCase {
  readonly name: string;
  readonly files: number;
  readonly fileBytes: number;
  /** `fresh`: into an empty destination. `again`: everything is there, and nothing has changed. */
  readonly destination: 'fresh' | 'again';
}

const mebibyte = 1024 * 1024;

export const benchCases: readonly BenchCase[] = [
  { name: '500 files of 4 KiB', files: 500, fileBytes: 4096, destination: 'fresh' },
  { name: 'one file of 512 MiB', files: 1, fileBytes: 512 * mebibyte, destination: 'fresh' },
  { name: '5,000 unchanged files', files: 5000, fileBytes: 1024, destination: 'again' },
];

/** Files in nested folders, a hundred to a folder. */
export async function seedCase(folder: SeededFolder, { files, fileBytes }: BenchCase): Promise<void> {
  for (let number = 0; number < files; number++) {
    const place = Math.floor(number / 100);
    const path = `${flowDirectory}/region-${place % 5}/shop-${place}/sales-${number}.csv`;
    await folder.put(path, { sizeBytes: fileBytes, seed: number });
  }
}
