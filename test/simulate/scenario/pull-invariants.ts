import { createHash } from 'node:crypto';
import { fileKey } from '../../../lambdas/ledger/keys.ts';
import type { BucketObserver } from '../model/bucket.ts';
import type { Item } from '../model/expressions.ts';
import type { Inode, LastTold } from '../model/partner.ts';
import { partnerId, pullFlow, pullPrefix, type Setting } from './setting.ts';
import type { Truth } from './truth.ts';

type Put = Parameters<BucketObserver>[0];

/** What must hold of a pull at every moment, and once it has come to rest. */
export class PullInvariants {
  readonly #truth: Truth;
  #setting: Setting | undefined;

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  use(setting: Setting): void {
    this.#setting = setting;
  }

  /**
   * Nothing unverified is visible: what appears at a key stood at the partner with exactly these bytes, and
   * was complete. A part of a file is only allowed where the flow's own rule calls it settled: it has not
   * grown for `minAge`, or its done file looks as if it had been written after it. Without MDTM and MLST, a
   * download is verified by its size alone: what has the size of the listed file passes for it. So does, on a
   * LIST server, what is whole quarters of an hour younger to the minute, as if by a time zone.
   */
  onlySettledVersionsAreVisible({ bucket, key, version }: Put): void {
    const setting = this.#setting;
    if (setting === undefined || bucket !== setting.inbox || !key.startsWith(pullPrefix)) return;
    const { world, config } = setting;
    const path = `/in/${key.slice(pullPrefix.length)}`;
    if (version.isDeleteMarker || this.#truth.complete(path, version.bytes) !== undefined) return;
    const shown = version.bytes.toString('latin1');
    const part = this.#truth.partial(path, version.bytes);
    if (part === undefined) {
      world.fail('onlySettledVersionsAreVisible', `${key} has bytes that never stood at ${path}: '${shown}'`);
      return;
    }
    const { doneFile, minAgeSeconds } = config.pull;
    const stoodSeconds = (world.nowMs - part.writtenMs) / 1000;
    if (!doneFile && stoodSeconds >= minAgeSeconds) return;
    if (doneFile && setting.partner.looksAsOldAs(`${path}.done`, part.writtenMs)) return;
    if (!setting.partner.tellsTimeOfAFile && this.#truth.hasTwin(path, version.bytes)) return;
    if (!config.server.mlsd && this.#truth.isAZoneFromAnother(path, version.bytes)) return;
    const rule = doneFile ? 'its done file was not there' : `minAge is ${minAgeSeconds} s`;
    const message = `${key} shows '${shown}', a part of a file that was written ${stoodSeconds} s ago; ${rule}`;
    world.fail('onlySettledVersionsAreVisible', message);
  }

  /** No older version of a file replaces a newer one in the bucket. */
  noOlderVersionReplacesANewerOne({ bucket, key, version, before }: Put): void {
    const setting = this.#setting;
    if (setting === undefined || bucket !== setting.inbox || before === undefined) return;
    const path = `/in/${key.slice(pullPrefix.length)}`;
    const [older, newer] = [this.#truth.newest(path, version.bytes), this.#truth.oldest(path, before.bytes)];
    if (older >= newer) return;
    const message = `at ${key}, '${version.bytes.toString('latin1')}' replaces the newer '${before.bytes.toString('latin1')}'`;
    setting.world.fail('noOlderVersionReplacesANewerOne', message);
  }

  /**
   * The ledger can be rebuilt: the metadata of every object name the file it came from, and a fingerprint
   * with the size of its bytes.
   */
  theLedgerCanBeRebuilt({ bucket, key, version }: Put): void {
    const setting = this.#setting;
    if (setting === undefined || bucket !== setting.inbox || version.isDeleteMarker) return;
    const { metadata, bytes } = version;
    const path = encodeURIComponent(`/in/${key.slice(pullPrefix.length)}`);
    const isNamed = metadata['ftps-path'] === path && metadata['ftps-partner'] === partnerId;
    if (isNamed && metadata['ftps-fingerprint']?.startsWith(`${bytes.length}`)) return;
    const message = `${key} has ${bytes.length} bytes and the metadata ${JSON.stringify(metadata)}`;
    setting.world.fail('theLedgerCanBeRebuilt', message);
  }

  /** Nothing is recorded as transferred that is not in the bucket, with the bytes that are recorded. */
  everythingRecordedIsVisible(after: Item | undefined, before: Item | undefined): void {
    const setting = this.#setting;
    const transferred = transferredOf(after);
    if (setting === undefined || transferred === undefined) return;
    if (transferred.etag === transferredOf(before)?.etag) return;
    const versions = setting.inbox.versions(transferred.key);
    if (
      versions.some(({ etag, bytes }) => etag === transferred.etag && bytes.length === transferred.sizeBytes)
    )
      return;
    setting.world.fail(
      'everythingRecordedIsVisible',
      `${transferred.key} is recorded, and is not in the bucket`,
    );
  }

  /**
   * Nothing is disposed of at the partner that is not recorded with exactly the bytes that are there now, and
   * in the bucket with them. Without MDTM and MLST, a version that was listed, replaced by one of its size
   * while that was transferred, and put back afterwards, looks at the partner as if it had never been away.
   */
  onlyRecordedVersionsAreDisposedOf(path: string, inode: Inode, by: object): void {
    const setting = this.#setting;
    if (setting === undefined || !path.startsWith('/in/') || path.endsWith('.done')) return;
    const name = path.slice('/in/'.length);
    const { pk, sk } = fileKey({ partner: partnerId, flow: pullFlow } as never, name as never);
    const transferred = transferredOf(setting.ledger.item(pk, sk));
    const kept =
      transferred && setting.inbox.versions(transferred.key).some(({ bytes }) => bytes.equals(inode.bytes));
    const isRecorded =
      transferred?.sizeBytes === inode.bytes.length &&
      (transferred.sha256 === undefined || transferred.sha256 === sha256(inode.bytes));
    if (kept === true && isRecorded) return;
    const { partner } = setting;
    if (partner.hasChangedUnseen(path, inode, by)) return;
    if (this.#cannotBeTold(transferred?.key, path, partner.lastTold(path, inode, by))) return;
    const listedAs = transferred?.fingerprint?.modified?.raw;
    const isBack = listedAs === partner.listedTime(inode) && this.#truth.hasTwin(path, inode.bytes);
    if (!partner.tellsTimeOfAFile && isBack) return;
    const shown = inode.bytes.toString('latin1');
    const message = `${path} is removed at the partner as '${shown}', which is ${kept === true ? 'not recorded' : 'nowhere in the bucket'}`;
    setting.world.fail('onlyRecordedVersionsAreDisposedOf', message);
  }

  /**
   * What stands settled for hours is taken by the next run that nothing disturbs: a server that tells the
   * time of a file leaves no reason to wait for another run.
   */
  settledFilesAreTakenByTheNextRun(): void {
    const setting = this.#setting;
    if (setting === undefined) return;
    const { config } = setting;
    const { mlsd, mdtm } = config.server;
    const isTimeKnown = mlsd || config.connection.timeZone === 'right' || mdtm;
    if (config.pull.unchangedListings > 1 || !(isTimeKnown || config.pull.minAgeSeconds === 0)) return;
    this.#everySettledFileIsTransferred('settledFilesAreTakenByTheNextRun');
  }

  /**
   * At rest, every file at the partner is in the bucket as it is there, and once. A file that is replaced
   * between listing and download may come a second time where the server has no MDTM, and where LIST shows
   * local minutes and the replacement is whole quarters of an hour younger, which a time zone would be too.
   */
  everySettledFileIsTransferredOnce(): void {
    const setting = this.#setting;
    if (setting === undefined) return;
    this.#everySettledFileIsTransferred('everySettledFileIsTransferredOnce');
    if (!setting.config.server.mdtm || !setting.config.server.mlsd) return;
    for (const key of setting.inbox.keys()) {
      const versions = setting.inbox.versions(key);
      for (const { bytes } of versions) {
        const count = versions.filter((other) => other.bytes.equals(bytes)).length;
        const path = `/in/${key.slice(pullPrefix.length)}`;
        // A version with the bytes of an earlier one has its ETag too, so that a run that was interrupted
        // after it published such a version publishes it once more: nothing is lost, and nothing changes.
        const isRepeated = (this.#truth.complete(path, bytes)?.sequence.length ?? 1) > 1;
        if (count === 1 || isRepeated) continue;
        const message = `${key} has ${count} versions '${bytes.toString('latin1')}'; the partner made one`;
        setting.world.fail('everySettledFileIsTransferredOnce', message);
      }
    }
  }

  #everySettledFileIsTransferred(invariant: string): void {
    const setting = this.#setting;
    if (setting === undefined) return;
    for (const [name, inode] of setting.partner.inDirectory('/in')) {
      if (name.startsWith('old-') || name.endsWith('.done') || inode.completedMs === undefined) continue;
      const object = setting.inbox.current(`${pullPrefix}${name}`);
      if (object?.bytes.equals(inode.bytes) || this.#looksAsTransferred(name, inode)) continue;
      const message = `/in/${name} is '${inode.bytes.toString('latin1')}', and the bucket has '${object?.bytes.toString('latin1')}'`;
      setting.world.fail(invariant, message);
    }
  }

  #cannotBeTold(key: string | undefined, path: string, { facts, isTimeOver }: LastTold): boolean {
    const { inbox } = this.#setting ?? {};
    if (key === undefined || inbox === undefined || !isTimeOver) return false;
    return inbox
      .versions(key)
      .some(({ bytes }) => this.#truth.complete(path, bytes)?.facts.has(facts) === true);
  }

  /** A version that every listing shows like one that was transferred cannot be told from it. */
  #looksAsTransferred(name: string, inode: Inode): boolean {
    const setting = this.#setting;
    if (setting === undefined) return false;
    const look = setting.partner.look(inode);
    // Without MDTM and MLST, what was listed and replaced before its download is recorded as it was listed.
    if (!setting.partner.tellsTimeOfAFile && this.#truth.looksLikeAnother(`/in/${name}`, inode.bytes, look))
      return true;
    return setting.inbox
      .versions(`${pullPrefix}${name}`)
      .some(({ bytes }) => this.#truth.complete(`/in/${name}`, bytes)?.looks.has(look) === true);
  }
}

interface Transferred {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly sha256?: string;
  readonly fingerprint?: { readonly modified?: { readonly raw: string } };
}

function transferredOf(item: Item | undefined): Transferred | undefined {
  return item?.transferred as Transferred | undefined;
}

const sums = new Map<string, string>();

function sha256(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  const known = sums.get(text) ?? createHash('sha256').update(bytes).digest('hex');
  if (sums.size > 10_000) sums.clear();
  sums.set(text, known);
  return known;
}
