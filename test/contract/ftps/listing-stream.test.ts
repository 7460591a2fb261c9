import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listDirectory } from '../../../lambdas/ftps/list-directory.ts';
import type { ListingLine } from '../../../lambdas/sync/listing.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { type EmbeddedPartner, startEmbedded } from './embedded-partner.ts';
import { openTo } from './test-partner.ts';

const directory = parseRemotePath('/flat');
const count = 100_000;

let partner: EmbeddedPartner;
/** How many names the server has made lines of. */
let made = 0;

beforeAll(async () => {
  partner = await startEmbedded();
  partner.tree.putGenerated(directory, {
    *entries() {
      for (let index = 0; index < count; index++) {
        made = index + 1;
        yield [`${index}.csv`, {}];
      }
    },
    find: () => undefined,
  });
});

beforeEach(() => {
  made = 0;
});

afterAll(async () => {
  await partner[Symbol.asyncDispose]();
});

/** When the server has not gone on for a while. */
async function serverWaits(): Promise<void> {
  for (let before = -1; before !== made; ) {
    before = made;
    await sleep(250);
  }
}

describe('the listing of a large directory', () => {
  it("comes in the server's order, little by little", async () => {
    await using session = await openTo(partner);
    const names: ListingLine[] = [];
    let most = 0;

    const verdict = await listDirectory(session, directory, {
      onLines: (lines) => {
        most = Math.max(most, lines.length);
        for (const line of lines) names.push(line);
        return undefined;
      },
    });

    expect(verdict).toEqual({ directory, subdirectories: [], faults: [] });
    expect(names.length).toBe(count);
    expect(names.findIndex((line, index) => !isNumber(line, index))).toBe(-1);
    expect(most).toBeLessThan(2000);
  });

  it('has the server wait for whoever hears it', async () => {
    await using session = await openTo(partner);
    let madeMeanwhile = 0;
    let heard = 0;

    await listDirectory(session, directory, {
      onLines: async (lines) => {
        heard += lines.length;
        if (madeMeanwhile > 0) return;
        await serverWaits();
        madeMeanwhile = made;
      },
    });

    expect(madeMeanwhile).toBeLessThan(count);
    expect(heard).toBe(count);
  });

  it('ends the session where what it tells cannot be taken', async () => {
    await using session = await openTo(partner);
    const failure = new Error('no place to put it');

    const listing = listDirectory(session, directory, { onLines: () => Promise.reject(failure) });

    await expect(listing).rejects.toBe(failure);
    expect(session.lost).toBe(true);
  });

  it('tells no more subdirectories than may be held, and that there are others', async () => {
    await using session = await openTo(partner);
    for (const name of ['1', '2', '3']) partner.tree.putDirectory(`/wide/${name}`);

    const verdict = await listDirectory(session, parseRemotePath('/wide'), {
      maxSubdirectories: 2,
      onLines: () => undefined,
    });

    expect(verdict.subdirectories).toEqual(['/wide/1', '/wide/2']);
    expect(verdict.faults).toEqual([{ kind: 'too-many-entries', limit: 2 }]);
  });
});

function isNumber(line: ListingLine, index: number): boolean {
  return line.kind === 'file' && line.file.path === `/flat/${index}.csv`;
}
