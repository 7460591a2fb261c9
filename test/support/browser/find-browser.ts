import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** How to make a browser available. */
export const browserRemedy =
  'run .ci/install-browser as root on Debian, or set BROWSER_PROGRAM to a Chromium or Chrome';

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of a Chromium or Chrome; undefined when there is none. */
export async function findBrowser(): Promise<string | undefined> {
  const given = process.env.BROWSER_PROGRAM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates =
    given === undefined ? programs.flatMap((name) => folders.map((each) => join(each, name))) : [given];
  for (const path of candidates) {
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}
