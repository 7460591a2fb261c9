import { expect, it, vi } from 'vitest';
import type { Delivery } from '../../../../lambdas/contract/events/delivery.ts';
import type { FaultRule } from '../../../../testing/ftps-server/faults.ts';
import { sha256 } from '../../../support/sha256.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const settings = { overwrite: 'replace', doneFile: '{name}.done', checksumFile: 'sha256' };

const content = 'ours, and all of it\n';
/** Of another size than the content, as a part of it has. */
const older = 'what the partner had, and a reader may still be reading\n';
const olderChecksum = 'the older checksum\n';
/** Silence costs this much for each offset. */
const timeouts = { idleMs: 200, explanationMs: 50, finalReplyMs: 200, replyMs: 200 };
const atOnce = 8;

const checksumOf = (name: string) => `${sha256(content)}  ${name}\n`;

/** What a reader finds at the partner. */
interface Found {
  readonly file: string | undefined;
  readonly checksum: string | undefined;
  readonly hasMarker: boolean;
}

async function find(fixture: DeliveryFixture, name: string): Promise<Found> {
  const names = new Set(await fixture.names());
  const textOf = (each: string) =>
    names.has(each) ? fixture.partner.tree.bytesOf(`/in/${each}`).toString() : undefined;
  return {
    file: textOf(name),
    checksum: textOf(`${name}.sha256`),
    hasMarker: names.has(`${name}.done`),
  };
}

/** What is wrong after a cut: something that a reader must never find, or that the ledger must not say. */
function wrongAfterCut(name: string, found: Found, isRecorded: boolean): string[] {
  const { file, checksum, hasMarker } = found;
  const isWhole = file === content;
  const isOurs = checksum === checksumOf(name);
  const isComplete = isWhole && isOurs && hasMarker;
  return [
    ...(isWhole || file === older || file === undefined ? [] : [`a part of the file: ${file}`]),
    ...(isOurs || checksum === olderChecksum || checksum === undefined
      ? []
      : [`a part of the checksum file: ${checksum}`]),
    ...(isWhole && checksum === olderChecksum ? ['the new file with the checksum of the older one'] : []),
    ...(isWhole && hasMarker && !isOurs ? ['a marker beside a file without its checksum'] : []),
    ...(isRecorded && !isComplete ? ['recorded as delivered, and not complete'] : []),
  ];
}

interface Cut {
  /** What is at the partner: an older file with its companions, or what a reader has left of them. */
  readonly before: 'older file' | 'companions';
  readonly toFault: (name: string, offset: number) => Omit<FaultRule, 'times'>;
  /** The last offset; a dialogue may be over before. */
  readonly totalBytes: number;
  readonly step: number;
}

interface CutDelivery {
  readonly name: string;
  readonly delivery: Delivery;
}

async function prepare(fixture: DeliveryFixture, { before }: Cut, name: string): Promise<CutDelivery> {
  const { tree } = fixture.partner;
  const modified = new Date('2026-11-20T02:15:00Z');
  if (before === 'older file') tree.put(`/in/${name}`, { content: older, modified });
  tree.put(`/in/${name}.sha256`, { content: olderChecksum, modified });
  tree.put(`/in/${name}.done`, { content: '', modified });
  return { name, delivery: await fixture.put(name, content) };
}

/**
 * Delivers with the fault, and then once more without it: on a busy machine a try may run out of its short
 * time before it meets the fault. @returns what was wrong, and how the first try ended.
 */
async function deliverTwice(fixture: DeliveryFixture, { name, delivery }: CutDelivery, fault: FaultRule) {
  const remove = fixture.partner.server.fault(fault);
  const first = await fixture.push(delivery, timeouts).catch(() => 'lost' as const);
  remove();
  const { delivered } = await fixture.record(name);
  const wrong = wrongAfterCut(name, await find(fixture, name), delivered !== undefined);

  const second = await fixture.push(delivery).catch((error: unknown) => String(error));
  const { delivered: recorded, lastError } = await fixture.record(name);
  const end = first === 'delivered' ? 'already-delivered' : 'delivered';
  const whole = { file: content, checksum: checksumOf(name), hasMarker: true };
  expect.soft([name, second], 'the second try').toEqual([name, end]);
  expect.soft(await find(fixture, name), `${name} after the second try`).toEqual(whole);
  expect
    .soft([recorded?.versionId, recorded?.doubt, lastError])
    .toEqual([delivery.versionId, undefined, undefined]);
  return { first, wrong };
}

