const mebibyte = 1024 * 1024;

/** Parts must have 5 MiB (S3's least, but for the last one); 8 MiB keep both memory and the number of requests small. */
const smallestPartBytes = 8 * mebibyte;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: 10,000 parts; some are kept for a file that is longer than listed. */
const comfortableParts = 9_500;

/** The size of every part of a file of this size but the last. It depends on nothing else, so part N always covers the same bytes. */
export function partSizeBytes(fileBytes: number): number {
  const needed = Math.ceil(fileBytes / comfortableParts / mebibyte) * mebibyte;
  return Math.max(smallestPartBytes, needed);
}
