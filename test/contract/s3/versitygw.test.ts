import { describe, it } from 'vitest';
import { s3Contract } from './s3-contract.ts';
import { startVersitygw, versitygwIsMissing } from './versitygw-endpoint.ts';

/** What versitygw 1.8.0 does otherwise than Amazon S3 is documented to do. */
const deviations = {
  'a key of 1,025 bytes is refused': 'only the file system limits its keys',
  'keys are listed URL-encoded where that is asked for': 'it lists them as they are',
  'a full last page of versions is not truncated': 'it sends an empty page after it',
  'a key behind a delete marker counts as absent for a writer that wants it absent': 'it answers 412',
  'a delete that names an ETag of an object that is not there is refused': 'it answers 204',
  'of several deletes with ETags in one request each is decided by itself': 'it does not look at the ETags',
  'uploads are listed page by page, those of one key too': 'it refuses its own marker of an upload',
};

const missing = versitygwIsMissing();
if (missing === undefined) {
  s3Contract('versitygw', startVersitygw, deviations);
} else {
  process.stdout.write(`Skipped: the S3 contract on versitygw: ${missing}.\n`);
  describe('versitygw', () => it.skip(`keeps the S3 contract (${missing})`));
}
