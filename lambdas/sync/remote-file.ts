import type { RemotePath } from './remote-path.ts';

/** What a directory listing says of one file. Nothing here is verified: it is the partner's word. */
export interface RemoteFile {
  readonly path: RemotePath;
  /** Undefined where the listing does not say. */
  readonly sizeBytes: number | undefined;
  /** Undefined where the listing does not say, or says something that is no date. */
  readonly modified: ModifiedTime | undefined;
  /** The MLSD `unique` fact (RFC 3659, 7.5.2). */
  readonly unique: string | undefined;
}

/**
 * A time as the server wrote it. It stays opaque for identity, and becomes an instant only for filters,
 * because a LIST date has no zone and some servers write local time where RFC 3659 asks for UTC.
 */
export interface ModifiedTime {
  /** The server's own text: `20261120021500` (MLSD, MDTM) or `Nov 20 02:15` (LIST). */
  readonly raw: string;
  /** The same as a calendar time without a zone: `2026-11-20T02:15:00`. */
  readonly wallClock: string;
  /** The unit up to which `wallClock` is the server's word; what lies below is zero. */
  readonly precision: 'second' | 'minute' | 'day';
  /** Whose clock `wallClock` is: UTC by RFC 3659 (2.3), or the server's local time. */
  readonly clock: 'utc' | 'server';
}
