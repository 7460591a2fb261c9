import { fileKey } from '../../../lambdas/ledger/keys.ts';
import { theWorld } from '../machine/world.ts';
import type { BucketObserver, StoredVersion } from '../model/bucket.ts';
import type { Item } from '../model/expressions.ts';
import type { Inode } from '../model/partner.ts';
import { partnerId, pushFlow, pushPrefix, type Setting } from './setting.ts';

type Put = Parameters<BucketObserver>[0];

/** A rename of ours to a final name. */
interface Placed {
  readonly path: string;
  readonly bytes: Buffer;
  readonly atMs: number;
}

/** A file that is longer at its place than any function needs between its look and its rename. */
const longMs = 60_000;

/** What must hold of a push at every moment, and once it has come to rest. */
export class PushInvariants {
  readonly #placed: Placed[] = [];
  /** The versions over which the product has put a delete marker before they were delivered, by key. */
  readonly #hidden = new Map<string, StoredVersion>();
  #setting: Setting | undefined;
  /** The world acts, and not the product. */
  isActing = false;

  use(setting: Setting): void {
    this.#setting = setting;
  }

  /**
   * Nothing unverified is visible: what gets a final name at the partner has exactly the bytes of a version
   * of its object.
   */
  onlyWholeObjectsAppear(path: string, bytes: Buffer): void {
    const setting = this.#setting;
    if (setting === undefined || !isFinalName(path)) return;
    if (versionsAt(setting, path).some((version) => version.bytes.equals(bytes))) return;
    setting.world.fail(
      'onlyWholeObjectsAppear',
      `${path} is '${shown(bytes)}' at the partner, which no version of its object is`,
    );
  }

