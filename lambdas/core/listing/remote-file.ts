import type { RemotePath } from '../path/remote-path.ts';

/** One file as a directory listing reports it; nothing of it is verified. */
export interface RemoteFile {
  readonly path: RemotePath;
  /** Undefined if the listing has no size. */
  readonly sizeBytes: number | undefined;
  /** Undefined if the listing has no valid time. */
  readonly modified: ModifiedTime | undefined;
  /** The MLSD `unique` fact (RFC 3659, 7.5.2). */
  readonly unique: string | undefined;
}

/**
 * A time as the server writes it. It identifies a version as it is, and is converted to an instant only to
 * compute an age: a LIST date has no zone, and some servers write local time where RFC 3659 requires UTC.
 */
export interface ModifiedTime {
  /** The text of the server: `20261120021500` (MLSD, MDTM) or `Nov 20 02:15` (LIST). */
  readonly raw: string;
  /** The same in ISO 8601 without a zone: `2026-11-20T02:15:00`. */
  readonly wallClock: string;
  /** The smallest unit that the server reports; smaller ones are zero in `wallClock`. */
  readonly precision: 'second' | 'minute' | 'day';
  /** The time zone of `wallClock`: UTC as in RFC 3659 (2.3), or the server's local time. */
  readonly clock: 'utc' | 'server';
}
