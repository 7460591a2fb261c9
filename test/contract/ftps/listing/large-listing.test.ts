import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ListingLine } from '../../../../lambdas/core/listing/listing.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { listDirectory } from '../../../../lambdas/ftps/listing/list-directory.ts';
import { type EmbeddedPartner, startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const directory = parseRemotePath('/flat');
const count = 100_000;

let partner: EmbeddedPartner;
/** How many lines the server has generated. */
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

/** Resolves when the server has paused for a while. */
async function serverWaits(): Promise<void> {
  for (let before = -1; before !== made; ) {
    before = made;
    await sleep(250);
  }
}

describe('the listing of a large directory', () => {
  it("arrives in the server's order, in batches", async () => {
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

    expect(verdict).toMatchObject({ directory, subdirectories: [], errors: [] });
    expect(names.length).toBe(count);
    expect(names.findIndex((line, index) => !isNumber(line, index))).toBe(-1);
    expect(most).toBeLessThan(2000);
  });

  it('pauses the server while the sink is busy', async () => {
    await using session = await openTo(partner);
    let madeMeanwhile = 0;
    let received = 0;

    await listDirectory(session, directory, {
      onLines: async (lines) => {
        received += lines.length;
        if (madeMeanwhile > 0) return;
        await serverWaits();
        madeMeanwhile = made;
      },
    });

    expect(madeMeanwhile).toBeLessThan(count);
    expect(received).toBe(count);
    // close_notify was seen though the connection was paused: otherwise there would be a second listing.
    expect(
      partner.server.log.filter(({ session, command }) => session === 2 && command === 'MLSD'),
    ).toHaveLength(1);
  });

  it('ends the session where the sink fails', async () => {
    await using session = await openTo(partner);
    const lastError = new Error('no place to put it');

    const listing = listDirectory(session, directory, { onLines: () => Promise.reject(lastError) });

    await expect(listing).rejects.toBe(lastError);
    expect(session.lost).toBe(true);
  });

  it('returns no more subdirectories than the limit, and reports that there are others', async () => {
    await using session = await openTo(partner);
    for (const name of ['1', '2', '3']) partner.tree.putDirectory(`/wide/${name}`);

    const verdict = await listDirectory(session, parseRemotePath('/wide'), {
      maxSubdirectories: 2,
      onLines: () => undefined,
    });

    expect(verdict.subdirectories).toEqual(['/wide/1', '/wide/2']);
    expect(verdict.errors).toEqual([{ kind: 'too-many-entries', limit: 2 }]);
  });
});

function isNumber(line: ListingLine, index: number): boolean {
  return line.kind === 'file' && line.file.path === `/flat/${index}.csv`;
}