  /** A final name is only given by a rename: a reader never sees a file grow. */
  nothingIsWrittenInPlace(path: string): void {
    if (!isFinalName(path)) return;
    this.#setting?.world.fail(
      'nothingIsWrittenInPlace',
      `${path} is opened for writing under its final name`,
    );
  }

  /** No older version of an object replaces a newer one at the partner. */
  noOlderVersionReplacesANewerOne(path: string, inode: Inode, over: Inode | undefined): void {
    const setting = this.#setting;
    if (setting === undefined || over?.by !== 'us' || !isFinalName(path)) return;
    const versions = versionsAt(setting, path);
    const newest = (bytes: Buffer) => versions.findLastIndex((version) => version.bytes.equals(bytes));
    if (newest(inode.bytes) >= newest(over.bytes)) return;
    const message = `at ${path}, '${shown(inode.bytes)}' replaces the newer '${shown(over.bytes)}'`;
    setting.world.fail('noOlderVersionReplacesANewerOne', message);
  }

  /** With `overwrite: refuse` no file of the partner is replaced that has been there for a while. */
  noFileOfOthersIsReplaced(path: string, over: Inode | undefined): void {
    const setting = this.#setting;
    if (setting === undefined || over?.by !== 'others' || setting.config.push.overwrite !== 'refuse') return;
    const { nowMs, currentProcess } = setting.world;
    if (nowMs - over.writtenMs < longMs || currentProcess.suspendedUntilMs > 0) return;
    setting.world.fail('noFileOfOthersIsReplaced', `${path} was there, and overwrite is refuse`);
  }

  placed(path: string, inode: Inode): void {
    this.#placed.push({ path, bytes: inode.bytes, atMs: theWorld().nowMs });
  }

  /** No delivery is recorded that the partner has not: a rename of ours gave it these bytes. */
  everyRecordedDeliveryHappened(after: Item | undefined, before: Item | undefined): void {
    const setting = this.#setting;
    const delivered = deliveredOf(after);
    if (setting === undefined || delivered === undefined) return;
    if (delivered.versionId === deliveredOf(before)?.versionId) return;
    const version = versionsAt(setting, delivered.path).find(
      ({ versionId }) => versionId === delivered.versionId,
    );
    const happened = this.#placed.some(
      ({ path, bytes, atMs }) =>
        version !== undefined &&
        path === delivered.path &&
        bytes.equals(version.bytes) &&
        atMs >= version.storedMs,
    );
    if (happened) return;
    const message = `${delivered.path} is recorded as delivered (${delivered.verification}), and no rename gave the partner these bytes`;
    setting.world.fail('everyRecordedDeliveryHappened', message);
  }

  /**
   * With `after: delete`, only a version that is recorded as delivered is deleted, or a newer one of the same
   * bytes, which S3 cannot tell from it: that one must be delivered in the end.
   */
  onlyDeliveredObjectsAreDeleted({ bucket, key, version, before }: Put): void {
    const setting = this.#setting;
    if (setting === undefined || bucket !== setting.outbox) return;
    // A newer version takes the place of a hidden one.
    if (!version.isDeleteMarker) this.#hidden.delete(key);
    if (!version.isDeleteMarker || this.isActing) return;
    const delivered = this.#recorded(key)?.versionId;
    if (before === undefined || delivered === before.versionId) return;
    const isTwin = bucket
      .versions(key)
      .some(({ versionId, etag }) => versionId === delivered && etag === before.etag);
    if (isTwin) this.#hidden.set(key, before);
    if (isTwin) return;
    const message = `${key} gets a delete marker over ${before.versionId}, and ${delivered ?? 'nothing'} was delivered`;
    setting.world.fail('onlyDeliveredObjectsAreDeleted', message);
  }

  /** At rest, the current version of every object is delivered, unless the flow does not replace files. */
  everyObjectIsDelivered(): void {
    const setting = this.#setting;
    if (setting === undefined) return;
    for (const key of setting.outbox.keys()) {
      const current = setting.outbox.current(key) ?? this.#hidden.get(key);
      if (current === undefined || this.#recorded(key)?.versionId === current.versionId) continue;
      const path = `/out/${key.slice(pushPrefix.length)}`;
      if (setting.partner.files.has(path) && this.#mayBeInTheWay()) continue;
      // Nothing sends it again, since its object is hidden; it is named as failed, for `replay`.
      const isNamed = this.#refused(key) === current.versionId;
      if (this.#hidden.has(key) && isNamed && this.#mayBeInTheWay()) continue;
      const message = `${key} is '${shown(current.bytes)}' (${current.versionId}), and the ledger has ${this.#recorded(key)?.versionId ?? 'nothing'} as delivered`;
      setting.world.fail('everyObjectIsDelivered', message);
    }
  }

  /**
   * At rest, what is ours at the partner is the version that was recorded last, unless its object is gone.
   */
  thePartnerHasWhatWasRecordedLast(): void {
    const setting = this.#setting;
    if (setting === undefined) return;
    for (const key of setting.outbox.keys()) {
      const path = `/out/${key.slice(pushPrefix.length)}`;
      const inode = setting.partner.files.get(path);
      const delivered = this.#recorded(key);
      const version = setting.outbox
        .versions(key)
        .find(({ versionId }) => versionId === delivered?.versionId);
      if (inode?.by !== 'us' || version === undefined || inode.bytes.equals(version.bytes)) continue;
      if (setting.outbox.current(key) === undefined || this.#mayBeInTheWay()) continue;
      const message = `${path} is '${shown(inode.bytes)}', and '${shown(version.bytes)}' is recorded as delivered`;
      setting.world.fail('thePartnerHasWhatWasRecordedLast', message);
    }
  }

  /** Whether a file at the target keeps the next version out. */
  #mayBeInTheWay(): boolean {
    const { push, server } = this.#setting?.config ?? {};
    return push?.overwrite === 'refuse' || (push?.overwrite === 'replace' && server?.renamesOver === false);
  }

  #recorded(key: string): Delivered | undefined {
    return deliveredOf(this.#item(key));
  }

  /** The version whose delivery is recorded as failed. */
  #refused(key: string): string | undefined {
    return (this.#item(key)?.lastError as { readonly versionId: string } | undefined)?.versionId;
  }

  #item(key: string): Item | undefined {
    const flowName = { partner: partnerId, flow: pushFlow } as never;
    const { pk, sk } = fileKey(flowName, key.slice(pushPrefix.length) as never);
    return this.#setting?.ledger.item(pk, sk);
  }
}

interface Delivered {
  readonly versionId: string;
  readonly path: string;
  readonly verification: string;
}

function deliveredOf(item: Item | undefined): Delivered | undefined {
  return item?.delivered as Delivered | undefined;
}

/** Not a staging file, a checksum file or a marker. */
function isFinalName(path: string): boolean {
  return path.startsWith('/out/') && !path.endsWith('.part') && !path.endsWith('.done');
}

function versionsAt({ outbox }: Setting, path: string): readonly StoredVersion[] {
  return outbox
    .versions(`${pushPrefix}${path.slice('/out/'.length)}`)
    .filter(({ isDeleteMarker }) => !isDeleteMarker);
}

function shown(bytes: Buffer): string {
  return bytes.toString('latin1').replaceAll('\0', '0');
}