/** Cuts at one offset after the other, until a delivery is not cut any more. @returns how many were cut. */
async function cutEverywhere(cut: Cut): Promise<number> {
  const fixture = await DeliveryFixture.start(stage, { settings });
  const rename = vi.spyOn(fixture.partner.tree, 'rename');
  const wrong: string[] = [];
  const names: string[] = [];
  let isOver = false;
  const cutUntilOver = async () => {
    while (!isOver && names.length * cut.step <= cut.totalBytes) {
      const offset = names.length * cut.step;
      const name = `${String(offset).padStart(4, '0')}.csv`;
      names.push(name);
      const prepared = await prepare(fixture, cut, name);
      const fault = { ...cut.toFault(name, offset), times: 1 };
      const { first, wrong: found } = await deliverTwice(fixture, prepared, fault);
      wrong.push(...found.map((each) => `${name}: ${each}`));
      if (first === 'delivered') isOver = true;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, cutUntilOver));
  expect(wrong.toSorted()).toEqual([]);
  const left = names.flatMap((name) => [name, `${name}.done`, `${name}.sha256`]);
  expect(await fixture.names()).toEqual(left.toSorted());
  const renamed = rename.mock.settledResults
    .map(({ type }, index) => (type === 'fulfilled' ? String(rename.mock.calls[index]?.[1]) : ''))
    .filter((path) => path.endsWith('.csv'));
  expect(renamed.toSorted()).toEqual(names.map((name) => `/in/${name}`).toSorted());
  return names.length;
}

const ways = ['fin', 'close-notify', 'reset', 'silence'] as const;

/** The layer below is cut at every byte; here, the steps meet every command and every reply. */
const replyCuts = [
  { way: 'fin', step: 47, before: 'older file' },
  { way: 'close-notify', step: 59, before: 'companions' },
  { way: 'reset', step: 53, before: 'older file' },
  { way: 'silence', step: 61, before: 'companions' },
] as const;

const commandCuts = [
  { way: 'fin', step: 61, before: 'companions' },
  { way: 'close-notify', step: 83, before: 'older file' },
  { way: 'reset', step: 79, before: 'companions' },
  { way: 'silence', step: 83, before: 'older file' },
] as const;

it.each(replyCuts)(
  'A delivery whose replies are cut by $way shows no part of anything, and is made once ($before before)',
  async ({ way, step, before }) => {
    const toFault: Cut['toFault'] = (name, afterBytes) => ({
      on: 'SIZE',
      path: `/in/${name}`,
      do: { kind: 'cut-replies', afterBytes, with: way },
    });

    expect(await cutEverywhere({ before, toFault, totalBytes: 4_000, step })).toBeGreaterThan(10);
  },
);

it.each(commandCuts)(
  'A delivery whose commands are cut by $way shows no part of anything, and is made once ($before before)',
  async ({ way, step, before }) => {
    const toFault: Cut['toFault'] = (name, afterBytes) => ({
      on: 'SIZE',
      path: `/in/${name}`,
      do: { kind: 'cut-commands', afterBytes, with: way },
    });

    expect(await cutEverywhere({ before, toFault, totalBytes: 4_000, step })).toBeGreaterThan(10);
  },
);

const dataConnections = [
  { what: 'file', after: 0, totalBytes: content.length, step: 5 },
  { what: 'checksum file', after: 1, totalBytes: checksumOf('0000.csv').length, step: 13 },
].flatMap((connection) => ways.map((way) => ({ ...connection, way })));

it.each(dataConnections)(
  'A $what whose data connection is cut by $way is never shown in part, and is made once',
  async ({ after, way, totalBytes, step }) => {
    const toFault: Cut['toFault'] = (name, afterBytes) => ({
      on: 'STOR',
      path: new RegExp(`/\\.?${name}\\.`),
      after,
      do:
        way === 'silence' ? { kind: 'stall-data', afterBytes } : { kind: 'cut-data', afterBytes, with: way },
    });

    const cuts = await cutEverywhere({ before: 'older file', toFault, totalBytes, step });
    expect(cuts).toBeGreaterThan(totalBytes / step);
  },
);
