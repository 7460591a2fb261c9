/**
 * The size of parts, and the numbers that follow from it. When you change one, check the others, and the
 * memory of the functions that hold parts: `transfer-batch` and `transfer-slice` in
 * infra/constructs/pull/pull-functions.ts. The cost model counts parts with the same function
 * (cli/cost/transfer-usage.ts).
 */
const mebibyte = 1024 * 1024;

/**
 * S3 accepts parts from 5 MiB (the last part may be smaller). 8 MiB keep both the memory and the number of
 * requests small.
 */
const minPartBytes = 8 * mebibyte;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const maxParts = 10_000;

/** Fewer than S3 accepts, so that a file may grow beyond its listed size. */
const maxPlannedParts = 9_500;

/**
 * The size of every part of a file but the last: 8 MiB up to 74 GiB, then as many MiB as 9,500 parts need;
 * 552 MiB for 5 TiB. It depends on the size of the file alone, so part N always covers the same bytes.
 */
export function partSizeBytes(fileBytes: number): number {
  const needed = Math.ceil(fileBytes / maxPlannedParts / mebibyte) * mebibyte;
  return Math.max(minPartBytes, needed);
}

/** Parts of one object that are sent at once, while the next one fills. */
export const maxPartsInFlight = 2;

/** Parts of one object in memory: those in flight, and the one that fills. */
const maxHeldParts = maxPartsInFlight + 1;

/** Of the 1,024 MB of transfer-slice, for several parts. */
const maxHeldSliceBytes = 384 * mebibyte;

/**
 * A larger file is refused by the plan: one part of it, of 552 MiB at this size, is as much as transfer-slice
 * can hold at once, and S3 takes 10,000 parts.
 */
export const maxFileBytes = 5 * 1024 ** 4;

/**
 * The part buffers of one slice: a whole number of parts, so that each buffer is used again for the next part
 * and none is garbage while another one fills. Parts of more than 192 MiB are held one at a time: the next
 * one fills once it is sent.
 */
export function sliceBudgetBytes({
  sizeBytes,
  partBytes,
}: {
  readonly sizeBytes: number;
  readonly partBytes: number;
}): number {
  const bufferBytes = Math.min(partBytes, sizeBytes);
  const heldParts = Math.min(maxHeldParts, Math.floor(maxHeldSliceBytes / bufferBytes));
  return Math.max(1, heldParts) * bufferBytes;
}

/** Whether the parts of a file are larger than those that a batch has memory for. */
export function hasLargeParts(fileBytes: number): boolean {
  return partSizeBytes(fileBytes) > minPartBytes;
}

/**
 * The part buffers of all files that one transfer-batch transfers at once, of its 1,024 MB: eight parts of
 * usual size.
 */
export const batchBudgetBytes = 64 * mebibyte;

/** Enough for a document of JSON lines: three parts of usual size, and room for a fourth. */
export const documentBudgetBytes = 32 * mebibyte;

/** A file below two parts of usual size is not worth slicing: a slice costs a login. */
export const minSliceBytes = 2 * minPartBytes;
